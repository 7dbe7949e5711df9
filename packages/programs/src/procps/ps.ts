import { isErrno, O_RDONLY, type ProcessInfo, type Program, type Sys } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { isTerminal, windowSize } from '../text/terminal.ts'
import { COLUMNS, type Column, FORMATS, type PsContext } from './ps-columns.ts'
import { columnsOf, parse, type Request, USAGE } from './ps-options.ts'

function selected(
  request: Request,
  own: ProcessInfo | undefined,
  accounts: Accounts,
): (process: ProcessInfo) => boolean {
  const r = request
  if (r.all || (r.bsd && r.others && r.withoutTty)) return () => true
  if (
    r.pids.size ||
    r.parents.size ||
    r.users.size ||
    r.commands.size ||
    r.ttys.size ||
    r.groups.size ||
    r.sessions.size
  )
    return (p) =>
      r.groups.has(accounts.groupName(p.gid) ?? '') ||
      r.groups.has(String(p.gid)) ||
      r.sessions.has(p.sid) ||
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

/** A file below /proc/PID; empty when it cannot be read. */
function procText(sys: Sys, pid: number, name: string): string {
  try {
    const fd = sys.open(`/proc/${pid}/${name}`, O_RDONLY)
    const bytes = sys.pread(fd, 65_536, 0)
    sys.close(fd)
    return new TextDecoder().decode(bytes)
  } catch (error) {
    if (!isErrno(error)) throw error
    return ''
  }
}

function procLink(sys: Sys, pid: number, name: string): string {
  try {
    return sys.readlink(`/proc/${pid}/${name}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return '-'
  }
}

const THREAD_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  default: ['pid', 'SPID', 'tname', 'time', 'ucmd'],
  full: ['UID', 'pid', 'ppid', 'lwp', 'c', 'nlwp', 'stime', 'tname', 'time', 'cmd'],
}

/** The columns of the format that was asked for, changed by -y, -M, -L and -O. */
function formatColumns(request: Request): { column: Column; title: string }[] {
  const format = request.format || (request.bsd ? 'bsd' : 'default')
  let names = (request.threads ? THREAD_COLUMNS[format] : undefined) ?? FORMATS.get(format) ?? []
  if (request.plain && format === 'long') names = FORMATS.get('plain') ?? names
  if (request.label) names = ['label', ...names]
  const columns = names.flatMap((name) => {
    const column = COLUMNS.get(request.short && (name === 'cmd' || name === 'args') ? 'ucmd' : name)
    return column ? [{ column, title: column.title }] : []
  })
  if (request.added === undefined) return columns
  const added = columnsOf(request.added, { ...request, columns: undefined }) ?? []
  return [...columns.slice(0, 1), ...added, ...columns.slice(-4)]
}

const helpText = (): string => `
Usage:
 ps [options]

Basic options:
 -A, -e               all processes
 -a                   all with tty, except session leaders
  a                   all with tty, including other users
 -d                   all except session leaders
 -N, --deselect       negate selection
  r                   only running processes
  T                   all processes on this terminal
  x                   processes without controlling ttys

For more details see ps(1).
`

const listing = (): string =>
  [...COLUMNS]
    .map(([name, { title }]) => `${name.padEnd(12)} ${title}\n`)
    .toSorted()
    .join('')

async function psMain(sys: Sys, io: Stdio, words: readonly string[], lineLimit: number): Promise<number> {
  const request = parse(words)
  if (request.version || request.help || request.listing) {
    await io.print(request.version ? 'ps from procps-ng 4.0.2\n' : request.help ? helpText() : listing())
    return 0
  }
  if (request.error !== undefined) {
    await io.warn(`${request.error}\n${USAGE}`)
    return 1
  }
  const accounts = await Accounts.read(sys)
  const all = sys.processes()
  const own = all.find((p) => p.pid === sys.getpid())
  const picks = selected(request, own, accounts)
  const wanted = all.filter((p) => picks(p) !== request.negated && (!request.running || 'RD'.includes(p.state)))
  const chosen = sorted(wanted, request.sort)
  const columns = request.columns ?? formatColumns(request)
  const { uptimeMs, totalMemory } = sys.sysinfo()
  const context: PsContext = {
    accounts,
    nowMs: sys.clock.now(),
    uptimeMs,
    totalMemory,
    text: (pid, name) => procText(sys, pid, name),
    link: (pid, name) => procLink(sys, pid, name),
  }
  const rows = request.forest ? forest(chosen, !request.bsd) : chosen.map((process) => ({ process, prefix: '' }))
  const environment = (pid: number): string =>
    request.environment ? ` ${procText(sys, pid, 'environ').replace(/\0/g, ' ').trimEnd()}` : ''
  const cells = rows.map(({ process, prefix }) =>
    columns.map(({ column }) =>
      column.command
        ? prefix + column.show(process, context) + environment(process.pid)
        : column.show(process, context),
    ),
  )
  const limit = request.cols ?? (request.wide > 0 ? Infinity : lineLimit)
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
  lacks: ['threads as rows of their own: processes have one here', 'registers, stacks and faults: there are none'],
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
