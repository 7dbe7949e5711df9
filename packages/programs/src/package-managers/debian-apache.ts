/** Modules that Debian has files for: the name, with what it depends on and what must not be there beside it. */
const MODULES: readonly (readonly [name: string, head?: string])[] = [
  ['access_compat', 'Depends: authn_core'],
  ['actions', 'Depends: mime'],
  ['alias'],
  ['auth_basic', 'Depends: authn_core'],
  ['authn_core'],
  ['authn_file', 'Depends: authn_core'],
  ['authz_core'],
  ['authz_groupfile', 'Depends: authz_core'],
  ['authz_host', 'Depends: authz_core'],
  ['authz_user', 'Depends: authz_core'],
  ['autoindex'],
  ['cgi'],
  ['cgid'],
  ['deflate', 'Depends: filter'],
  ['dir'],
  ['env'],
  ['expires'],
  ['filter'],
  ['headers'],
  ['lbmethod_bybusyness', 'Depends: proxy_balancer'],
  ['lbmethod_byrequests', 'Depends: proxy_balancer'],
  ['lbmethod_bytraffic', 'Depends: proxy_balancer'],
  ['macro'],
  ['mime'],
  ['mpm_event', 'Conflicts: mpm_worker mpm_prefork'],
  ['mpm_prefork', 'Conflicts: mpm_event mpm_worker'],
  ['mpm_worker', 'Conflicts: mpm_event mpm_prefork'],
  ['negotiation', 'Depends: mime'],
  ['proxy'],
  ['proxy_balancer', 'Depends: proxy alias slotmem_shm'],
  ['proxy_http', 'Depends: proxy'],
  ['proxy_wstunnel', 'Depends: proxy'],
  ['remoteip'],
  ['reqtimeout'],
  ['rewrite'],
  ['setenvif'],
  ['slotmem_shm'],
  ['socache_shmcb'],
  ['ssl', 'Depends: setenvif mime socache_shmcb'],
  ['status'],
  ['userdir'],
]

const SETTINGS: Readonly<Record<string, string>> = {
  alias: `Alias /icons/ "/usr/share/apache2/icons/"

<Directory "/usr/share/apache2/icons">
	Options FollowSymlinks
	AllowOverride None
	Require all granted
</Directory>
`,
  autoindex: `IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8

AddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip x-bzip2
AddIconByType (TXT,/icons/text.gif) text/*
AddIconByType (IMG,/icons/image2.gif) image/*
AddIconByType (SND,/icons/sound2.gif) audio/*
AddIconByType (VID,/icons/movie.gif) video/*

AddIcon /icons/binary.gif .bin .exe
AddIcon /icons/tar.gif .tar
AddIcon /icons/compressed.gif .Z .z .tgz .gz .zip
AddIcon /icons/layout.gif .html .shtml .htm .pdf
AddIcon /icons/text.gif .txt
AddIcon /icons/c.gif .c
AddIcon /icons/p.gif .pl .py
AddIcon /icons/script.gif .conf .sh .shar .csh .ksh .tcl
AddIcon /icons/back.gif ..
AddIcon /icons/hand.right.gif README
AddIcon /icons/folder.gif ^^DIRECTORY^^
AddIcon /icons/blank.gif ^^BLANKICON^^

DefaultIcon /icons/unknown.gif
ReadmeName README.html
HeaderName HEADER.html
IndexIgnore .??* *~ *# RCS CVS *,v *,t
`,
  cgid: 'ScriptSock ${APACHE_RUN_DIR}/socks/cgisock\n',
  deflate: `<IfModule mod_filter.c>
	AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript
	AddOutputFilterByType DEFLATE application/x-javascript application/javascript application/ecmascript
	AddOutputFilterByType DEFLATE application/rss+xml
	AddOutputFilterByType DEFLATE application/wasm
	AddOutputFilterByType DEFLATE application/xml
</IfModule>
`,
  dir: 'DirectoryIndex index.html index.cgi index.pl index.php index.xhtml index.htm\n',
  mime: `TypesConfig /etc/mime.types
AddType application/x-compress .Z
AddType application/x-gzip .gz .tgz
AddType application/x-bzip2 .bz2
`,
  mpm_event: `StartServers            2
MinSpareThreads         25
MaxSpareThreads         75
ThreadLimit             64
ThreadsPerChild         25
MaxRequestWorkers       150
MaxConnectionsPerChild  0
`,
  mpm_prefork: `StartServers            5
MinSpareServers         5
MaxSpareServers         10
MaxRequestWorkers       150
MaxConnectionsPerChild  0
`,
  proxy:
    '<IfModule mod_proxy.c>\n\t#ProxyRequests On\n\t#<Proxy *>\n\t#   AddDefaultCharset off\n\t#   Require all denied\n\t#</Proxy>\n</IfModule>\n',
  reqtimeout: 'RequestReadTimeout header=20-40,minrate=500\nRequestReadTimeout body=10,minrate=500\n',
  setenvif: 'BrowserMatch "Mozilla/2" nokeepalive\nBrowserMatch "Java/1\\.0" force-response-1.0\n',
  ssl: `AddType application/x-x509-ca-cert .crt
AddType application/x-pkcs7-crl	.crl
SSLSessionCache		shmcb:\${APACHE_RUN_DIR}/ssl_scache(512000)
SSLSessionCacheTimeout  300
SSLCipherSuite HIGH:!aNULL
SSLProtocol all -SSLv3
SSLSessionTickets off
`,
  status: `<Location /server-status>
	SetHandler server-status
	Require local
	#Require ip 192.0.2.0/24
</Location>

ExtendedStatus On

<IfModule mod_proxy.c>
	ProxyStatus On
</IfModule>
`,
  userdir: `UserDir public_html
UserDir disabled root

<Directory /home/*/public_html>
	AllowOverride FileInfo AuthConfig Limit Indexes
	Options MultiViews Indexes SymLinksIfOwnerMatch IncludesNoExec
	Require method GET POST OPTIONS
</Directory>
`,
}

const MAIN = `# What the server says of itself and of others comes from these:
#
#	apache2.conf, ports.conf, mods-enabled, conf-enabled, sites-enabled

DefaultRuntimeDir \${APACHE_RUN_DIR}
PidFile \${APACHE_PID_FILE}
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5

User \${APACHE_RUN_USER}
Group \${APACHE_RUN_GROUP}
HostnameLookups Off
ErrorLog \${APACHE_LOG_DIR}/error.log
LogLevel warn

IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf

<Directory />
	Options FollowSymLinks
	AllowOverride None
	Require all denied
</Directory>

<Directory /usr/share>
	AllowOverride None
	Require all granted
</Directory>

<Directory /var/www/>
	Options Indexes FollowSymLinks
	AllowOverride None
	Require all granted
</Directory>

AccessFileName .htaccess

<FilesMatch "^\\.ht">
	Require all denied
</FilesMatch>

LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
LogFormat "%{Referer}i -> %U" referer
LogFormat "%{User-agent}i" agent

IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
`

const DEFAULT_SITE = `<VirtualHost *:80>
	#ServerName www.example.com

	ServerAdmin webmaster@localhost
	DocumentRoot /var/www/html

	#LogLevel info ssl:warn

	ErrorLog \${APACHE_LOG_DIR}/error.log
	CustomLog \${APACHE_LOG_DIR}/access.log combined

	#Include conf-available/serve-cgi-bin.conf
</VirtualHost>
`

const SECURE_SITE = `<VirtualHost *:443>
	ServerAdmin webmaster@localhost

	DocumentRoot /var/www/html

	ErrorLog \${APACHE_LOG_DIR}/error.log
	CustomLog \${APACHE_LOG_DIR}/access.log combined

	SSLEngine on

	SSLCertificateFile      /etc/ssl/certs/ssl-cert-snakeoil.pem
	SSLCertificateKeyFile   /etc/ssl/private/ssl-cert-snakeoil.key

	<FilesMatch "\\.(?:cgi|shtml|phtml|php)$">
		SSLOptions +StdEnvVars
	</FilesMatch>
	<Directory /usr/lib/cgi-bin>
		SSLOptions +StdEnvVars
	</Directory>
</VirtualHost>
`

const CGI_BIN = `<IfModule mod_alias.c>
	<IfModule mod_cgi.c>
		Define ENABLE_USR_LIB_CGI_BIN
	</IfModule>

	<IfModule mod_cgid.c>
		Define ENABLE_USR_LIB_CGI_BIN
	</IfModule>

	<IfDefine ENABLE_USR_LIB_CGI_BIN>
		ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/
		<Directory "/usr/lib/cgi-bin">
			AllowOverride None
			Options +ExecCGI -MultiViews +SymLinksIfOwnerMatch
			Require all granted
		</Directory>
	</IfDefine>
</IfModule>
`

const ENVVARS = `# What apache2ctl gives to the server.
export APACHE_RUN_USER=www-data
export APACHE_RUN_GROUP=www-data
export APACHE_PID_FILE=/var/run/apache2/apache2.pid
export APACHE_RUN_DIR=/var/run/apache2
export APACHE_LOCK_DIR=/var/lock/apache2
export APACHE_LOG_DIR=/var/log/apache2
export LANG=C
`

const at = (path: string, text: string): readonly [string, string] => [`/etc/apache2/${path}`, text]

/** The files of /etc/apache2, as Debian parts them. */
export const DEBIAN_APACHE_FILES: readonly (readonly [path: string, text: string])[] = [
  at('apache2.conf', MAIN),
  at('envvars', ENVVARS),
  at('ports.conf', 'Listen 80\n\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n'),
  at('sites-available/000-default.conf', DEFAULT_SITE),
  at('sites-available/default-ssl.conf', SECURE_SITE),
  at('conf-available/charset.conf', '#AddDefaultCharset UTF-8\n'),
  at('conf-available/localized-error-pages.conf', '#ErrorDocument 404 /missing.html\n'),
  at(
    'conf-available/other-vhosts-access-log.conf',
    'CustomLog ${APACHE_LOG_DIR}/other_vhosts_access.log vhost_combined\n',
  ),
  at('conf-available/security.conf', 'ServerTokens OS\nServerSignature On\nTraceEnable Off\n'),
  at('conf-available/serve-cgi-bin.conf', CGI_BIN),
  ...MODULES.flatMap(([name, head]) => {
    const line = `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`
    const settings = SETTINGS[name]
    return [
      at(`mods-available/${name}.load`, head === undefined ? line : `# ${head}\n${line}`),
      ...(settings === undefined ? [] : [at(`mods-available/${name}.conf`, settings)]),
    ]
  }),
]

/** What is on when the package has been set up. */
export const DEBIAN_APACHE_SETUP = `a2enmod -q mpm_event access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user \\
	autoindex deflate dir env filter mime negotiation reqtimeout setenvif status
a2enconf -q charset localized-error-pages other-vhosts-access-log security serve-cgi-bin
a2ensite -q 000-default
`

/** apache2ctl(8): reads envvars, and hands the rest to the server. */
export const DEBIAN_APACHE_CONTROL = `#!/bin/sh
ARGV="$*"
test -f /etc/apache2/envvars && . /etc/apache2/envvars
HTTPD=\${APACHE_HTTPD:-/usr/sbin/apache2}
if [ "x$ARGV" = x ] || [ "x$ARGV" = xusage ] || [ "x$ARGV" = xhelp ] || [ "x$ARGV" = x--help ]; then
    echo "Usage: $0 start|stop|restart|graceful|graceful-stop|configtest|status|fullstatus|help" >&2
    echo "       $0 <apache2 args>" >&2
    echo "       $0 -h            (for help on <apache2 args>)" >&2
    exit 1
fi
mkdir -p "\${APACHE_RUN_DIR:-/var/run/apache2}" "\${APACHE_LOCK_DIR:-/var/lock/apache2}"
case "$ARGV" in
start | stop | graceful-stop) exec $HTTPD -k "$ARGV" ;;
restart | graceful)
    if $HTTPD -t 2>/dev/null; then exec $HTTPD -k "$ARGV"; else exec $HTTPD -t; fi
    ;;
configtest) exec $HTTPD -t ;;
status | fullstatus) exec curl -s "http://localhost:80/server-status?auto" ;;
*) exec $HTTPD "$@" ;;
esac
`
