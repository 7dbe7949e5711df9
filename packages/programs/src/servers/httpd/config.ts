import { DirectiveError } from './config-error.ts'
import { type Directive, Layer } from './directive.ts'
import { compileCondition, type Condition } from './expression.ts'
import { globToRegExp, isPattern } from './file-pattern.ts'
import { compileRegex } from './regex.ts'

export type SectionKind = 'directory' | 'files' | 'location' | 'proxy' | 'if' | 'elseif' | 'else'

/** Directives for some folders, files, paths or requests. */
export interface Section {
  readonly kind: SectionKind
  /** The path as written, without a slash at its end; undefined where a regular expression or a condition decides. */
  readonly path: string | undefined
  readonly regex: RegExp | undefined
  /** Of If. */
  readonly condition: Condition | undefined
  readonly layer: Layer
  /** Files and If inside. */
  readonly inner: readonly Section[]
}

export interface Address {
  /** `*`, or an address. */
  readonly host: string
  /** 0 for any. */
  readonly port: number
}

/** The main server, or a VirtualHost. */
export interface Server {
  readonly name: string | undefined
  readonly aliases: readonly string[]
  /** Empty for the main server. */
  readonly addresses: readonly Address[]
  readonly layer: Layer
  readonly sections: readonly Section[]
  /** `file:line` of the section. */
  readonly at: string
}

export interface Listen extends Address {
  /** `https` where TLS is spoken whatever the servers say. */
  readonly protocol: string
}

export interface HttpdConfig {
  readonly root: string
  readonly main: Server
  readonly hosts: readonly Server[]
  readonly listens: readonly Listen[]
}

const KINDS: Readonly<Record<string, SectionKind>> = {
  '<directory': 'directory',
  '<directorymatch': 'directory',
  '<files': 'files',
  '<filesmatch': 'files',
  '<location': 'location',
  '<locationmatch': 'location',
  '<proxy': 'proxy',
  '<proxymatch': 'proxy',
  '<if': 'if',
  '<elseif': 'elseif',
  '<else': 'else',
}

/** Sections of a block, and what stands there by itself. */
export function split(directives: readonly Directive[]): { readonly plain: Directive[]; readonly sections: Section[] } {
  const plain: Directive[] = []
  const sections: Section[] = []
  for (const directive of directives) {
    const kind = KINDS[directive.key]
    if (kind) sections.push(sectionOf(kind, directive))
    else if (directive.key !== '<virtualhost') plain.push(directive)
  }
  return { plain, sections }
}

function sectionOf(kind: SectionKind, { key, args, raw, block = [] }: Directive): Section {
  const tilde = args[0] === '~'
  const text = (tilde ? args[1] : args[0]) ?? ''
  const isRegex = tilde || key.endsWith('match')
  const { plain, sections } = split(block)
  // A pattern for folders is not to end with a slash: they have none when they are compared.
  const path =
    isRegex || kind.endsWith('if') || kind === 'else'
      ? undefined
      : text.length > 1 && kind !== 'proxy'
        ? text.replace(/\/$/, kind === 'location' ? '/' : '')
        : text
  return {
    kind,
    path,
    regex: regexOf(isRegex ? text : undefined, path),
    condition: kind === 'if' || kind === 'elseif' ? conditionOf(raw) : undefined,
    layer: new Layer(plain, placeOf(kind, path)),
    inner: sections,
  }
}

const placeOf = (kind: SectionKind, path: string | undefined) => {
  if (kind === 'directory' && path !== undefined && !isPattern(path)) return { folder: path === '/' ? '/' : `${path}/` }
  return kind === 'location' ? { location: path ?? '' } : {}
}

function regexOf(regex: string | undefined, path: string | undefined): RegExp | undefined {
  if (regex !== undefined) return compileRegex(regex)
  return path !== undefined && isPattern(path) ? globToRegExp(path, { slashes: true }) : undefined
}

function conditionOf(raw: string): Condition {
  const text = raw.replace(/^"(.*)"$/s, (_, inner: string) => inner.replace(/\\(["\\])/g, '$1'))
  const condition = compileCondition(text)
  if (typeof condition === 'string') throw new DirectiveError(`Cannot parse condition clause: ${condition}`)
  return condition
}

/** A tree that was checked, as servers. */
export function readConfig(directives: readonly Directive[], root: string): HttpdConfig {
  const hosts = directives.filter(({ key }) => key === '<virtualhost')
  return {
    root,
    main: serverOf(directives, [], ''),
    hosts: hosts.map(({ block = [], args, file, line }) => serverOf(block, args.map(addressOf), `${file}:${line}`)),
    listens: directives.filter(({ key }) => key === 'listen').map(({ args }) => listenOf(args)),
  }
}

function serverOf(directives: readonly Directive[], addresses: readonly Address[], at: string): Server {
  const { plain, sections } = split(directives)
  const layer = new Layer(plain)
  return {
    name: layer.all('servername').at(-1)?.args[0],
    aliases: layer.all('serveralias').flatMap(({ args }) => args),
    ...{ addresses, layer, sections, at },
  }
}

/** `*:80`, `_default_:443`, `192.168.0.1`, `[::1]:80`. */
function addressOf(text: string): Address {
  const [, six, five = '0'] = /^\[([^\]]*)\](?::(\d+|\*))?$/.exec(text) ?? []
  if (six !== undefined) return { host: six, port: Number(five === '*' ? 0 : five) }
  const [host = '', port = '0'] = text.split(':')
  return { host: host === '_default_' ? '*' : host, port: port === '*' ? 0 : Number(port) }
}

function listenOf([where = '', protocol]: readonly string[]): Listen {
  const { host, port } = /^\d+$/.test(where) ? { host: '*', port: Number(where) } : addressOf(where)
  return { host, port, protocol: protocol ?? (port === 443 ? 'https' : 'http') }
}
