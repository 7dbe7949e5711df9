/** Directives by module, one a line: its name, where it may stand (s outside of folders, d inside, a anywhere), what of
 * AllowOverride lets it into .htaccess, how many arguments it takes, and what it is for, which errors say: as `httpd -L` does. */
export const MODULE_DIRECTIVES: Readonly<Record<string, string>> = {
  'mod_authz_core.c': `
Require d AuthConfig * specifies authorization directives which one must pass (or not) for a request to suceeed
<RequireAll d AuthConfig * container for grouping authorization directives of which none must fail and at least one must pass for a request to succeed
<RequireAny d AuthConfig * container for grouping authorization directives of which one must pass for a request to succeed
<RequireNone d AuthConfig * container for grouping authorization directives of which none must pass for a request to succeed
AuthMerging d AuthConfig 1 controls how a <Directory>, <Location>, or similar directive's authorization directives are combined with those of its predecessor
AuthzSendForbiddenOnFailure d AuthConfig f Controls if an authorization failure should result in a '403 FORBIDDEN' response instead of the HTTP-conforming '401 UNAUTHORIZED'
`,
  'mod_authz_groupfile.c': `
AuthGroupFile d AuthConfig 1 text file containing group names and member user IDs
`,
  'mod_authn_core.c': `
AuthType d AuthConfig 1 an HTTP authorization type (e.g., "Basic")
AuthName d AuthConfig 1 the authentication realm (e.g. "Members Only")
`,
  'mod_authn_file.c': `
AuthUserFile d AuthConfig 1 text file containing user IDs and passwords
`,
  'mod_auth_basic.c': `
AuthBasicProvider d AuthConfig + specify the auth providers for a directory or location
AuthBasicAuthoritative d AuthConfig f Set to 'Off' to allow access control to be passed along to lower modules if the UserID is not known to this module
AuthBasicFake d AuthConfig 12 Fake basic authentication using the given expressions for username and password, 'off' to disable. Password defaults to 'password' if missing.
AuthBasicUseDigestAlgorithm d AuthConfig 1 Set to 'MD5' to use the auth provider's authentication check for digest auth, using a hash of 'user:realm:pass'
`,
  'mod_access_compat.c': `
order d Limit 1 'allow,deny', 'deny,allow', or 'mutual-failure'
allow d Limit ++ 'from' followed by hostnames or IP-address wildcards
deny d Limit ++ 'from' followed by hostnames or IP-address wildcards
Satisfy d AuthConfig 1 access policy if both allow and require used ('all' or 'any')
`,
  'mod_alias.c': `
Alias a - 12 a fakename and a realname, or a realname in a Location
ScriptAlias a - 12 a fakename and a realname, or a realname in a Location
Redirect a FileInfo 123 an optional status, then document to be redirected and destination URL
AliasMatch s - 2 a regular expression and a filename
ScriptAliasMatch s - 2 a regular expression and a filename
RedirectMatch a FileInfo 23 an optional status, then a regular expression and destination URL
RedirectTemp a FileInfo 2 a document to be redirected, then the destination URL
RedirectPermanent a FileInfo 2 a document to be redirected, then the destination URL
RedirectRelative a FileInfo f Set to ON to allow relative redirect targets to be issued as-is
AliasPreservePath a FileInfo f Set to ON to map the full path after the fakename to the realname.
`,
  'mod_autoindex.c': `
AddIcon a Indexes ++ an icon URL followed by one or more filenames
AddIconByType a Indexes ++ an icon URL followed by one or more MIME types
AddIconByEncoding a Indexes ++ an icon URL followed by one or more content encodings
AddAlt a Indexes ++ alternate descriptive text followed by one or more filenames
AddAltByType a Indexes ++ alternate descriptive text followed by one or more MIME types
AddAltByEncoding a Indexes ++ alternate descriptive text followed by one or more content encodings
IndexOptions a Indexes * one or more index options [+|-][]
IndexOrderDefault a Indexes 2 {Ascending,Descending} {Name,Size,Description,Date}
IndexIgnore a Indexes + one or more file extensions
IndexIgnoreReset a Indexes f Reset the inherited list of IndexIgnore filenames
AddDescription a Indexes ++ Descriptive text followed by one or more filenames
HeaderName a Indexes 1 a filename
ReadmeName a Indexes 1 a filename
FancyIndexing a Any * The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.
DefaultIcon a Indexes 1 an icon URL
IndexStyleSheet a Indexes 1 URL to style sheet
IndexHeadInsert a Indexes 1 String to insert in HTML HEAD section
`,
  'mod_cgid.c': `
ScriptLog s - 1 the name of a log for script debugging info
ScriptLogLength s - 1 the maximum length (in bytes) of the script debug log
ScriptLogBuffer s - 1 the maximum size (in bytes) to record of a POST request
ScriptSock s - 1 the name of the socket to use for communication with the cgi daemon.
CGIDScriptTimeout a - 1 The amount of time to wait between successful reads from the CGI script, in seconds.
`,
  'mod_deflate.c': `
DeflateFilterNote s - 12 Set a note to report on compression ratio
DeflateWindowSize s - 1 Set the Deflate window size (1-15)
DeflateBufferSize s - 1 Set the Deflate Buffer Size
DeflateMemLevel s - 1 Set the Deflate Memory Level (1-9)
DeflateCompressionLevel s - 1 Set the Deflate Compression Level (1-9)
DeflateInflateLimitRequestBody a Any 1 Set a limit on size of inflated input
DeflateInflateRatioLimit a Any 1 Set the inflate ratio limit above which inflation is aborted (default: 200)
DeflateInflateRatioBurst a Any 1 Set the maximum number of following inflate ratios above limit (default: 3)
DeflateAlterEtag s - 1 Set how mod_deflate should modify ETAG response headers: 'AddSuffix' (default), 'NoChange' (2.2.x behavior), 'Remove'
`,
  'mod_dir.c': `
FallbackResource a Indexes 1 Set a default handler
DirectoryIndex a Indexes * a list of file names
DirectorySlash a Indexes f On or Off
DirectoryCheckHandler a Indexes f On or Off
DirectoryIndexRedirect a Indexes 1 On, Off, or a 3xx status code.
`,
  'mod_env.c': `
PassEnv a FileInfo + a list of environment variables to pass to CGI.
SetEnv a FileInfo 12 an environment variable name and optional value to pass to CGI.
UnsetEnv a FileInfo + a list of variables to remove from the CGI environment.
`,
  'mod_expires.c': `
ExpiresActive a Indexes f Limited to 'on' or 'off'
ExpiresByType a Indexes 2 a MIME type followed by an expiry date code
ExpiresDefault a Indexes 1 an expiry date code
`,
  'mod_headers.c': `
Header a FileInfo * an optional condition, an action, header and value followed by optional env clause
RequestHeader a FileInfo * an action, header and value followed by optional env clause
`,
  'mod_mime.c': `
AddCharset a FileInfo ++ a charset (e.g., iso-2022-jp), followed by one or more file extensions
AddEncoding a FileInfo ++ an encoding (e.g., gzip), followed by one or more file extensions
AddHandler a FileInfo ++ a handler name followed by one or more file extensions
AddInputFilter a FileInfo ++ input filter name (or ; delimited names) followed by one or more file extensions
AddLanguage a FileInfo ++ a language (e.g., fr), followed by one or more file extensions
AddOutputFilter a FileInfo ++ output filter name (or ; delimited names) followed by one or more file extensions
AddType a FileInfo ++ a mime type followed by one or more file extensions
DefaultLanguage a FileInfo 1 language to use for documents with no other language file extension
MultiviewsMatch a FileInfo + NegotiatedOnly (default), Handlers and/or Filters, or Any
RemoveCharset a FileInfo + one or more file extensions
RemoveEncoding a FileInfo + one or more file extensions
RemoveHandler a FileInfo + one or more file extensions
RemoveInputFilter a FileInfo + one or more file extensions
RemoveLanguage a FileInfo + one or more file extensions
RemoveOutputFilter a FileInfo + one or more file extensions
RemoveType a FileInfo + one or more file extensions
TypesConfig s - 1 the MIME types config file
ModMimeUsePathInfo d - f Set to 'yes' to allow mod_mime to use path info for type checking
`,
  'mod_negotiation.c': `
CacheNegotiatedDocs s - f Either 'on' or 'off' (default)
LanguagePriority a FileInfo + space-delimited list of MIME language abbreviations
ForceLanguagePriority a FileInfo + Force LanguagePriority elections, either None, or Fallback and/or Prefer
`,
  'mod_remoteip.c': `
RemoteIPHeader s - 1 Specifies a request header to trust as the client IP, e.g. X-Forwarded-For
RemoteIPProxiesHeader s - 1 Specifies a request header to record proxy IP's, e.g. X-Forwarded-By; if not given then do not record
RemoteIPTrustedProxy s - + Specifies one or more proxies which are trusted to present IP headers
RemoteIPInternalProxy s - + Specifies one or more internal (transparent) proxies which are trusted to present IP headers
RemoteIPTrustedProxyList s - 1 The filename to read the list of trusted proxies, see the RemoteIPTrustedProxy directive
RemoteIPInternalProxyList s - 1 The filename to read the list of internal proxies, see the RemoteIPInternalProxy directive
RemoteIPProxyProtocol s - f Enable PROXY protocol handling ('on', 'off')
RemoteIPProxyProtocolExceptions s - * Disable PROXY protocol handling for this list of networks in CIDR format
`,
  'mod_reqtimeout.c': `
RequestReadTimeout s - * Set various timeout parameters for TLS handshake and/or reading request headers and body
`,
  'mod_rewrite.c': `
RewriteEngine a FileInfo f On or Off to enable or disable (default) the whole rewriting engine
RewriteOptions a FileInfo + List of option strings to set
RewriteBase a FileInfo 1 the base URL of the per-directory context
RewriteCond a FileInfo * an input string and a to be applied regexp-pattern
RewriteRule a FileInfo * an URL-applied regexp-pattern and a substitution URL
RewriteMap s - 23 a mapname and a filename and options
`,
  'mod_setenvif.c': `
SetEnvIf a FileInfo * A header-name, regex and a list of variables.
SetEnvIfNoCase a FileInfo * a header-name, regex and a list of variables.
SetEnvIfExpr a FileInfo * an expression and a list of variables.
BrowserMatch a FileInfo * A browser regex and a list of variables.
BrowserMatchNoCase a FileInfo * A browser regex and a list of variables.
`,
  'mod_userdir.c': `
UserDir s - * the public subdirectory in users' home directories, or 'disabled', or 'disabled username username...', or 'enabled username username...'
`,
  'mod_filter.c': `
FilterDeclare a Options 12 filter-name [filter-type]
FilterProvider a Options 3 filter-name provider-name match-expression
FilterChain a Options + list of filter names with optional [+-=!@]
FilterTrace a - 2 filter-name debug-level
AddOutputFilterByType a FileInfo ++ output filter name followed by one or more content-types
FilterProtocol a Options 23 filter-name [provider-name] protocol-args
`,
  'mod_actions.c': `
Action a FileInfo 23 a media type followed by a script name
Script a - 2 a method followed by a script name
`,
  'mod_macro.c': `
<Macro a Any * Beginning of a macro definition section.
Use a Any * Use of a macro.
UndefMacro a Any * Remove a macro definition.
MacroIgnoreEmptyArgs a Any * Globally ignore warnings about empty arguments.
MacroIgnoreBadNesting a Any * Globally ignore warnings about bad nesting.
`,
  'mod_allowmethods.c': `
AllowMethods d - * only allow specific methods
`,
}
