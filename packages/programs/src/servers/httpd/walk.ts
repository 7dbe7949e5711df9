import { EACCES, ENOENT, ENOTDIR, isDirectory, isErrno, isSymlink, type Stat } from '@drydock/abi'
import type { Section } from './config.ts'
import { Settings } from './directive.ts'
import { note } from './error-log.ts'
import type { Exchange } from './exchange.ts'
import { readOverrides } from './overrides.ts'
import { optionsOf } from './options.ts'
import { worldOf } from './variables.ts'

/** Sections found so far, with those in them that files and conditions decide upon later. */
class Merged {
  settings: Settings
  readonly files: Section[]
  readonly conditions: Section[]

  constructor({ context, server }: Pick<Exchange, 'context' | 'server'>) {
    const { main } = context.config
    this.settings = new Settings(server === main ? [main.layer] : [main.layer, server.layer])
    const sections = sectionsOf({ context, server })
    this.files = sections.filter(({ kind }) => kind === 'files')
    this.conditions = sections.filter(({ kind }) => /if$|else/.test(kind))
  }

  add({ layer, inner }: Pick<Section, 'layer' | 'inner'>): void {
    this.settings = this.settings.with(layer)
    for (const each of inner) (each.kind === 'files' ? this.files : this.conditions).push(each)
  }
}

/** Those of the main server, then those of the virtual host. */
const sectionsOf = ({ context, server }: Pick<Exchange, 'context' | 'server'>): readonly Section[] =>
  server === context.config.main ? server.sections : [...context.config.main.sections, ...server.sections]

const sectionsFor = (exchange: Exchange, kind: Section['kind']): readonly Section[] =>
  sectionsOf(exchange).filter((each) => each.kind === kind)

/** Settings of paths alone, before anything is translated. */
export function startSettings(exchange: Pick<Exchange, 'context' | 'server'>): Settings {
  return new Merged(exchange).settings
}

/** Folders, .htaccess, files, paths and conditions in their order. @returns a status when the way is barred */
export async function mapToStorage(exchange: Exchange): Promise<number | undefined> {
  const merged = new Merged(exchange)
  const barred = exchange.proxied ? proxySections(exchange, merged) : await walkFolders(exchange, merged)
  if (barred !== undefined) {
    locations(exchange, merged)
    exchange.settings = merged.settings
    return barred
  }
  if (!exchange.proxied) for (const each of merged.files) if (fitsFile(each, exchange.filename)) merged.add(each)
  locations(exchange, merged)
  exchange.settings = merged.settings
  let taken = false
  for (const each of merged.conditions) {
    if (each.kind === 'if') taken = false
    const fits: boolean = !(taken && each.kind !== 'if') && (each.condition?.(worldOf(exchange, true)) ?? true)
    taken ||= fits
    if (fits) merged.add(each)
    exchange.settings = merged.settings
  }
  return undefined
}

function locations(exchange: Exchange, merged: Merged): void {
  for (const section of sectionsFor(exchange, 'location')) {
    const match = fitsPath(section, exchange.uri)
    if (match === undefined) continue
    keepNames(exchange, match)
    merged.add({ layer: section.layer, inner: section.inner.filter(({ kind }) => kind !== 'files') })
  }
}

function proxySections(exchange: Exchange, merged: Merged): undefined {
  const url = exchange.proxied?.url ?? ''
  for (const each of sectionsFor(exchange, 'proxy'))
    if (each.regex?.test(url) ?? url.startsWith(each.path ?? '')) merged.add(each)
}

/** Named groups are in the environment of the request as MATCH_NAME. */
function keepNames({ env }: Exchange, match: RegExpExecArray | true): void {
  if (match === true) return
  for (const [name, value] of Object.entries(match.groups ?? {})) env.set(`MATCH_${name.toUpperCase()}`, value ?? '')
}

/** Location /a is for /a and what is below it; Location /a/ for what is below alone. */
function fitsPath({ path, regex }: Section, uri: string): RegExpExecArray | true | undefined {
  if (regex) return regex.exec(uri) ?? undefined
  if (path === undefined) return undefined
  return uri === path || path === '/' || (uri.startsWith(path) && (path.endsWith('/') || uri[path.length] === '/'))
    ? true
    : undefined
}

function fitsFile({ path, regex }: Section, filename: string): boolean {
  const name = filename.slice(filename.lastIndexOf('/') + 1)
  return regex ? regex.test(name) : path === name
}

/** ap_directory_walk: from the root down to the file, as far as there is something. */
async function walkFolders(exchange: Exchange, merged: Merged): Promise<number | undefined> {
  const sections = sectionsFor(exchange, 'directory')
  const byRegex = sections.filter(({ regex, path }) => regex && path === undefined)
  const parts = exchange.filename.split('/').filter((part) => part !== '')
  const trailing = exchange.filename.endsWith('/') && parts.length > 0
  let folder = '/'
  exchange.stat = undefined
  exchange.pathInfo = ''
  for (let depth = 0; ; depth++) {
    for (const each of sections) if (isFor(each, folder)) merged.add(each)
    const own = await readOverrides(exchange, merged.settings, folder)
    if (typeof own === 'number') return own
    for (const each of own) merged.add(each)
    const part = parts[depth]
    const path = part === undefined ? folder : `${folder === '/' ? '' : folder}/${part}`
    const stat = await look(exchange, path, part === undefined ? undefined : merged.settings)
    if (typeof stat === 'number') return stat
    if (part !== undefined && stat && isDirectory(stat.mode)) {
      folder = path
      continue
    }
    exchange.stat = stat
    exchange.filename = part === undefined && trailing && folder !== '/' ? `${folder}/` : path
    const rest = parts.slice(depth + 1)
    exchange.pathInfo =
      rest.length > 0 ? `/${rest.join('/')}${trailing ? '/' : ''}` : part !== undefined && trailing ? '/' : ''
    break
  }
  for (const each of byRegex) {
    const match = each.regex?.exec(exchange.filename) ?? each.regex?.exec(`${folder}/`)
    if (!match) continue
    keepNames(exchange, match)
    merged.add(each)
  }
  return undefined
}

const isFor = ({ path, regex }: Section, folder: string): boolean =>
  path !== undefined && (regex ? regex.test(folder) : path === folder)

/** @param settings of the folder, which say whether links may be followed */
async function look(
  exchange: Exchange,
  path: string,
  settings: Settings | undefined,
): Promise<Stat | number | undefined> {
  const { sys } = exchange.context
  try {
    const stat = sys.stat(path)
    if (!settings || !isSymlink(sys.lstat(path).mode) || mayFollow(exchange, settings, path)) return stat
    await note(exchange, 'core:error', `AH00037: Symbolic link not allowed or link target not accessible: ${path}`)
    return 403
  } catch (error) {
    if (error === ENOENT || error === ENOTDIR) return undefined
    if (!isErrno(error)) throw error
    if (error === EACCES)
      await note(
        exchange,
        'core:error',
        `(13)Permission denied: AH00035: access to ${exchange.uri} denied (filesystem path '${path}') because search permissions are missing on a component of the path`,
      )
    return 403
  }
}

function mayFollow({ context: { sys } }: Exchange, settings: Settings, path: string): boolean {
  const options = optionsOf(settings)
  if (options.has('followsymlinks')) return true
  return options.has('symlinksifownermatch') && sys.lstat(path).uid === sys.stat(path).uid
}
