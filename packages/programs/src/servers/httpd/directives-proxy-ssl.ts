/** Directives by module, one a line: its name, where it may stand (s outside of folders, d inside, a anywhere), what of
 * AllowOverride lets it into .htaccess, how many arguments it takes, and what it is for, which errors say: as `httpd -L` does. */
export const PROXY_AND_SSL_DIRECTIVES: Readonly<Record<string, string>> = {
  'mod_ssl.c': `
SSLPassPhraseDialog s - 1 SSL dialog mechanism for the pass phrase query ('builtin', '|/path/to/pipe_program', or 'exec:/path/to/cgi_program')
SSLSessionCache s - 1 SSL Session Cache storage ('none', 'nonenotnull', 'dbm:/path/to/file')
SSLCryptoDevice s - 1 SSL external Crypto Device usage ('builtin', '...')
SSLRandomSeed s - 23 SSL Pseudo Random Number Generator (PRNG) seeding source ('startup|connect builtin|file:/path|exec:/path [bytes]')
SSLVHostSNIPolicy s - 1 SSL VirtualHost SNI compatibility policy setting
SSLEngine s - 1 SSL switch for the protocol engine ('on', 'off')
SSLFIPS s - f Enable FIPS-140 mode (\`on', \`off')
SSLCipherSuite a AuthConfig 12 Colon-delimited list of permitted SSL Ciphers, optional preceded by protocol identifier ('XXX:...:XXX' - see manual)
SSLCertificateFile s - 1 SSL Server Certificate file ('/path/to/file' - PEM or DER encoded)
SSLCertificateKeyFile s - 1 SSL Server Private Key file ('/path/to/file' - PEM or DER encoded)
SSLCertificateChainFile s - 1 SSL Server CA Certificate Chain file ('/path/to/file' - PEM encoded)
SSLSessionTicketKeyFile s - 1 TLS session ticket encryption/decryption key file (RFC 5077) ('/path/to/file' - file with 48 bytes of random data)
SSLCACertificatePath a AuthConfig 1 SSL CA Certificate path ('/path/to/dir' - contains PEM encoded files)
SSLCACertificateFile a AuthConfig 1 SSL CA Certificate file ('/path/to/file' - PEM encoded)
SSLCADNRequestPath s - 1 SSL CA Distinguished Name path ('/path/to/dir' - symlink hashes to PEM of acceptable CA names to request)
SSLCADNRequestFile s - 1 SSL CA Distinguished Name file ('/path/to/file' - PEM encoded to derive acceptable CA names to request)
SSLCARevocationPath s - 1 SSL CA Certificate Revocation List (CRL) path ('/path/to/dir' - contains PEM encoded files)
SSLCARevocationFile s - 1 SSL CA Certificate Revocation List (CRL) file ('/path/to/file' - PEM encoded)
SSLCARevocationCheck s - * SSL CA Certificate Revocation List (CRL) checking mode
SSLVerifyClient a AuthConfig 1 SSL Client verify type ('none', 'optional', 'require', 'optional_no_ca')
SSLVerifyDepth a AuthConfig 1 SSL Client verify depth ('N' - number of intermediate certificates)
SSLSessionCacheTimeout s - 1 SSL Session Cache object lifetime ('N' - number of seconds)
SSLProtocol s - * Enable or disable various SSL protocols ('[+-][TLSv1|TLSv1.1|TLSv1.2] ...' - see manual)
SSLHonorCipherOrder s - f Use the server's cipher ordering preference
SSLCompression s - f Enable SSL level compression (\`on', \`off')
SSLSessionTickets s - f Enable or disable TLS session tickets(\`on', \`off')
SSLInsecureRenegotiation s - f Enable support for insecure renegotiation
SSLUserName a AuthConfig 1 Set user name to SSL variable value
SSLStrictSNIVHostCheck s - f Strict SNI virtual host checking
SSLProxyEngine s - f SSL switch for the proxy protocol engine ('on', 'off')
SSLProxyProtocol s - * SSL Proxy: enable or disable SSL protocol flavors ('[+-][TLSv1|TLSv1.1|TLSv1.2] ...' - see manual)
SSLProxyCipherSuite s - 12 SSL Proxy: colon-delimited list of permitted SSL ciphers , optionally preceded by protocol specifier ('XXX:...:XXX' - see manual)
SSLProxyVerify s - 1 SSL Proxy: whether to verify the remote certificate ('on' or 'off')
SSLProxyVerifyDepth s - 1 SSL Proxy: maximum certificate verification depth ('N' - number of intermediate certificates)
SSLProxyCACertificateFile s - 1 SSL Proxy: file containing server certificates ('/path/to/file' - PEM encoded certificates)
SSLProxyCACertificatePath s - 1 SSL Proxy: directory containing server certificates ('/path/to/dir' - contains PEM encoded certificates)
SSLProxyCARevocationPath s - 1 SSL Proxy: CA Certificate Revocation List (CRL) path ('/path/to/dir' - contains PEM encoded files)
SSLProxyCARevocationFile s - 1 SSL Proxy: CA Certificate Revocation List (CRL) file ('/path/to/file' - PEM encoded)
SSLProxyCARevocationCheck s - * SSL Proxy: CA Certificate Revocation List (CRL) checking mode
SSLProxyMachineCertificateFile s - 1 SSL Proxy: file containing client certificates ('/path/to/file' - PEM encoded certificates)
SSLProxyMachineCertificatePath s - 1 SSL Proxy: directory containing client certificates ('/path/to/dir' - contains PEM encoded certificates)
SSLProxyMachineCertificateChainFile s - 1 SSL Proxy: file containing issuing certificates of the client certificate (\`/path/to/file' - PEM encoded certificates)
SSLProxyCheckPeerExpire s - f SSL Proxy: check the peer certificate's expiration date
SSLProxyCheckPeerCN s - f SSL Proxy: check the peer certificate's CN
SSLProxyCheckPeerName s - f SSL Proxy: check the peer certificate's name (must be present in subjectAltName extension or CN
SSLOptions a Options * Set one or more options to configure the SSL engine('[+-]option[=value] ...' - see manual)
SSLRequireSSL d AuthConfig * Require the SSL protocol for the per-directory context (no arguments)
SSLUseStapling s - f SSL switch for the OCSP Stapling protocol (\`on', \`off')
SSLOpenSSLConfCmd s - 2 OpenSSL configuration command
`,
  'mod_proxy.c': `
<Proxy s - * Container for directives affecting resources located in the proxied location
<ProxyMatch s - * Container for directives affecting resources located in the proxied location, in regular expression syntax
ProxyRequests s - f on if the true proxy requests should be accepted
ProxyRemote s - 23 a scheme, partial URL or '*' and a proxy server
ProxyRemoteMatch s - 23 a regex pattern and a proxy server
ProxyPassInterpolateEnv a - f Interpolate Env Vars in reverse Proxy
ProxyPass a - * a virtual path and a URL
ProxyPassMatch a - * a virtual path and a URL
ProxyPassReverse a - 123 a virtual path and a URL for reverse proxy behaviour
ProxyPassReverseCookiePath a - 23 Path rewrite rule for proxying cookies
ProxyPassReverseCookieDomain a - 23 Domain rewrite rule for proxying cookies
ProxyBlock s - + A list of names, hosts or domains to which the proxy will not connect
ProxyReceiveBufferSize s - 1 Receive buffer size for outgoing HTTP and FTP connections in bytes
ProxyIOBufferSize s - 1 IO buffer size for outgoing HTTP and FTP connections in bytes
ProxyMaxForwards s - 1 The maximum number of proxies a request may be forwarded through.
NoProxy s - + A list of domains, hosts, or subnets to which the proxy will connect directly
ProxyDomain s - 1 The default intranet domain name (in absence of a domain in the URL)
ProxyVia s - 1 Configure Via: proxy header header to one of: on | off | block | full
ProxyErrorOverride a - + use our error handling pages instead of the servers' we are proxying
ProxyPreserveHost a - f on if we should preserve host header while proxying
ProxyTimeout s - 1 Set the timeout (in seconds) for a proxied connection. This overrides the server timeout
ProxyBadHeader s - 1 How to handle bad header line in response: IsError | Ignore | StartBody
BalancerMember a - * A balancer name and scheme with list of params
BalancerGrowth s - 1 Number of additional Balancers that can be added post-config
BalancerPersist s - f on if the balancer should persist changes on reboot/restart made via the Balancer Manager
BalancerInherit s - f on if this server should inherit Balancers and Workers defined in the main server (Setting to off recommended if using the Balancer Manager)
ProxyPassInherit s - f on if this server should inherit all ProxyPass directives defined in the main server (Setting to off recommended if using the Balancer Manager)
ProxyStatus s - 1 Configure Status: proxy status to one of: on | off | full
ProxySet a - * A balancer or worker name with list of params
ProxySourceAddress s - 1 Configure local source IP used for request forward
ProxyAddHeaders a - f on if X-Forwarded-* headers should be added or completed
Proxy100Continue a - f on if 100-Continue should be forwarded to the origin server, off if the proxy should handle it by itself
`,
}
