/** One line of a section. */
export interface Line {
  readonly words: readonly string[]
  readonly file: string
  readonly number: number
}

export interface Section {
  readonly kind: 'frontend' | 'backend' | 'listen'
  readonly name: string
  /** Those of `defaults` first. */
  readonly lines: readonly Line[]
}

export interface ServerSettings {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly weight: number
  readonly check: boolean
  readonly backup: boolean
  readonly intervalMs: number
  readonly rise: number
  readonly fall: number
  readonly cookie: string | undefined
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

/** Sections that have no effect here. */
const PASSED_OVER: readonly string[] = [
  'global',
  'resolvers',
  'userlist',
  'peers',
  'cache',
  'program',
  'http-errors',
  'ring',
]
const SECTIONS = ['defaults', 'frontend', 'backend', 'listen', ...PASSED_OVER]
const KEYWORDS = new Set(
  `acl balance bind capture compression cookie default-server default_backend description disabled email-alert enabled errorfile
  errorfiles errorloc errorloc302 errorloc303 filter force-persist fullconn grace hash-type http-after-response http-check http-error http-request
  http-response http-reuse id ignore-persist log log-format log-format-sd log-tag maxconn mode monitor monitor-uri option
  persist rate-limit redirect retries retry-on server server-template source stats stick stick-table tcp-check tcp-request tcp-response
  timeout unique-id-format unique-id-header use_backend use-server guid`.split(/\s+/),
)

/** Words of a line: quotes join, a backslash keeps the next character, # begins a comment. */
function split(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (quote === '' && char === '#') break
    if (quote !== '' ? char === quote : char === '"' || char === "'") {
      quote = quote === '' ? char : ''
      word ??= ''
    } else if (char === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line.charAt(++at)
    else if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return words
}

/** Reads sections; `defaults` go before the lines of those behind them. @throws HaproxyConfigError */
export function readSections(text: string, file: string, env: ReadonlyMap<string, string>): readonly Section[] {
  const sections: Section[] = []
  const complaints: string[] = []
  let defaults: Line[] = []
  let lines: Line[] | undefined
  let section = ''
  for (const [index, raw] of text.split('\n').entries()) {
    const filled = raw.replace(/"[^"]*"/g, (quoted) =>
      quoted.replace(/\$\{?(\w+)\}?/g, (_, name: string) => env.get(name) ?? ''),
    )
    const words = split(filled.replace(/\$\{(\w+)\}/g, (_, name: string) => env.get(name) ?? ''))
    const [first = '', name = ''] = words
    if (first === '') continue
    if (SECTIONS.includes(first)) {
      section = first
      lines = []
      if (first === 'defaults') defaults = lines
      if (first === 'frontend' || first === 'backend' || first === 'listen') {
        lines = [...defaults]
        sections.push({ kind: first, name, lines })
        if (name === '') complaints.push(`parsing [${file}:${index + 1}] : '${first}' expects an <id> argument`)
      }
      continue
    }
    if (section === '') complaints.push(`parsing [${file}:${index + 1}] : unknown keyword '${first}' out of section.`)
    else if (!PASSED_OVER.includes(section) && !KEYWORDS.has(first) && first !== 'no')
      complaints.push(`parsing [${file}:${index + 1}] : unknown keyword '${first}' in '${section}' section`)
    lines?.push({ words, file, number: index + 1 })
  }
  complaints.push(...missingBackends(sections, file))
  if (complaints.length > 0)
    throw new HaproxyConfigError([...complaints, `Error(s) found in configuration file : ${file}`])
  return sections
}

function missingBackends(sections: readonly Section[], file: string): string[] {
  const known = new Set(sections.filter(({ kind }) => kind !== 'frontend').map(({ name }) => name))
  return sections.flatMap(({ kind, name, lines }) =>
    lines
      .filter(
        ({ words: [first, to = ''] }) =>
          (first === 'default_backend' || first === 'use_backend') && !known.has(to) && !to.includes('%['),
      )
      .map(({ words: [first, to], number }) =>
        first === 'default_backend'
          ? `Proxy '${name}': unable to find required default_backend: '${to ?? ''}'.`
          : `[${file}:${number}] : ${kind} '${name}': unable to find required use_backend: '${to ?? ''}'.`,
      ),
  )
}

export const lastOf = ({ lines }: Section, name: string): readonly string[] | undefined =>
  lines.findLast(({ words }) => words[0] === name)?.words.slice(1)

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** `5s` in milliseconds; a number alone is that already. */
export function millisecondsOf(text: string): number {
  const [, count = '0', unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(text) ?? []
  return Number(count) * (UNITS[unit] ?? 1)
}

/** `server`, and the numbers of a `server-template`. */
export function serversOf(section: Section): ServerSettings[] {
  const usual = section.lines
    .filter(({ words }) => words[0] === 'default-server')
    .flatMap(({ words }) => words.slice(1))
  return section.lines.flatMap(({ words, file, number }) => {
    const at = `${file}:${number}`
    if (words[0] === 'server') return [serverOf(words[1] ?? '', words[2] ?? '', [...usual, ...words.slice(3)], at)]
    if (words[0] !== 'server-template') return []
    const [low = 1, high = low] = (words[2] ?? '1').split('-').map(Number)
    const count = (words[2] ?? '').includes('-') ? high - low + 1 : low
    const first = (words[2] ?? '').includes('-') ? low : 1
    return Array.from({ length: count }, (_, index) =>
      serverOf(`${words[1] ?? ''}${first + index}`, words[3] ?? '', [...usual, ...words.slice(4)], at),
    )
  })
}

function serverOf(name: string, address: string, words: readonly string[], at: string): ServerSettings {
  const after = (key: string): string | undefined => {
    const index = words.lastIndexOf(key)
    return index < 0 ? undefined : words[index + 1]
  }
  const [host = '', port = ''] = address.split(':')
  return {
    name,
    host,
    port: Number(port),
    weight: Number(after('weight') ?? 1),
    check: words.includes('check'),
    backup: words.includes('backup'),
    intervalMs: millisecondsOf(after('inter') ?? '2s'),
    rise: Number(after('rise') ?? 2),
    fall: Number(after('fall') ?? 3),
    cookie: after('cookie'),
    at,
  }
}

/** `*:80`, `:80`, `127.0.0.1:80-81`. */
export const bindsOf = ({ lines }: Section): { readonly address: string; readonly port: number }[] =>
  lines
    .filter(({ words }) => words[0] === 'bind')
    .flatMap(({ words }) => (words[1] ?? '').split(','))
    .filter((where) => !where.startsWith('[') && !where.startsWith('/') && !where.startsWith('unix@'))
    .map((where) => {
      const colon = where.lastIndexOf(':')
      const address = where.slice(0, colon)
      return { address: address === '' || address === '*' ? '0.0.0.0' : address, port: Number(where.slice(colon + 1)) }
    })
