import { isDirectory } from '@drydock/abi'
import { encodeUtf8 } from '@drydock/codec'
import { listing } from './autoindex.ts'
import { runScript } from './cgi.ts'
import { note } from './error-log.ts'
import { type Answer, type Exchange, serverWord } from './exchange.ts'
import { mediaTypeOf } from './mime.ts'
import { optionsOf } from './options.ts'
import { indexNames } from './phases.ts'
import { passOn } from './proxy.ts'
import { fileAnswer } from './static-file.ts'
import { statusPage } from './status-page.ts'

/** An answer made, or the status of a page of errors. */
export type Handled = Answer | number

/** Makes the answer, when nothing before has. ap_invoke_handler */
export async function invokeHandler(exchange: Exchange): Promise<Handled> {
  if (exchange.method === 'TRACE') return trace(exchange)
  if (tooLarge(exchange)) return 413
  if (exchange.proxied) return passOn(exchange)
  const media = mediaTypeOf(exchange)
  const handler = exchange.handler ?? media.handler
  exchange.handler = handler
  if (handler?.startsWith('proxy:')) {
    exchange.proxied = { url: proxyUrl(exchange, handler.slice(6)), from: '' }
    return passOn(exchange)
  }
  const own = handler === undefined ? undefined : HANDLERS[handler.toLowerCase()]
  return own && own.when(exchange) ? own.run(exchange) : byDefault(exchange)
}

/** The path goes on behind the address of a handler. */
const proxyUrl = ({ filename, uri, args }: Exchange, address: string): string =>
  `${address.replace(/\/$/, '')}${/^fcgi:|^unix:.*fcgi:/.test(address) ? filename : encodeURI(uri)}${args === '' ? '' : `?${args}`}`

function tooLarge({ settings, fields }: Exchange): boolean {
  const limit = Number(settings.word('limitrequestbody') ?? 1_073_741_824)
  return limit > 0 && Number(fields.get('content-length') ?? 0) > limit
}

const has =
  (module: string) =>
  ({ context }: Exchange): boolean =>
    context.modules.has(module)

const HANDLERS: Readonly<
  Record<
    string,
    { readonly when: (exchange: Exchange) => boolean; readonly run: (exchange: Exchange) => Promise<Handled> }
  >
> = {
  'cgi-script': { when: (exchange) => has('cgid_module')(exchange) || has('cgi_module')(exchange), run: script },
  'server-status': {
    when: has('status_module'),
    run: async (exchange) => (exchange.method === 'GET' || exchange.method === 'HEAD' ? statusPage(exchange) : 405),
  },
}

async function script(exchange: Exchange): Promise<Handled> {
  const { stat, filename, settings, notes } = exchange
  if (!notes.has('script-aliased') && !optionsOf(settings).has('execcgi')) {
    await note(exchange, 'cgi:error', `AH02809: Options ExecCGI is off in this directory: ${filename}`)
    return 403
  }
  if (!stat) {
    await note(exchange, 'cgi:error', `AH02811: script not found or unable to stat: ${filename}`)
    return 404
  }
  if (!isDirectory(stat.mode)) return runScript(exchange)
  await note(exchange, 'cgi:error', `AH02810: attempt to invoke directory as script: ${filename}`)
  return 403
}

async function byDefault(exchange: Exchange): Promise<Handled> {
  const { stat, method, settings, pathInfo, filename } = exchange
  if (method === 'OPTIONS') return options(exchange)
  if (stat && isDirectory(stat.mode)) return folder(exchange)
  if (!/^(GET|HEAD|POST)$/.test(method)) {
    exchange.errorFields.push(['Allow', allowed(exchange)])
    return 405
  }
  if (!stat || (pathInfo !== '' && !settings.on('acceptpathinfo'))) {
    await note(exchange, 'core:info', `AH00128: File does not exist: ${filename}${pathInfo}`)
    return 404
  }
  return fileAnswer(exchange, stat, mediaTypeOf(exchange))
}

async function folder(exchange: Exchange): Promise<Handled> {
  const { settings, filename, method } = exchange
  if (!has('autoindex_module')(exchange)) return 404
  if (method !== 'GET' && method !== 'HEAD') return 405
  if (optionsOf(settings).has('indexes')) return listing(exchange)
  await note(
    exchange,
    'autoindex:error',
    `AH01276: Cannot serve directory ${filename}: No matching DirectoryIndex (${indexNames(exchange).join(',')}) found, and server-generated directory index forbidden by Options directive`,
  )
  return 403
}

const allowed = (exchange: Exchange): string =>
  /^off$/i.test(serverWord(exchange, 'traceenable') ?? 'on') ? 'HEAD,GET,POST,OPTIONS' : 'GET,POST,OPTIONS,HEAD,TRACE'

function options(exchange: Exchange): Answer {
  const headers: Answer['headers'] = [
    ['Allow', allowed(exchange)],
    ['Content-Length', '0'],
  ]
  return { status: 200, headers, length: 0, type: mediaTypeOf(exchange).type }
}

/** The request as it came, for who wants to see what proxies made of it. */
function trace(exchange: Exchange): Handled {
  if (/^off$/i.test(serverWord(exchange, 'traceenable') ?? 'on')) {
    exchange.errorFields.push(['Allow', ''])
    return 405
  }
  const { request } = exchange
  const fields = [...request.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const bytes = encodeUtf8(`${request.method} ${request.target} ${request.protocol}\r\n${fields}\r\n`)
  return { status: 200, headers: [], type: 'message/http', send: async (write) => write(bytes) }
}
