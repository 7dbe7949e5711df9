import type { TlsWish } from '../secure-stream.ts'

/** One line of a section. */
export interface Line {
  readonly words: readonly string[]
  readonly file: string
  readonly number: number
}

export type ProxyKind = 'frontend' | 'backend' | 'listen'

export interface Section {
  /** `frontend`, `backend`, `listen`, or one of those that are no proxies. */
  readonly kind: string
  readonly name: string
  readonly file: string
  readonly number: number
  /** Those of `defaults` first. */
  readonly lines: readonly Line[]
}

export interface ServerSettings {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Which of its name's addresses it has: servers of a template share them. */
  readonly share: number
  readonly weight: number
  /** Connections at a time; 0 for no limit. */
  readonly most: number
  readonly check: boolean
  readonly checkPort: number | undefined
  readonly checkAddress: string | undefined
  readonly checkTls: boolean
  readonly backup: boolean
  readonly disabled: boolean
  readonly intervalMs: number
  readonly downMs: number | undefined
  readonly rise: number
  readonly fall: number
  readonly cookie: string | undefined
  readonly tls: TlsWish | undefined
  readonly resolvers: boolean
  /** Whether it may do without an address at first. */
  readonly mayBeUnknown: boolean
  readonly sendProxy: boolean
  readonly at: string
}

/** Complaints, a line each, as haproxy words them behind `config : `. */
export class HaproxyConfigError extends Error {
  readonly complaints: readonly string[]
  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'))
    this.complaints = complaints
  }
}

const PROXIES: readonly string[] = ['frontend', 'backend', 'listen']
export const isProxy = ({ kind }: Section): boolean => PROXIES.includes(kind)

const SECTIONS = [
  ...PROXIES,
  ...['defaults', 'global', 'resolvers', 'userlist', 'peers', 'cache', 'program', 'http-errors', 'ring', 'mailers'],
  ...['fcgi-app', 'log-forward', 'log-profile', 'crt-store', 'traces', 'acme'],
]

/** Words of a line: quotes join, a backslash keeps the next character, # begins a comment. */
function split(line: string, place: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  let opened = 0
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (quote === '' && char === '#') break
    if (quote !== '' ? char === quote : char === '"' || char === "'") {
      quote = quote === '' ? char : ''
      opened = at
      word ??= ''
    } else if (char === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + escaped(line.charAt(++at))
    else if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== '') {
    const shown = line.trimStart()
    const mark = ' '.repeat(opened - (line.length - shown.length))
    throw new HaproxyConfigError([
      `parsing [${place}]: unmatched quote at position ${opened + 1}:\n  ${shown}\n  ${mark}^`,
    ])
  }
  if (word !== undefined) words.push(word)
  return words
}

/** Before letters of expressions a backslash stays. */
const escaped = (char: string): string =>
  /[\s\\"'#]/.test(char) ? char : char === 'n' ? '\n' : char === 'r' ? '\r' : char === 't' ? '\t' : `\\${char}`

const withEnvironment = (line: string, env: ReadonlyMap<string, string>): string =>
  line.replace(/"[^"]*"/g, (quoted) =>
    quoted.replace(
      /\$(?:\{(\w+)(?:-([^}]*))?\}|(\w+))/g,
      (_, braced?: string, fallback?: string, bare?: string) => env.get(braced ?? bare ?? '') ?? fallback ?? '',
    ),
  )

/** Reads the sections of files one after the other; `defaults` go before the lines of those behind them. */
export class SectionReader {
  readonly sections: Section[] = []
  readonly complaints: string[] = []
  private readonly env: ReadonlyMap<string, string>
  private defaults: readonly Line[] = []
  private readonly named = new Map<string, readonly Line[]>()

  constructor(env: ReadonlyMap<string, string>) {
    this.env = env
  }

  read(text: string, file: string): void {
    let lines: Line[] | undefined
    for (const [index, raw] of text.split('\n').entries()) {
      const number = index + 1
      const words = this.words(raw, `${file}:${number}`)
      const [first = ''] = words
      if (first === '') continue
      if (SECTIONS.includes(first)) lines = this.begin(words, file, number)
      else if (lines) lines.push({ words, file, number })
      else this.complaints.push(`parsing [${file}:${number}]: unknown keyword '${first}' out of section.`)
    }
  }

  private words(raw: string, place: string): string[] {
    try {
      return split(withEnvironment(raw, this.env), place)
    } catch (error) {
      if (!(error instanceof HaproxyConfigError)) throw error
      this.complaints.push(...error.complaints)
      return []
    }
  }

  private begin([kind = '', name = '', how, from = '']: readonly string[], file: string, number: number): Line[] {
    if (PROXIES.includes(kind) && name === '')
      this.complaints.push(`parsing [${file}:${number}] : '${kind}' expects an <id> argument`)
    const lines: Line[] = PROXIES.includes(kind)
      ? [...(how === 'from' ? (this.named.get(from) ?? []) : this.defaults)]
      : []
    if (kind === 'defaults') {
      this.defaults = lines
      this.named.set(name, lines)
    }
    this.sections.push({ kind, name, file, number, lines })
    return lines
  }
}

export const lastOf = ({ lines }: Section, name: string): readonly string[] | undefined =>
  lines.findLast(({ words }) => words[0] === name)?.words.slice(1)

/** All lines of a keyword, without it; `no option x` takes an earlier one back. */
export function wordsOf({ lines }: Section, name: string): readonly (readonly string[])[] {
  let rows: (readonly string[])[] = []
  for (const { words } of lines) {
    if (words[0] === name) rows.push(words.slice(1))
    if (words[0] === 'no' && words[1] === name) rows = rows.filter(([each]) => each !== words[2])
  }
  return rows
}

export const hasOption = (section: Section, option: string): boolean =>
  wordsOf(section, 'option').some(([name]) => name === option)

export const modeOf = (section: Section): string => lastOf(section, 'mode')?.[0] ?? 'tcp'

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** `5s` in milliseconds; a number alone is that already. */
export function millisecondsOf(text: string): number {
  const [, count = '0', unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(text) ?? []
  return Number(count) * (UNITS[unit] ?? 1)
}

/** Milliseconds; undefined where there is none. */
export function timeoutOf(section: Section, name: string): number | undefined {
  const row = section.lines.findLast(({ words }) => words[0] === 'timeout' && words[1] === name)
  return row && millisecondsOf(row.words[2] ?? '0')
}

/** `server`, and the numbers of a `server-template`. */
export function serversOf(section: Section): ServerSettings[] {
  const usual = wordsOf(section, 'default-server').flat()
  return section.lines.flatMap(({ words, file, number }) => {
    const at = `${file}:${number}`
    if (words[0] === 'server') return [serverOf(words[1] ?? '', words[2] ?? '', [...usual, ...words.slice(3)], at, 0)]
    if (words[0] !== 'server-template') return []
    const range = words[2] ?? '1'
    const [low = 1, high = low] = range.split('-').map(Number)
    const [first, count] = range.includes('-') ? [low, high - low + 1] : [1, low]
    return Array.from({ length: count }, (_, index) =>
      serverOf(`${words[1] ?? ''}${first + index}`, words[3] ?? '', [...usual, ...words.slice(4)], at, index),
    )
  })
}

function serverOf(name: string, address: string, words: readonly string[], at: string, share: number): ServerSettings {
  const after = (key: string): string | undefined => {
    const index = words.lastIndexOf(key)
    return index < 0 ? undefined : words[index + 1]
  }
  const [, host = '', port = ''] = /^(?:ipv[46]@)?\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? []
  const resolvers = words.includes('resolvers')
  const sni = /^str\((.*)\)$/.exec(after('sni') ?? '')?.[1]
  return {
    ...{ name, host, port: Number(port), at, resolvers },
    share: resolvers ? share : 0,
    weight: Number(after('weight') ?? 1),
    most: Number(after('maxconn') ?? 0),
    check: words.includes('check') && words.lastIndexOf('check') > words.lastIndexOf('no-check'),
    checkPort: after('port') === undefined ? undefined : Number(after('port')),
    checkAddress: after('addr'),
    checkTls: !words.includes('no-check-ssl'),
    backup: words.includes('backup'),
    disabled: words.includes('disabled'),
    intervalMs: millisecondsOf(after('inter') ?? '2s'),
    downMs: after('downinter') === undefined ? undefined : millisecondsOf(after('downinter') ?? '2s'),
    rise: Number(after('rise') ?? 2),
    fall: Number(after('fall') ?? 3),
    cookie: after('cookie'),
    tls: words.includes('ssl')
      ? { name: sni ?? host, insecure: after('verify') !== 'required', authorities: after('ca-file') }
      : undefined,
    mayBeUnknown: /none|last/.test(after('init-addr') ?? ''),
    sendProxy: words.includes('send-proxy') || words.includes('send-proxy-v2'),
  }
}

export interface Bind {
  readonly address: string
  readonly port: number
  /** A socket of the file system in place of a port. */
  readonly path: string | undefined
  readonly tls: boolean
  /** Files, or folders of them, with certificates and their keys. */
  readonly certificates: readonly string[]
}

/** `*:80`, `:80`, `127.0.0.1:80-81`, `[::]:80`, `unix@/run/x`. */
export const bindsOf = ({ lines }: Section): readonly Bind[] =>
  lines
    .filter(({ words }) => words[0] === 'bind')
    .flatMap(({ words }) => {
      const rest = words.slice(2)
      const facts = {
        tls: rest.includes('ssl'),
        certificates: rest.flatMap((word, at) => (word === 'crt' ? [rest[at + 1] ?? ''] : [])),
      }
      return (words[1] ?? '').split(',').flatMap((where) => placesOf(where).map((place) => ({ ...place, ...facts })))
    })

function placesOf(where: string): Pick<Bind, 'address' | 'port' | 'path'>[] {
  if (/^(unix@)?\//.test(where)) return [{ address: '', port: 0, path: where.replace(/^unix@/, '') }]
  const bare = where.replace(/^(ipv4|ipv6|quic4|quic6|abns)@/, '')
  const colon = bare.lastIndexOf(':')
  const host = bare.slice(0, colon).replace(/^\[|\]$/g, '')
  const address = host === '' || host === '*' ? '0.0.0.0' : host
  const [low = 0, high = low] = bare
    .slice(colon + 1)
    .split('-')
    .map(Number)
  return Array.from({ length: high - low + 1 }, (_, index) => ({ address, port: low + index, path: undefined }))
}
