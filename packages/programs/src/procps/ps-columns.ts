import type { ProcessInfo } from '@drydock/abi'
import type { Accounts } from '../account/accounts.ts'
import { strftime } from '../format/strftime.ts'

export interface PsContext {
  readonly accounts: Pick<Accounts, 'userName' | 'groupName'>
  readonly nowMs: number
  readonly uptimeMs: number
  readonly totalMemory: number
}

/** A column of ps; widths and alignment as procps has them. */
export interface Column {
  readonly title: string
  readonly width: number
  readonly right: boolean
  /** A forest's lines are drawn before this one. */
  readonly command: boolean
  show(process: ProcessInfo, context: PsContext): string
  compare(a: ProcessInfo, b: ProcessInfo): number
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `[[DD-]HH:]MM:SS`. */
function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor(seconds / 3600) % 24
  const head = days ? `${days}-${two(hours)}:` : hours ? `${two(hours)}:` : ''
  return `${head}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
/** `[DD-]HH:MM:SS` of processor time. */
function cpuTime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const days = Math.floor(seconds / 86_400)
  return `${days ? `${two(days)}-` : ''}${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
const bsdTime = (ms: number): string => `${Math.floor(ms / 60_000)}:${two(Math.floor(ms / 1000) % 60)}`
const kib = (bytes: number): string => String(Math.floor(bytes / 1024))

const age = (p: ProcessInfo, context: PsContext): number => Math.max(0, context.nowMs - p.startTimeMs)
const cpuPercent = (p: ProcessInfo, context: PsContext): number => {
  const lived = age(p, context)
  return lived > 0 ? Math.min(99.9, (100 * p.cpuMs) / lived) : 0
}
const start = (p: ProcessInfo, context: PsContext): string =>
  age(p, context) < 86_400_000 ? strftime('%H:%M', p.startTimeMs) : strftime('%b%d', p.startTimeMs)
const command = (p: ProcessInfo): string =>
  p.argv.length ? p.argv.join(' ').replace(/[\0-\x1f]/g, '?') : `[${p.comm}]${p.state === 'Z' ? ' <defunct>' : ''}`
const comm = (p: ProcessInfo): string => p.comm + (p.state === 'Z' ? ' <defunct>' : '')
const state = (p: ProcessInfo): string =>
  p.state +
  (p.nice < 0 ? '<' : p.nice > 0 ? 'N' : '') +
  (p.pid === p.sid ? 's' : '') +
  (p.threads > 1 ? 'l' : '') +
  (p.tpgid > 0 && p.tpgid === p.pgid ? '+' : '')
/** Names longer than the column become numbers or end in "+". */
const fitted = (name: string): string => (name.length > 8 ? `${name.slice(0, 7)}+` : name)
const user = (p: ProcessInfo, { accounts }: PsContext): string => fitted(accounts.userName(p.uid) ?? String(p.uid))
const group = (p: ProcessInfo, { accounts }: PsContext): string => fitted(accounts.groupName(p.gid) ?? String(p.gid))
const priority = (p: ProcessInfo): number => 20 + p.nice

type Show = Column['show']
const byText =
  (show: Show): Column['compare'] =>
  (a, b) => {
    const [x, y] = [show(a, EMPTY), show(b, EMPTY)]
    return x < y ? -1 : x > y ? 1 : 0
  }
const EMPTY: PsContext = {
  accounts: { userName: () => undefined, groupName: () => undefined },
  nowMs: 0,
  uptimeMs: 0,
  totalMemory: 1,
}
const number = (title: string, width: number, key: (p: ProcessInfo) => number, show?: Show): Column => ({
  title,
  width,
  right: true,
  command: false,
  show: show ?? ((p) => String(key(p))),
  compare: (a, b) => key(a) - key(b),
})
const text = (title: string, width: number, show: Show, isCommand = false): Column => ({
  title,
  width,
  right: false,
  command: isCommand,
  show,
  compare: byText(show),
})

const pid = number('PID', 7, (p) => p.pid)
const pcpu = number(
  '%CPU',
  4,
  (p) => p.cpuMs,
  (p, context) => cpuPercent(p, context).toFixed(1),
)
const pmem = number(
  '%MEM',
  4,
  (p) => p.rssBytes,
  (p, { totalMemory }) => ((100 * p.rssBytes) / totalMemory).toFixed(1),
)
const time = number(
  'TIME',
  8,
  (p) => p.cpuMs,
  (p) => cpuTime(p.cpuMs),
)
const nice = number('NI', 3, (p) => p.nice)
const vsz = number(
  'VSZ',
  6,
  (p) => p.vszBytes,
  (p) => kib(p.vszBytes),
)
const rss = number(
  'RSS',
  5,
  (p) => p.rssBytes,
  (p) => kib(p.rssBytes),
)
const started = number('STIME', 5, (p) => p.startTimeMs, start)

/** By the names of -o. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['pid', pid],
  ['tgid', { ...pid, title: 'TGID' }],
  ['lwp', { ...pid, title: 'LWP' }],
  ['ppid', number('PPID', 7, (p) => p.ppid)],
  ['pgid', number('PGID', 7, (p) => p.pgid)],
  ['pgrp', number('PGRP', 7, (p) => p.pgid)],
  ['sid', number('SID', 7, (p) => p.sid)],
  ['sess', number('SESS', 7, (p) => p.sid)],
  ['tpgid', number('TPGID', 7, (p) => p.tpgid)],
  ['uid', number('UID', 5, (p) => p.uid)],
  ['gid', number('GID', 5, (p) => p.gid)],
  ['user', text('USER', 8, user)],
  ['euser', text('EUSER', 8, user)],
  ['ruser', text('RUSER', 8, user)],
  ['uname', text('USER', 8, user)],
  ['UID', text('UID', 8, user)],
  ['group', text('GROUP', 8, group)],
  ['tty', text('TTY', 8, (p) => p.tty)],
  ['tt', text('TT', 8, (p) => p.tty)],
  ['tname', text('TTY', 8, (p) => p.tty)],
  ['time', time],
  ['cputime', time],
  [
    'bsdtime',
    number(
      'TIME',
      6,
      (p) => p.cpuMs,
      (p) => bsdTime(p.cpuMs),
    ),
  ],
  [
    'etime',
    number(
      'ELAPSED',
      11,
      (p) => -p.startTimeMs,
      (p, context) => elapsed(age(p, context)),
    ),
  ],
  [
    'etimes',
    number(
      'ELAPSED',
      7,
      (p) => -p.startTimeMs,
      (p, context) => String(Math.floor(age(p, context) / 1000)),
    ),
  ],
  ['stime', started],
  ['start_time', { ...started, title: 'START' }],
  ['bsdstart', { ...started, title: 'START', width: 6 }],
  [
    'start',
    number(
      'STARTED',
      8,
      (p) => p.startTimeMs,
      (p) => strftime('%H:%M:%S', p.startTimeMs),
    ),
  ],
  [
    'lstart',
    number(
      'STARTED',
      24,
      (p) => p.startTimeMs,
      (p) => strftime('%a %b %e %H:%M:%S %Y', p.startTimeMs),
    ),
  ],
  ['pcpu', pcpu],
  ['%cpu', pcpu],
  [
    'c',
    number(
      'C',
      2,
      (p) => p.cpuMs,
      (p, context) => String(Math.floor(cpuPercent(p, context))),
    ),
  ],
  ['pmem', pmem],
  ['%mem', pmem],
  ['vsz', vsz],
  ['vsize', vsz],
  ['rss', rss],
  ['rssize', { ...rss, title: 'RSS' }],
  ['rsz', { ...rss, title: 'RSZ' }],
  [
    'sz',
    number(
      'SZ',
      5,
      (p) => p.vszBytes,
      (p) => String(Math.floor(p.vszBytes / 4096)),
    ),
  ],
  ['ni', nice],
  ['nice', nice],
  ['pri', number('PRI', 3, (p) => 19 - p.nice)],
  ['PRI', number('PRI', 3, (p) => 60 + priority(p))],
  ['psr', number('PSR', 3, () => 0)],
  ['nlwp', number('NLWP', 4, (p) => p.threads)],
  ['thcount', number('THCNT', 5, (p) => p.threads)],
  ['F', number('F', 1, () => 4)],
  ['wchan', text('WCHAN', 6, () => '-')],
  ['s', text('S', 1, (p) => p.state)],
  ['state', text('S', 1, (p) => p.state)],
  ['stat', text('STAT', 4, state)],
  ['comm', text('COMMAND', 15, comm, true)],
  ['ucmd', text('CMD', 15, comm, true)],
  ['ucomm', text('COMMAND', 15, comm, true)],
  ['fname', text('COMMAND', 8, (p) => p.comm.slice(0, 8), true)],
  ['cmd', text('CMD', 27, command, true)],
  ['args', text('COMMAND', 27, command, true)],
  ['command', text('COMMAND', 27, command, true)],
])

/** The columns of each format option. */
export const FORMATS: ReadonlyMap<string, readonly string[]> = new Map([
  ['default', ['pid', 'tname', 'time', 'ucmd']],
  ['full', ['UID', 'pid', 'ppid', 'c', 'stime', 'tname', 'time', 'cmd']],
  ['extra', ['UID', 'pid', 'ppid', 'c', 'sz', 'rss', 'psr', 'stime', 'tname', 'time', 'cmd']],
  ['long', ['F', 's', 'uid', 'pid', 'ppid', 'c', 'PRI', 'ni', 'sz', 'wchan', 'tname', 'time', 'ucmd']],
  ['jobs', ['pid', 'pgid', 'sid', 'tname', 'time', 'ucmd']],
  ['user', ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tname', 'stat', 'start_time', 'bsdtime', 'args']],
  ['bsd', ['pid', 'tname', 'stat', 'bsdtime', 'args']],
  ['bsd-jobs', ['ppid', 'pid', 'pgid', 'sid', 'tname', 'tpgid', 'stat', 'uid', 'bsdtime', 'args']],
  ['bsd-long', ['F', 'uid', 'pid', 'ppid', 'PRI', 'ni', 'vsz', 'rss', 'wchan', 'stat', 'tname', 'bsdtime', 'args']],
])
