/** Directives by module, one a line: its name, where it may stand (s outside of folders, d inside, a anywhere), what of
 * AllowOverride lets it into .htaccess, how many arguments it takes, and what it is for, which errors say: as `httpd -L` does. */
export const CORE_DIRECTIVES: Readonly<Record<string, string>> = {
  'core.c': `
<Directory s - * Container for directives affecting resources located in the specified directories
<Location s - * Container for directives affecting resources accessed through the specified URL paths
<VirtualHost s - * Container to map directives to a particular virtual host, takes one or more host addresses
<Files a Any * Container for directives affecting files matching specified patterns
<Limit d AuthConfig/Limit * Container for authentication directives when accessed using specified HTTP methods
<LimitExcept d AuthConfig/Limit * Container for authentication directives to be applied when any HTTP method other than those specified is used to access the resource
<IfModule a Any * Container for directives based on existence of specified modules
<IfDefine a Any * Container for directives based on existence of command line defines
<IfFile a Any * Container for directives based on existence of files on disk
<DirectoryMatch s - * Container for directives affecting resources located in the specified directories
<LocationMatch s - * Container for directives affecting resources accessed through the specified URL paths
<FilesMatch a Any * Container for directives affecting files matching specified patterns
AddDefaultCharset a FileInfo 1 The name of the default charset to add to any Content-Type without one or 'Off' to disable
AcceptPathInfo a FileInfo 1 Set to on or off for PATH_INFO to be accepted by handlers, or default for the per-handler preference
Define a - 12 Define a variable, optionally to a value.  Same as passing -D to the command line.
UnDefine a - 1 Undefine the existence of a variable. Undo a Define.
Error a Any * Generate error message from within configuration
<If a Any * Container for directives to be conditionally applied
<ElseIf a Any * Container for directives to be conditionally applied
<Else a Any * Container for directives to be conditionally applied
AccessFileName s - * Name(s) of per-directory config files (default: .htaccess)
DocumentRoot s - 1 Root directory of the document tree
ErrorDocument a FileInfo 2 Change responses for HTTP errors
AllowOverride d - * Controls what groups of directives can be configured by per-directory config files
AllowOverrideList d - * Controls what individual directives can be configured by per-directory config files
Options a Options * Set a number of attributes for a given directory
DefaultType a FileInfo 1 the default media type for otherwise untyped files (DEPRECATED)
FileETag a FileInfo * Specify components used to construct a file's ETag
EnableMMAP a FileInfo 1 Controls whether memory-mapping may be used to read files
EnableSendfile a FileInfo 1 Controls whether sendfile may be used to transmit files
ReadBufferSize a - 1 Size (in bytes) of the memory buffers used to read data
FlushMaxThreshold s - 1 Maximum threshold above which pending data are flushed to the network
FlushMaxPipelined s - 1 Maximum number of pipelined responses (pending) above which they are flushed to the network
Protocol s - 1 Set the Protocol for httpd to use.
AcceptFilter s - 2 Set the Accept Filter to use for a protocol
Port s - 1 Port was replaced with Listen in Apache 2.0
HostnameLookups a - 1 "on" to enable, "off" to disable reverse DNS lookups, or "double" to enable double-reverse DNS lookups
ServerAdmin s - 1 The email address of the server administrator
ServerName s - 1 The hostname and port of the server
ServerSignature a Any 1 En-/disable server signature (on|off|email)
ServerRoot s - 1 Common directory of server-related files (logs, confs, etc.)
DefaultRuntimeDir s - 1 Common directory for run-time files (shared memory, locks, etc.)
ErrorLog s - 1 The filename of the error log
ErrorLogFormat s - 12 Format string for the ErrorLog
ServerAlias s - + A name or names alternately used to access the server
ServerPath s - 1 The pathname the server can be reached at
Timeout s - 1 Timeout duration (sec)
ContentDigest a Options f whether or not to send a Content-MD5 header with each request
UseCanonicalName a - 1 How to work out the ServerName : Port when constructing URLs
UseCanonicalPhysicalPort a - 1 Whether to use the physical Port when constructing URLs
Include a - 1 Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file
IncludeOptional a - 1 Name or pattern of the config file(s) to be included; ignored if the file does not exist or the pattern does not match any files
LogLevel a - + Level of verbosity in error logging
NameVirtualHost s - 1 A numeric IP address:port, or the name of a host
ServerTokens s - 1 Determine tokens displayed in the Server: header - Min(imal), Major, Minor, Prod(uctOnly), OS, or Full
LimitRequestLine s - 1 Limit on maximum size of an HTTP request line
LimitRequestFieldsize s - 1 Limit on maximum size of an HTTP request header field
LimitRequestFields s - 1 Limit (0 = unlimited) on max number of header fields in a request message
LimitRequestBody a Any 1 Limit (in bytes) on maximum size of request message body
LimitXMLRequestBody a Any 1 Limit (in bytes) on maximum size of an XML-based request body
Mutex s - * mutex (or "default") and mechanism
MaxRanges a - 1 Maximum number of Ranges in a request before returning the entire resource, or 0 for unlimited
MaxRangeOverlaps a - 1 Maximum number of overlaps in Ranges in a request before returning the entire resource, or 0 for unlimited
MaxRangeReversals a - 1 Maximum number of reversals in Ranges in a request before returning the entire resource, or 0 for unlimited
RLimitCPU a Any 12 Soft/hard limits for max CPU usage in seconds
RLimitMEM a Any 12 Soft/hard limits for max memory usage per process
RLimitNPROC a Any 12 soft/hard limits for max number of processes per uid
RegexDefaultOptions s - * default options for regexes (prefixed by '+' to add, '-' to del)
LimitInternalRecursion s - 12 maximum recursion depth of internal redirects and subrequests
CGIPassAuth d AuthConfig f Controls whether HTTP authorization headers, normally hidden, will be passed to scripts
QualifyRedirectURL a FileInfo f Controls whether the REDIRECT_URL environment variable is fully qualified
StrictHostCheck s - f Controls whether a hostname match is required
ForceType a FileInfo 1 a mime type that overrides other configured type
SetHandler a FileInfo 1 a handler name that overrides any other configured handler
SetOutputFilter a FileInfo 1 filter (or ; delimited list of filters) to be run on the request content
SetInputFilter a FileInfo 1 filter (or ; delimited list of filters) to be run on the request body
AllowEncodedSlashes s - 1 Allow URLs containing '/' encoded as '%2F'
ScoreBoardFile s - 1 A file for Apache to maintain runtime process management information
ExtendedStatus s - f "On" to track extended status information, "Off" to disable
SeeRequestTail s - f For extended status, "On" to see the last 63 chars of the request line, "Off" (default) to see the first 63
PidFile s - 1 A file for logging the server process ID
MaxRequestsPerChild s - 1 Maximum number of connections a particular child serves before dying. (DEPRECATED, use MaxConnectionsPerChild)
MaxConnectionsPerChild s - 1 Maximum number of connections a particular child serves before dying.
CoreDumpDirectory s - 1 The location of the directory Apache changes to before dumping core
MaxMemFree s - 1 Maximum number of 1k blocks a particular child's allocator may hold.
ThreadStackSize s - 1 Size in bytes of stack used by threads handling client connections
TraceEnable s - 1 'on' (default), 'off' or 'extended' to trace request body content
MergeTrailers s - f merge request trailers into request headers or not
Protocols s - + Controls which protocols are allowed
ProtocolsHonorOrder s - 1 'off' (default) or 'on' to respect given order of protocols, by default the client specified order determines selection
HttpProtocolOptions s - + 'Allow0.9' or 'Require1.0' (default); 'RegisteredMethods' or 'LenientMethods' (default); 'Unsafe' or 'Strict' (default). Sets HTTP acceptance rules
RegisterHttpMethod s - + Registers non-standard HTTP methods
MergeSlashes s - f Controls whether consecutive slashes in the URI path are merged
`,
  'http_core.c': `
KeepAliveTimeout s - 1 Keep-Alive timeout duration (sec)
MaxKeepAliveRequests s - 1 Maximum number of Keep-Alive requests per connection, or 0 for infinite
KeepAlive s - f Whether persistent connections should be On or Off
`,
  'mod_so.c': `
LoadModule s - 2 a module name and the name of a shared object file to load it from
LoadFile s - + shared object file or library to load into the server at runtime
`,
  'event.c': `
ListenBacklog s - 1 Maximum length of the queue of pending connections, as used by listen(2)
ListenCoresBucketsRatio s - 1 Ratio between the number of CPU cores (online) and the number of listeners buckets
Listen s - * A port number or a numeric IP address and a port number, and an optional protocol
SendBufferSize s - 1 Send buffer size in bytes
ReceiveBufferSize s - 1 Receive buffer size in bytes
ListenTCPDeferAccept s - 1 Value set for the socket option TCP_DEFER_ACCEPT if it is set
StartServers s - 1 Number of child processes launched at server startup
ServerLimit s - 1 Maximum number of child processes for this run of Apache
MinSpareThreads s - 1 Minimum number of idle threads, to handle request spikes
MaxSpareThreads s - 1 Maximum number of idle threads
MaxClients s - 1 Deprecated name of MaxRequestWorkers
MaxRequestWorkers s - 1 Maximum number of threads alive at the same time
ThreadsPerChild s - 1 Number of threads each child creates
ThreadLimit s - 1 Maximum number of worker threads per child process for this run of Apache - Upper limit for ThreadsPerChild
AsyncRequestWorkerFactor s - 1 How many additional connects will be accepted per idle worker thread
GracefulShutdownTimeout s - 1 Maximum time in seconds to wait for child processes to complete transactions during shutdown
`,
  'mod_unixd.c': `
User s - 1 Effective user id for this server
Group s - 1 Effective group id for this server
ChrootDir s - 1 The directory to chroot(2) into
Suexec s - f Enable or disable suEXEC support
`,
  'mod_version.c': `
<IfVersion a Any * a comparison operator, a version (and a delimiter)
`,
  'mod_log_config.c': `
CustomLog s - 23 a file name, a custom log format string or format name, and an optional "env=" or "expr=" clause (see docs)
GlobalLog s - 23 Same as CustomLog, but forces virtualhosts to inherit the log
TransferLog s - 1 the filename of the access log
LogFormat s - 12 a log format string (see docs) and an optional format name
BufferedLogs s - f Enable Buffered Logging (experimental)
`,
  'mod_logio.c': `
LogIOTrackTTFB a Any f Set to 'ON' to enable tracking time to first byte
`,
}
