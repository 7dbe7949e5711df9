import type { ProcessInfo, Program, Sys } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { isTerminal, windowSize } from '../text/terminal.ts'
import { COLUMNS, type Column, FORMATS } from './ps-columns.ts'

/** What the words ask for: which processes and which columns. */
interface Request {
  all: boolean
  /** BSD `x`: also those without a terminal. */
  withoutTty: boolean
  /** BSD `a`: also those of others. */
  others: boolean
  bsd: boolean
  pids: Set<number>
  parents: Set<number>
  users: Set<string>
  commands: Set<string>
  ttys: Set<string>
  columns: { column: Column; title: string }[] | undefined
  format: string
  headers: boolean
  sort: string[]
  forest: boolean
  wide: number
  environment: boolean
  error: string | undefined
}

const USAGE = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`

function columnsOf(text: string, request: Request): Request['columns'] {
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
  ['y', () => undefined],
  ['H', (r) => (r.forest = true)],
  ['w', (r) => r.wide++],
  ['L', () => undefined],
  ['M', () => undefined],
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
  ['v', (r) => (r.format = 'bsd')],
  ['f', (r) => (r.forest = true)],
  ['w', (r) => r.wide++],
  ['h', (r) => (r.headers = false)],
  ['e', (r) => (r.environment = true)],
  ['c', () => undefined],
  ['m', () => undefined],
  ['n', () => undefined],
  ['g', () => undefined],
  ['r', () => undefined],
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
  ['cols', (_, argument) => void argument()],
  ['width', (_, argument) => void argument()],
])

function parse(words: readonly string[]): Request {
  const request: Request = {
    all: false,
    withoutTty: false,
    others: false,
    bsd: false,
    pids: new Set(),
    parents: new Set(),
    users: new Set(),
    commands: new Set(),
    ttys: new Set(),
    columns: undefined,
    format: '',
    headers: true,
    sort: [],
    forest: false,
    wide: 0,
    environment: false,
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

function selected(
  request: Request,
  own: ProcessInfo | undefined,
  accounts: Accounts,
): (process: ProcessInfo) => boolean {
  const r = request
  if (r.all || (r.bsd && r.others && r.withoutTty)) return () => true
  if (r.pids.size || r.parents.size || r.users.size || r.commands.size || r.ttys.size)
    return (p) =>
      r.pids.has(p.pid) ||
      r.parents.has(p.ppid) ||
      r.users.has(accounts.userName(p.uid) ?? '') ||
      r.users.has(String(p.uid)) ||
      r.commands.has(p.comm) ||
      r.ttys.has(p.tty)
  if (r.bsd) return (p) => (r.others || p.uid === own?.uid) && (r.withoutTty || p.tty !== '?')
  if (r.others) return (p) => p.tty !== '?' && p.pid !== p.sid
  return (p) => p.uid === own?.uid && p.tty === own.tty
}

/** Children below their parents, with lines drawn; from those whose parent is not shown. */
function forest(processes: readonly ProcessInfo[], unix: boolean): { process: ProcessInfo; prefix: string }[] {
  const shown = new Set(processes.map((p) => p.pid))
  const rows: { process: ProcessInfo; prefix: string }[] = []
  const add = (process: ProcessInfo, prefix: string, below: string): void => {
    rows.push({ process, prefix })
    const children = processes.filter((each) => each.ppid === process.pid && each.pid !== process.pid)
    children.forEach((child, i) => {
      const last = i === children.length - 1
      if (unix) add(child, `${prefix}  `, '')
      else add(child, `${below} \\_ `, below + (last ? '    ' : ' |  '))
    })
  }
  for (const process of processes) if (!shown.has(process.ppid) || process.ppid === process.pid) add(process, '', '')
  return rows
}

function sorted(processes: readonly ProcessInfo[], keys: readonly string[]): ProcessInfo[] {
  const compare = (a: ProcessInfo, b: ProcessInfo): number => {
    for (const key of keys) {
      const column = COLUMNS.get(key.replace(/^[+-]/, ''))
      const order = column ? column.compare(a, b) : 0
      if (order !== 0) return key.startsWith('-') ? -order : order
    }
    return a.pid - b.pid
  }
  return processes.toSorted(compare)
}

async function psMain(sys: Sys, io: Stdio, words: readonly string[], lineLimit: number): Promise<number> {
  const request = parse(words)
  if (request.error !== undefined) {
    await io.warn(`${request.error}\n${USAGE}`)
    return 1
  }
  const accounts = await Accounts.read(sys)
  const all = sys.processes()
  const own = all.find((p) => p.pid === sys.getpid())
  const chosen = sorted(all.filter(selected(request, own, accounts)), request.sort)
  const format = request.format || (request.bsd ? 'bsd' : 'default')
  const columns =
    request.columns ??
    (FORMATS.get(format) ?? []).flatMap((name) => {
      const column = COLUMNS.get(name)
      return column ? [{ column, title: column.title }] : []
    })
  const { uptimeMs, totalMemory } = sys.sysinfo()
  const context = { accounts, nowMs: sys.clock.now(), uptimeMs, totalMemory }
  const rows = request.forest ? forest(chosen, !request.bsd) : chosen.map((process) => ({ process, prefix: '' }))
  const cells = rows.map(({ process, prefix }) =>
    columns.map(({ column }) => (column.command ? prefix : '') + column.show(process, context)),
  )
  const limit = request.wide > 0 ? Infinity : lineLimit
  const line = (texts: readonly string[]): string =>
    columns
      .map(({ column, title }, i) => {
        const width = Math.max(column.width, title.length)
        if (i === columns.length - 1 && !column.right) return texts[i] ?? ''
        return column.right ? (texts[i] ?? '').padStart(width) : (texts[i] ?? '').padEnd(width)
      })
      .join(' ')
      .slice(0, limit)
  if (request.headers && columns.some(({ title }) => title !== ''))
    await io.print(`${line(columns.map(({ title }) => title))}\n`)
  for (const row of cells) await io.print(`${line(row)}\n`)
  return rows.length ? 0 : 1
}

/** ps: report on processes. procps-ng 4.0: UNIX, BSD and long options. */
export const ps: Program = {
  name: 'procps/ps',
  paths: ['/bin/ps'],
  covers: 'partial',
  lacks: ['threads (-L, -T)', 'security columns', 'e (environment)'],
  summary: 'report a snapshot of the current processes',
  sizeBytes: 144792,
  async main({ sys, argv }) {
    const io = new Stdio(sys)
    const limit = isTerminal(sys, 1) ? windowSize(sys).cols : Infinity
    const status = await psMain(sys, io, argv.slice(1), limit)
    await io.out.flush()
    return status
  },
}

const BUSYBOX_COLUMNS = new Map<string, (p: ProcessInfo, accounts: Accounts) => string>([
  ['pid', (p) => String(p.pid)],
  ['ppid', (p) => String(p.ppid)],
  ['pgid', (p) => String(p.pgid)],
  ['user', (p, accounts) => accounts.userName(p.uid) ?? String(p.uid)],
  ['group', (p, accounts) => accounts.groupName(p.gid) ?? String(p.gid)],
  ['comm', (p) => p.comm],
  ['args', (p) => (p.argv.length ? p.argv.join(' ') : `[${p.comm}]`)],
  ['time', (p) => busyboxTime(p.cpuMs)],
  ['tty', (p) => p.tty],
  ['vsz', (p) => String(Math.floor(p.vszBytes / 1024))],
  ['rss', (p) => String(Math.floor(p.rssBytes / 1024))],
  ['stat', (p) => p.state],
  ['nice', (p) => String(p.nice)],
])
const BUSYBOX_WIDTHS = new Map([
  ['pid', 5],
  ['ppid', 5],
  ['pgid', 5],
  ['user', 8],
  ['group', 8],
  ['comm', 16],
  ['time', 6],
  ['tty', 6],
  ['vsz', 4],
  ['rss', 4],
  ['stat', 4],
  ['nice', 5],
])
/** Titles that are not the column's name. */
const BUSYBOX_TITLES = new Map([
  ['args', 'COMMAND'],
  ['comm', 'COMMAND'],
  ['nice', 'NI'],
  ['tty', 'TT'],
])
const busyboxTime = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  return seconds < 3600
    ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    : `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`
}

/** ps of busybox: every process, columns PID USER TIME COMMAND, other options passed over. */
export const busyboxPs: Program = {
  name: 'busybox/ps',
  paths: ['/bin/ps'],
  covers: 'partial',
  summary: 'report on processes (busybox)',
  sizeBytes: 808712,
  async main(process) {
    const { sys, argv } = process
    const io = new Stdio(sys)
    const accounts = await Accounts.read(sys)
    const at = argv.indexOf('-o')
    const names = at > 0 ? (argv[at + 1] ?? '').split(',') : ['pid', 'user', 'time', 'args']
    const bad = names.find((name) => !BUSYBOX_COLUMNS.has(name))
    if (bad !== undefined) {
      await io.warn(
        `${programName(process)}: bad -o argument '${bad}', supported arguments: user,group,comm,args,pid,ppid,pgid,tty,vsz,rss,stat,nice,time\n`,
      )
      return 1
    }
    const cell = (name: string, text: string, last: boolean): string =>
      last
        ? text
        : text[name === 'pid' || name === 'vsz' || name === 'rss' ? 'padStart' : 'padEnd'](
            BUSYBOX_WIDTHS.get(name) ?? 8,
          )
    const width = isTerminal(sys, 1) ? windowSize(sys).cols : Infinity
    const line = (texts: readonly string[]): string =>
      names
        .map((name, i) => cell(name, texts[i] ?? '', i === names.length - 1))
        .join(' ')
        .slice(0, width)
    await io.print(
      `${line(names.map((name) => BUSYBOX_TITLES.get(name) ?? name.toUpperCase())).replace(/^ *PID/, 'PID  ')}\n`,
    )
    for (const p of sys.processes())
      await io.print(`${line(names.map((name) => BUSYBOX_COLUMNS.get(name)?.(p, accounts) ?? ''))}\n`)
    await io.out.flush()
    return 0
  },
}
