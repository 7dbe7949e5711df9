import { encodeUtf8 } from '@drydock/codec'
import { type Answer, type Exchange, serverWord } from './exchange.ts'
import { bannerOf, serverName, serverPort } from './variables.ts'

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Titles that differ from the reason phrases of the http room. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm A Teapot",
  421: 'Misdirected Request',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

/** ap_get_status_line */
export const reasonOf = (status: number): string => REASONS[status] ?? 'Internal Server Error'

const admin = (exchange: Exchange): string => serverWord(exchange, 'serveradmin') ?? '[no address given]'

/** What Apache says of each status. get_canned_error_string */
const TEXTS: Readonly<Record<number, (exchange: Exchange) => string>> = {
  400: () => '<p>Your browser sent a request that this server could not understand.<br />\n</p>\n',
  401: () =>
    "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>\n",
  403: () => "<p>You don't have permission to access this resource.</p>\n",
  404: () => '<p>The requested URL was not found on this server.</p>\n',
  405: ({ method }) => `<p>The requested method ${escapeHtml(method)} is not allowed for this URL.</p>\n`,
  406: () => '<p>An appropriate representation of the requested resource could not be found on this server.</p>\n',
  408: () => '<p>Server timeout waiting for the HTTP request from the client.</p>\n',
  410: () =>
    '<p>The requested resource is no longer available on this server and there is no forwarding address.\nPlease remove all references to this resource.</p>\n',
  411: ({ method }) =>
    `<p>A request of the requested method ${escapeHtml(method)} requires a valid Content-length.<br />\n</p>\n`,
  412: () => '<p>The precondition on the request for this URL evaluated to false.</p>\n',
  413: ({ method }) =>
    `The requested resource does not allow request data with ${escapeHtml(method)} requests, or the amount of data provided in\nthe request exceeds the capacity limit.\n`,
  414: () => "<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n</p>\n",
  415: () => '<p>The supplied request data is not in a format\nacceptable for processing by this resource.</p>\n',
  416: () =>
    '<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the selected resource.</p>\n',
  429: () => '<p>The user has sent too many requests\nin a given amount of time.</p>\n',
  500: (exchange) =>
    `<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n<p>Please contact the server administrator at \n ${admin(exchange)} to inform them of the time this error occurred,\n and the actions you performed just before this error.</p>\n<p>More information about this error may be available\nin the server error log.</p>\n`,
  501: ({ method }) => `<p>${escapeHtml(method)} not supported for current URL.<br />\n</p>\n`,
  502: () => '<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n</p>\n',
  503: () =>
    '<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems. Please try again later.</p>\n',
  504: () => '<p>The gateway did not receive a timely response\nfrom the upstream server or application.</p>\n',
}

const MOVED = (location: string): string =>
  `<p>The document has moved <a href="${escapeHtml(location)}">here</a>.</p>\n`
const SEE_OTHER = (location: string): string =>
  `<p>The answer to your request is located <a href="${escapeHtml(location)}">here</a>.</p>\n`

/** What mod_proxy says of a server that it could not ask. ap_proxyerror */
const proxyText = (status: number, reason: string): string =>
  `${status === 502 ? '<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n' : ''}The proxy server could not handle the request<p>Reason: <strong>${escapeHtml(reason)}</strong></p><p />\n${status === 502 ? '</p>\n' : ''}`

/** The line at the foot of pages that the server makes. ap_psignature @param before what stands in front of it */
export function signature(exchange: Exchange, before: string): string {
  const how = exchange.settings.word('serversignature')?.toLowerCase() ?? 'off'
  if (how === 'off') return ''
  const name = serverName(exchange)
  const shown = how === 'email' ? `<a href="mailto:${admin(exchange)}">${name}</a>` : name
  return `${before}<address>${bannerOf(exchange.context)} Server at ${shown} Port ${serverPort(exchange)}</address>\n`
}

/** Apache's own page for a status. ap_send_error_response @param second the status of an error page that failed too */
export function errorPage(exchange: Exchange, status: number, location = '', second?: number): Answer {
  const reason = exchange.notes.get('proxy-error')
  const title = reason === undefined ? reasonOf(status) : 'Proxy Error'
  const text =
    reason !== undefined
      ? proxyText(status, reason)
      : status === 301 || status === 302 || status === 307 || status === 308
        ? MOVED(location)
        : status === 303
          ? SEE_OTHER(location)
          : (TEXTS[status]?.(exchange) ?? (REASONS[status] === undefined ? (TEXTS[500]?.(exchange) ?? '') : ''))
  const also =
    second === undefined
      ? ''
      : `<p>Additionally, a ${second} ${reasonOf(second)}\nerror was encountered while trying to use an ErrorDocument to handle the request.</p>\n`
  const html = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n${text}${also}${signature(exchange, '<hr>\n')}</body></html>\n`
  const bytes = encodeUtf8(html)
  return {
    status,
    reason: title,
    headers: [],
    type: 'text/html; charset=iso-8859-1',
    length: bytes.length,
    send: async (write) => write(bytes),
  }
}
