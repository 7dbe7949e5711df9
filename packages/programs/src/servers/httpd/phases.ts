import { isDirectory, isRegular } from '@drydock/abi'
import { statOrUndefined } from '../files/open-static.ts'
import { aliased, redirection, type Redirection } from './alias.ts'
import { authorize } from './authorize.ts'
import type { Layer } from './directive.ts'
import { setEnv, setEnvIf } from './environment.ts'
import { note } from './error-log.ts'
import type { Exchange } from './exchange.ts'
import { editRequest } from './header-rules.ts'
import { remoteAddress } from './remote-ip.ts'
import { optionsOf } from './options.ts'
import { proxyPass, proxyPassHere } from './proxy-rules.ts'
import { rulesOf, runRules, type Rewritten } from './rewrite.ts'
import { documentRoot, ownUrl } from './variables.ts'
import { mapToStorage, startSettings } from './walk.ts'

/** How a phase ends a request: a status with its page, another place, another path, an index. */
export type Turn =
  | { readonly kind: 'status'; readonly status: number; readonly location?: string | undefined }
  | { readonly kind: 'again'; readonly uri: string; readonly args: string }
  | { readonly kind: 'index'; readonly uri: string }

const barred = (status: number | undefined): Turn | undefined =>
  status === undefined ? undefined : { kind: 'status', status }

const moved = (found: Redirection | undefined): Turn | undefined =>
  found && { kind: 'status', status: found.status, location: found.to }

const serverLayers = ({ context, server }: Exchange): readonly Layer[] =>
  server === context.config.main ? [server.layer] : [context.config.main.layer, server.layer]

const folderLayers = (exchange: Exchange): readonly Layer[] =>
  exchange.settings.layers.slice(serverLayers(exchange).length)

/** Everything before an answer is made. ap_process_request_internal */
export async function preparePhases(exchange: Exchange): Promise<Turn | undefined> {
  exchange.settings = startSettings(exchange)
  remoteAddress(exchange)
  setEnvIf(exchange, serverLayers(exchange))
  return (await translate(exchange)) ?? barred(await mapToStorage(exchange)) ?? (await inFolder(exchange))
}

/** URI to file name: rewriting, ProxyPass, Redirect and Alias, at last DocumentRoot. */
async function translate(exchange: Exchange): Promise<Turn | undefined> {
  const rewritten = await rewriteInServer(exchange)
  if (rewritten) return rewritten
  if (exchange.filename !== '' || exchange.proxied) return undefined
  exchange.proxied = proxyPass(exchange)
  if (exchange.proxied) return undefined
  const redirect = moved(redirection(exchange, serverLayers(exchange)))
  if (redirect) return redirect
  const alias = aliased(exchange)
  if (alias?.script) exchange.handler = 'cgi-script'
  if (alias?.script) exchange.notes.set('script-aliased', '1')
  exchange.filename = alias?.filename ?? documentRoot(exchange) + exchange.uri
  return undefined
}

async function rewriteInServer(exchange: Exchange): Promise<Turn | undefined> {
  const { server, uri } = exchange
  if (!/^on$/i.test(server.layer.all('rewriteengine').at(-1)?.args[0] ?? '')) return undefined
  if (exchange.notes.has('rewrite-end')) return undefined
  const result = await runRules(exchange, rulesOf(server.layer.directives), uri)
  if (result.end) exchange.notes.set('rewrite-end', '1')
  if (result.kind === 'unchanged') return undefined
  if (result.kind !== 'path') return outcome(exchange, result)
  if (!result.to.startsWith('/')) return { kind: 'status', status: 400 }
  if (result.passThrough) exchange.uri = result.to
  else exchange.filename = isPlace(exchange, result.to) ? result.to : documentRoot(exchange) + result.to
  return undefined
}

/** A path whose first part is there is one of the file system. prefix_stat */
function isPlace({ context }: Exchange, path: string): boolean {
  const [first = ''] = /^\/[^/]+(?=\/)/.exec(path) ?? []
  return first !== '' && statOrUndefined(context.sys, first) !== undefined
}

function outcome(exchange: Exchange, { kind, to, status, noEscape }: Rewritten): Turn | undefined {
  if (kind === 'status') return { kind: 'status', status }
  if (kind === 'proxy') {
    exchange.proxied = { url: exchange.args === '' ? to : `${to}?${exchange.args}`, from: '' }
    return undefined
  }
  const escaped = noEscape ? to : escapeUrl(to)
  return { kind: 'status', status, location: exchange.args === '' ? escaped : `${escaped}?${exchange.args}` }
}

/** All behind the host is escaped. escape_absolute_uri */
const escapeUrl = (url: string): string => {
  const [, head = '', path = ''] = /^(\w+:\/\/[^/]*)(.*)$/s.exec(url) ?? [url, url, '']
  return head + encodeURI(path).replaceAll('?', '%3f').replaceAll('#', '%23')
}

async function inFolder(exchange: Exchange): Promise<Turn | undefined> {
  const layers = folderLayers(exchange)
  setEnvIf(exchange, layers)
  exchange.proxied ??= proxyPassHere(exchange, layers)
  const refused = barred(await authorize(exchange))
  if (refused) return refused
  const rewritten = exchange.proxied ? undefined : await rewriteInFolder(exchange, layers)
  if (rewritten) return rewritten
  const redirect = moved(redirection(exchange, layers))
  if (redirect) return redirect
  setEnv(exchange)
  editRequest(exchange)
  return exchange.proxied ? undefined : folderIndex(exchange)
}

const REWRITE_KEYS = ['rewriteengine', 'rewriterule', 'rewritecond', 'rewritebase', 'rewriteoptions']

/** Rules of folders: of the innermost section that has any. hook_fixup */
async function rewriteInFolder(exchange: Exchange, layers: readonly Layer[]): Promise<Turn | undefined> {
  const layer = layers.findLast((each) => REWRITE_KEYS.some((key) => each.has(key)))
  const engine = layers
    .findLast((each) => each.has('rewriteengine'))
    ?.all('rewriteengine')
    .at(-1)?.args[0]
  const folder = layer?.folder
  if (!layer?.has('rewriterule') || folder === undefined || !/^on$/i.test(engine ?? '')) return undefined
  if (exchange.notes.has('rewrite-end')) return undefined
  const options = optionsOf(exchange.settings)
  if (!options.has('followsymlinks') && !options.has('symlinksifownermatch')) {
    await note(
      exchange,
      'rewrite:error',
      `AH00670: Options FollowSymLinks and SymLinksIfOwnerMatch are both off, so the RewriteRule directive is also forbidden due to its similar ability to circumvent directory restrictions : ${exchange.filename}`,
    )
    return { kind: 'status', status: 403 }
  }
  const start = exchange.filename + exchange.pathInfo
  const result = await runRules(exchange, rulesOf(layer.directives), start, folder)
  if (result.end) exchange.notes.set('rewrite-end', '1')
  if (result.kind === 'unchanged' || (result.kind === 'path' && result.to === start)) return undefined
  const base = layer.all('rewritebase').at(-1)?.args[0]
  const to = base === undefined ? result.to : based(result.to, folder, base)
  if (result.kind !== 'path') return outcome(exchange, { ...result, to })
  return { kind: 'again', uri: base === undefined ? withoutRoot(exchange, to) : to, args: exchange.args }
}

/** RewriteBase in the place of the folder, behind the host of an address. */
function based(path: string, folder: string, base: string): string {
  const [, host = '', rest = path] = /^(\w+:\/\/[^/]+)(\/.*)$/s.exec(path) ?? []
  return rest.startsWith(folder) ? host + base.replace(/\/?$/, '/') + rest.slice(folder.length) : path
}

function withoutRoot(exchange: Exchange, path: string): string {
  const root = documentRoot(exchange)
  return path.startsWith(`${root}/`) ? path.slice(root.length) : path
}

/** mod_dir: a slash behind a folder, its index, or what stands in for what is not there. */
function folderIndex(exchange: Exchange): Turn | undefined {
  const { stat, settings, uri, filename, context } = exchange
  if (!context.modules.has('dir_module') || (exchange.handler ?? '') === 'server-status') return undefined
  if (!stat) return fallback(exchange)
  if (!isDirectory(stat.mode) || settings.word('sethandler') !== undefined) return undefined
  if (!uri.endsWith('/')) {
    if (!settings.on('directoryslash', true)) return undefined
    const query = exchange.args === '' ? '' : `?${exchange.args}`
    return { kind: 'status', status: 301, location: `${ownUrl(exchange, encodeURI(uri))}/${query}` }
  }
  if (!/^(GET|HEAD|POST|OPTIONS)$/.test(exchange.method)) return undefined
  for (const name of indexNames(exchange)) {
    if (name.startsWith('/')) return { kind: 'again', uri: name, args: exchange.args }
    const found = statOrUndefined(context.sys, filename.replace(/\/?$/, '/') + name)
    if (found && isRegular(found.mode)) return { kind: 'index', uri: uri + name }
  }
  return fallback(exchange)
}

export function indexNames({ settings }: Exchange): readonly string[] {
  const names = settings
    .lastLayer('directoryindex')
    ?.all('directoryindex')
    .flatMap(({ args }) => args)
  return names?.[0]?.toLowerCase() === 'disabled' ? [] : (names ?? ['index.html'])
}

function fallback({ settings, uri, args, context }: Exchange): Turn | undefined {
  const path = settings.word('fallbackresource')
  if (path === undefined || /^disabled$/i.test(path) || path === uri || !context.modules.has('dir_module'))
    return undefined
  return { kind: 'again', uri: path, args }
}
