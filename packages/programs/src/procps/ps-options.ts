import { COLUMNS, type Column } from './ps-columns.ts'

/** What the words ask for: which processes and which columns. */
export interface Request {
  all: boolean
  /** BSD `x`: also those without a terminal. */
  withoutTty: boolean
  /** BSD `a`: also those of others. */
  others: boolean
  bsd: boolean
  pids: Set<number>
  parents: Set<number>
  users: Set<string>
  groups: Set<string>
  sessions: Set<number>
  /** All but those. */
  negated: boolean
  /** Only those that run. */
  running: boolean
  /** -O: columns behind the process's number. */
  added: string | undefined
  /** BSD `L`: the names of the columns. */
  listing: boolean
  commands: Set<string>
  ttys: Set<string>
  columns: { column: Column; title: string }[] | undefined
  format: string
  headers: boolean
  sort: string[]
  forest: boolean
  wide: number
  environment: boolean
  /** A row for each thread; all are the only ones of their processes. */
  threads: boolean
  /** -y: RSS in place of ADDR and no flags. */
  plain: boolean
  /** -M: the security label first. */
  label: boolean
  /** Names without their arguments. */
  short: boolean
  cols: number | undefined
  version: boolean
  help: boolean
  error: string | undefined
}

export const USAGE = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`

export function columnsOf(text: string, request: Request): Request['columns'] {
  const columns = request.columns ?? []
  let rest = text
  while (rest !== '') {
    // A title after "=" takes all that follows, so that it may hold commas.
    const match = /^([^,= ]+)(?:=([^]*))?/.exec(rest)
    if (!match) break
    const column = COLUMNS.get(match[1] ?? '')
    if (!column) {
      request.error = `error: unknown user-defined format specifier "${match[1]}"`
      return columns
    }
    const hasTitle = match[2] !== undefined
    columns.push({ column, title: hasTitle ? (match[2] ?? '') : column.title })
    rest = hasTitle ? '' : rest.slice(match[0].length).replace(/^[, ]+/, '')
  }
  return columns
}

const numbers = (text: string): number[] => text.split(/[, ]+/).filter(Boolean).map(Number)

/** `-e`, `-o pid,cmd`: UNIX options. */
const UNIX: ReadonlyMap<string, (request: Request, argument: () => string) => void> = new Map<
  string,
  (request: Request, argument: () => string) => void
>([
  ['e', (r) => (r.all = true)],
  ['A', (r) => (r.all = true)],
  ['a', (r) => (r.others = r.withoutTty = true)],
  ['d', (r) => (r.all = true)],
  ['f', (r) => (r.format = 'full')],
  ['F', (r) => (r.format = 'extra')],
  ['l', (r) => (r.format = 'long')],
  ['j', (r) => (r.format = 'jobs')],
  ['y', (r) => (r.plain = true)],
  ['H', (r) => (r.forest = true)],
  ['w', (r) => r.wide++],
  ['L', (r) => (r.threads = true)],
  ['T', (r) => (r.threads = true)],
  ['m', () => undefined],
  ['M', (r) => (r.label = true)],
  ['Z', (r) => (r.label = true)],
  ['c', (r) => (r.short = true)],
  ['V', (r) => (r.version = true)],
  ['N', (r) => (r.negated = true)],
  ['O', (r, argument) => (r.added = argument())],
  ['o', (r, argument) => (r.columns = columnsOf(argument(), r))],
  ['p', (r, argument) => numbers(argument()).forEach((pid) => r.pids.add(pid))],
  ['q', (r, argument) => numbers(argument()).forEach((pid) => r.pids.add(pid))],
  [
    'u',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((user) => r.users.add(user)),
  ],
  [
    'U',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((user) => r.users.add(user)),
  ],
  ['g', (r, argument) => numbers(argument()).forEach((sid) => r.sessions.add(sid))],
  ['s', (r, argument) => numbers(argument()).forEach((sid) => r.sessions.add(sid))],
  [
    'G',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((group) => r.groups.add(group)),
  ],
  [
    'C',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((name) => r.commands.add(name)),
  ],
  [
    't',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((tty) => r.ttys.add(tty.replace('/dev/', ''))),
  ],
])
const BSD: typeof UNIX = new Map<string, (request: Request, argument: () => string) => void>([
  ['a', (r) => (r.others = true)],
  ['x', (r) => (r.withoutTty = true)],
  ['u', (r) => (r.format = 'user')],
  ['j', (r) => (r.format = 'bsd-jobs')],
  ['l', (r) => (r.format = 'bsd-long')],
  ['v', (r) => (r.format = 'bsd-memory')],
  ['f', (r) => (r.forest = true)],
  ['w', (r) => r.wide++],
  ['h', (r) => (r.headers = false)],
  ['e', (r) => (r.environment = true)],
  ['c', (r) => (r.short = true)],
  ['m', () => undefined],
  ['n', () => undefined],
  ['g', () => undefined],
  ['r', (r) => (r.running = true)],
  ['s', (r) => (r.format = 'bsd-signals')],
  ['X', (r) => (r.format = 'bsd-registers')],
  ['T', (r) => (r.withoutTty = false)],
  ['H', (r) => (r.threads = true)],
  ['L', (r) => (r.listing = true)],
  ['V', (r) => (r.version = true)],
  ['Z', (r) => (r.label = true)],
  ['O', (r, argument) => (r.added = argument())],
  ['o', (r, argument) => (r.columns = columnsOf(argument(), r))],
  ['p', (r, argument) => numbers(argument()).forEach((pid) => r.pids.add(pid))],
  [
    'U',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((user) => r.users.add(user)),
  ],
  [
    't',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((tty) => r.ttys.add(tty)),
  ],
  ['k', (r, argument) => (r.sort = argument().split(','))],
])
const LONG: typeof UNIX = new Map<string, (request: Request, argument: () => string) => void>([
  ['pid', UNIX.get('p') ?? (() => undefined)],
  ['ppid', (r, argument) => numbers(argument()).forEach((pid) => r.parents.add(pid))],
  ['user', UNIX.get('u') ?? (() => undefined)],
  ['format', UNIX.get('o') ?? (() => undefined)],
  ['tty', UNIX.get('t') ?? (() => undefined)],
  ['sort', (r, argument) => (r.sort = argument().split(','))],
  ['forest', (r) => (r.forest = true)],
  ['no-headers', (r) => (r.headers = false)],
  ['no-heading', (r) => (r.headers = false)],
  ['headers', () => undefined],
  ['cols', (r, argument) => (r.cols = Number(argument()))],
  ['columns', (r, argument) => (r.cols = Number(argument()))],
  ['width', (r, argument) => (r.cols = Number(argument()))],
  ['rows', (_, argument) => void argument()],
  ['deselect', (r) => (r.negated = true)],
  ['context', (r) => (r.label = true)],
  ['version', (r) => (r.version = true)],
  ['info', (r) => (r.version = true)],
  ['help', (r, argument) => void ((r.help = true), argument())],
  ['quick-pid', UNIX.get('p') ?? (() => undefined)],
  ['User', UNIX.get('u') ?? (() => undefined)],
  [
    'group',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((group) => r.groups.add(group)),
  ],
  [
    'Group',
    (r, argument) =>
      argument()
        .split(',')
        .forEach((group) => r.groups.add(group)),
  ],
  ['sid', (r, argument) => numbers(argument()).forEach((sid) => r.sessions.add(sid))],
])

/** Reads the command line: UNIX, BSD and GNU options mixed. */
export function parse(words: readonly string[]): Request {
  const request: Request = {
    all: false,
    withoutTty: false,
    others: false,
    bsd: false,
    pids: new Set(),
    parents: new Set(),
    users: new Set(),
    groups: new Set(),
    sessions: new Set(),
    negated: false,
    running: false,
    added: undefined,
    listing: false,
    commands: new Set(),
    ttys: new Set(),
    columns: undefined,
    format: '',
    headers: true,
    sort: [],
    forest: false,
    wide: 0,
    environment: false,
    threads: false,
    plain: false,
    label: false,
    short: false,
    cols: undefined,
    version: false,
    help: false,
    error: undefined,
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const next = (): string => words[++i] ?? ''
    if (word.startsWith('--')) {
      const [name = '', ...value] = word.slice(2).split('=')
      const option = LONG.get(name)
      if (option) option(request, () => (value.length ? value.join('=') : next()))
      else request.error = 'error: unknown gnu long option'
    } else if (/^-?\d+(,\d+)*$/.test(word)) numbers(word.replace('-', '')).forEach((pid) => request.pids.add(pid))
    else letters(word, request, next)
  }
  return request
}

function letters(word: string, request: Request, next: () => string): void {
  const unix = word.startsWith('-')
  const table = unix ? UNIX : BSD
  const text = unix ? word.slice(1) : word
  if (!unix) request.bsd = true
  for (let at = 0; at < text.length; at++) {
    const option = table.get(text.charAt(at))
    if (!option) {
      // "ps -aux" is read again as "ps aux", as procps does.
      if (unix && /^[auxefwlj]+$/.test(text)) return letters(text, request, next)
      request.error = unix ? 'error: unsupported SysV option' : 'error: unsupported option (BSD syntax)'
      return
    }
    let used = false
    option(request, () => {
      used = true
      return text.slice(at + 1) || next()
    })
    if (used) return
  }
}
