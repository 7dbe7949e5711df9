/** Modules in the order of httpd's own configuration; those with a number sign are there to be switched on. */
const MODULES = (
  'mpm_event #mpm_prefork #mpm_worker authn_file #authn_dbm #authn_anon #authn_dbd #authn_socache authn_core authz_host authz_groupfile authz_user #authz_dbm #authz_owner ' +
  '#authz_dbd authz_core #authnz_ldap #authnz_fcgi access_compat auth_basic #auth_form #auth_digest #allowmethods #isapi #file_cache #cache #cache_disk #cache_socache ' +
  '#socache_shmcb #socache_dbm #socache_memcache #socache_redis #watchdog #macro #dbd #dumpio #echo #example_hooks #case_filter #case_filter_in #example_ipc #buffer ' +
  '#data #ratelimit reqtimeout #ext_filter #request #include filter #reflector #substitute #sed #charset_lite #deflate #xml2enc #proxy_html ' +
  '#brotli mime #ldap log_config #log_debug #log_forensic #logio #lua env #mime_magic #cern_meta #expires headers #ident ' +
  '#usertrack #unique_id setenvif version #remoteip #proxy #proxy_connect #proxy_ftp #proxy_http #proxy_fcgi #proxy_scgi #proxy_uwsgi #proxy_fdpass #proxy_wstunnel ' +
  '#proxy_ajp #proxy_balancer #proxy_express #proxy_hcheck #session #session_cookie #session_crypto #session_dbd #slotmem_shm #slotmem_plain #ssl #optional_hook_export #optional_hook_import #optional_fn_import ' +
  '#optional_fn_export #dialup #http2 #proxy_http2 #md #lbmethod_byrequests #lbmethod_bytraffic #lbmethod_bybusyness #lbmethod_heartbeat unixd #heartbeat #heartmonitor #dav status ' +
  'autoindex #asis #info #suexec'
).split(' ')
const LATE_MODULES =
  '#dav_fs #dav_lock #vhost_alias #negotiation dir #imagemap #actions #speling #userdir alias #rewrite'.split(' ')

const loadLine = (word: string): string => {
  const name = word.replace('#', '')
  return `${word.startsWith('#') ? '#' : ''}LoadModule ${name}_module modules/mod_${name}.so`
}

/** The configuration of httpd's image; the server reads it as it reads any. */
export const HTTPD_CONF = `ServerRoot "/usr/local/apache2"

#Listen 12.34.56.78:80
Listen 80

${MODULES.map(loadLine).join('\n')}
<IfModule !mpm_prefork_module>
	#LoadModule cgid_module modules/mod_cgid.so
</IfModule>
<IfModule mpm_prefork_module>
	#LoadModule cgi_module modules/mod_cgi.so
</IfModule>
${LATE_MODULES.map(loadLine).join('\n')}

<IfModule unixd_module>
User www-data
Group www-data

</IfModule>

ServerAdmin you@example.com

#ServerName www.example.com:80

<Directory />
    AllowOverride none
    Require all denied
</Directory>

DocumentRoot "/usr/local/apache2/htdocs"
<Directory "/usr/local/apache2/htdocs">
    Options Indexes FollowSymLinks

    AllowOverride None

    Require all granted
</Directory>

<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>

<Files ".ht*">
    Require all denied
</Files>

ErrorLog /proc/self/fd/2

LogLevel warn

<IfModule log_config_module>
    LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common

    <IfModule logio_module>
      LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" %I %O" combinedio
    </IfModule>

    CustomLog /proc/self/fd/1 common

    #CustomLog "logs/access_log" combined
</IfModule>

<IfModule alias_module>
    #Redirect permanent /foo http://www.example.com/bar

    #Alias /webpath /full/filesystem/path

    ScriptAlias /cgi-bin/ "/usr/local/apache2/cgi-bin/"
</IfModule>

<IfModule cgid_module>
    #Scriptsock cgisock
</IfModule>

<Directory "/usr/local/apache2/cgi-bin">
    AllowOverride None
    Options None
    Require all granted
</Directory>

<IfModule headers_module>
    RequestHeader unset Proxy early
</IfModule>

<IfModule mime_module>
    TypesConfig conf/mime.types

    #AddType application/x-gzip .tgz
    AddType application/x-compress .Z
    AddType application/x-gzip .gz .tgz

    #AddHandler cgi-script .cgi
</IfModule>

#ErrorDocument 500 "The server made a boo boo."
#ErrorDocument 404 /missing.html
#ErrorDocument 402 http://www.example.com/subscription_info.html

#MaxRanges unlimited

#EnableMMAP off
#EnableSendfile on

#Include conf/extra/httpd-mpm.conf
#Include conf/extra/httpd-autoindex.conf
#Include conf/extra/httpd-userdir.conf
#Include conf/extra/httpd-info.conf
#Include conf/extra/httpd-vhosts.conf
#Include conf/extra/httpd-default.conf

<IfModule proxy_html_module>
Include conf/extra/proxy-html.conf
</IfModule>

#Include conf/extra/httpd-ssl.conf
<IfModule ssl_module>
SSLRandomSeed startup builtin
SSLRandomSeed connect builtin
</IfModule>
`

const VHOSTS = `<VirtualHost *:80>
    ServerAdmin webmaster@dummy-host.example.com
    DocumentRoot "/usr/local/apache2/docs/dummy-host.example.com"
    ServerName dummy-host.example.com
    ServerAlias www.dummy-host.example.com
    ErrorLog "logs/dummy-host.example.com-error_log"
    CustomLog "logs/dummy-host.example.com-access_log" common
</VirtualHost>

<VirtualHost *:80>
    ServerAdmin webmaster@dummy-host2.example.com
    DocumentRoot "/usr/local/apache2/docs/dummy-host2.example.com"
    ServerName dummy-host2.example.com
    ErrorLog "logs/dummy-host2.example.com-error_log"
    CustomLog "logs/dummy-host2.example.com-access_log" common
</VirtualHost>
`

const SSL = `Listen 443

SSLCipherSuite HIGH:MEDIUM:!MD5:!RC4:!3DES
SSLProxyCipherSuite HIGH:MEDIUM:!MD5:!RC4:!3DES
SSLHonorCipherOrder on
SSLProtocol all -SSLv3
SSLProxyProtocol all -SSLv3
SSLPassPhraseDialog  builtin
SSLSessionCache        "shmcb:/usr/local/apache2/logs/ssl_scache(512000)"
SSLSessionCacheTimeout  300

<VirtualHost _default_:443>

DocumentRoot "/usr/local/apache2/htdocs"
ServerName www.example.com:443
ServerAdmin you@example.com
ErrorLog /proc/self/fd/2
TransferLog /proc/self/fd/1

SSLEngine on

SSLCertificateFile "/usr/local/apache2/conf/server.crt"
SSLCertificateKeyFile "/usr/local/apache2/conf/server.key"

<FilesMatch "\\.(cgi|shtml|phtml|php)$">
    SSLOptions +StdEnvVars
</FilesMatch>
<Directory "/usr/local/apache2/cgi-bin">
    SSLOptions +StdEnvVars
</Directory>

CustomLog /proc/self/fd/1 \\
          "%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x \\"%r\\" %b"

</VirtualHost>
`

const INFO = `<Location /server-status>
    SetHandler server-status
    Require host .example.com
    Require ip 127
</Location>

#ExtendedStatus On
`

const DEFAULT = `Timeout 60
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
UseCanonicalName Off
AccessFileName .htaccess
ServerTokens Full
ServerSignature Off
HostnameLookups Off
<IfModule reqtimeout_module>
  RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500
</IfModule>
`

const MPM = `<IfModule !mpm_netware_module>
    PidFile "logs/httpd.pid"
</IfModule>

<IfModule mpm_event_module>
    StartServers             3
    MinSpareThreads         75
    MaxSpareThreads        250
    ThreadsPerChild         25
    MaxRequestWorkers      400
    MaxConnectionsPerChild   0
</IfModule>
`

const AUTOINDEX = `IndexOptions FancyIndexing HTMLTable VersionSort

Alias /icons/ "/usr/local/apache2/icons/"

<Directory "/usr/local/apache2/icons">
    Options Indexes MultiViews
    AllowOverride None
    Require all granted
</Directory>

AddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip
AddIconByType (TXT,/icons/text.gif) text/*
AddIconByType (IMG,/icons/image2.gif) image/*
AddIcon /icons/binary.gif .bin .exe
AddIcon /icons/tar.gif .tar
AddIcon /icons/compressed.gif .Z .z .tgz .gz .zip
AddIcon /icons/back.gif ..
AddIcon /icons/hand.right.gif README
AddIcon /icons/folder.gif ^^DIRECTORY^^
AddIcon /icons/blank.gif ^^BLANKICON^^
DefaultIcon /icons/unknown.gif
ReadmeName README.html
HeaderName HEADER.html
IndexIgnore .??* *~ *# HEADER* README* RCS CVS *,v *,t
`

const USERDIR = `UserDir public_html

<Directory "/home/*/public_html">
    AllowOverride FileInfo AuthConfig Limit Indexes
    Options MultiViews Indexes SymLinksIfOwnerMatch IncludesNoExec
    Require method GET POST OPTIONS
</Directory>
`

/** conf/extra, by name. */
export const HTTPD_EXTRA: Readonly<Record<string, string>> = {
  'httpd-autoindex.conf': AUTOINDEX,
  'httpd-default.conf': DEFAULT,
  'httpd-info.conf': INFO,
  'httpd-mpm.conf': MPM,
  'httpd-ssl.conf': SSL,
  'httpd-userdir.conf': USERDIR,
  'httpd-vhosts.conf': VHOSTS,
}
