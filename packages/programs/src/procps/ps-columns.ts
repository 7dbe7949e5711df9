import type { ProcessInfo } from '@drydock/abi'
import type { Accounts } from '../account/accounts.ts'
import { strftime } from '../format/strftime.ts'

export interface PsContext {
  readonly accounts: Pick<Accounts, 'userName' | 'groupName'>
  readonly nowMs: number
  readonly uptimeMs: number
  readonly totalMemory: number
  /** Text of a file below /proc/PID, and what a link there leads to. */
  readonly text: (pid: number, name: string) => string
  readonly link: (pid: number, name: string) => string
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
  text: () => '',
  link: () => '',
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

/** Numbers of a namespace, of masks of signals and of cgroups: what /proc says. */
const namespace = (name: string): [string, Column] => [
  `${name}ns`,
  number(
    `${name.toUpperCase()}NS`,
    10,
    () => 0,
    (p, { link }) => /\[(\d+)\]/.exec(link(p.pid, `ns/${name}`))?.[1] ?? '-',
  ),
]
const signals = (name: string, title: string, field: string): [string, Column] => [
  name,
  number(
    title,
    16,
    () => 0,
    (p, { text: read }) => new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(read(p.pid, 'status'))?.[1] ?? '0'.repeat(16),
  ),
]
const always = (title: string, width: number, shown: string): Column =>
  number(
    title,
    width,
    () => 0,
    () => shown,
  )

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
  [
    'addr-sz',
    number(
      'ADDR SZ',
      7,
      (p) => p.vszBytes,
      (p) => `- ${String(Math.floor(p.vszBytes / 4096)).padStart(5)}`,
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
  ['rtprio', always('RTPRIO', 6, '-')],
  ['cls', text('CLS', 3, () => 'TS')],
  ['class', text('CLS', 3, () => 'TS')],
  ['policy', text('POL', 3, () => 'TS')],
  [
    'cp',
    number(
      'CP',
      3,
      (p) => p.cpuMs,
      (p, context) => String(Math.floor(10 * cpuPercent(p, context))),
    ),
  ],
  ['tid', { ...pid, title: 'TID' }],
  ['spid', { ...pid, title: 'SPID' }],
  ['SPID', { ...pid, title: 'SPID' }],
  ['egroup', text('EGROUP', 8, group)],
  ['rgroup', text('RGROUP', 8, group)],
  ['euid', number('EUID', 5, (p) => p.uid)],
  ['ruid', number('RUID', 5, (p) => p.uid)],
  ['egid', number('EGID', 5, (p) => p.gid)],
  ['rgid', number('RGID', 5, (p) => p.gid)],
  ['session', number('SESS', 7, (p) => p.sid)],
  ['f', number('F', 1, () => 4)],
  ['flag', number('F', 1, () => 4)],
  ['flags', number('F', 1, () => 4)],
  ['addr', always('ADDR', 4, '-')],
  ['min_flt', always('MINFL', 6, '0')],
  ['maj_flt', always('MAJFL', 6, '0')],
  ['majfl', always('MAJFL', 6, '0')],
  ['trs', always('TRS', 5, '0')],
  [
    'drs',
    number(
      'DRS',
      5,
      (p) => p.vszBytes,
      (p) => kib(p.vszBytes),
    ),
  ],
  [
    'size',
    number(
      'SIZE',
      5,
      (p) => p.vszBytes,
      (p) => kib(p.vszBytes),
    ),
  ],
  ['stackp', always('STACKP', 16, '0'.repeat(16))],
  ['esp', always('ESP', 16, '0'.repeat(16))],
  ['eip', always('EIP', 16, '0'.repeat(16))],
  ['tmout', always('TMOUT', 5, '-')],
  ['alarm', always('ALARM', 5, '-')],
  ['label', text('LABEL', 31, () => 'unconfined')],
  ['cgroup', text('CGROUP', 32, (p, { text: read }) => read(p.pid, 'cgroup').trim().split('\n').join(',') || '-')],
  ['exe', text('EXE', 27, (p, { link }) => link(p.pid, 'exe'))],
  ['cwd', text('CWD', 27, (p, { link }) => link(p.pid, 'cwd'))],
  ['environ', text('ENVIRONMENT', 27, (p, { text: read }) => read(p.pid, 'environ').replace(/\0/g, ' ').trim() || '-')],
  ...['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'].map(namespace),
  signals('pending', 'PENDING', 'SigPnd'),
  signals('blocked', 'BLOCKED', 'SigBlk'),
  signals('ignored', 'IGNORED', 'SigIgn'),
  signals('caught', 'CAUGHT', 'SigCgt'),
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
  ['long', ['F', 's', 'uid', 'pid', 'ppid', 'c', 'PRI', 'ni', 'addr-sz', 'wchan', 'tname', 'time', 'ucmd']],
  ['plain', ['s', 'uid', 'pid', 'ppid', 'c', 'PRI', 'ni', 'rss', 'sz', 'wchan', 'tname', 'time', 'ucmd']],
  ['jobs', ['pid', 'pgid', 'sid', 'tname', 'time', 'ucmd']],
  ['user', ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tname', 'stat', 'start_time', 'bsdtime', 'args']],
  ['bsd', ['pid', 'tname', 'stat', 'bsdtime', 'args']],
  ['bsd-jobs', ['ppid', 'pid', 'pgid', 'sid', 'tname', 'tpgid', 'stat', 'uid', 'bsdtime', 'args']],
  ['bsd-memory', ['pid', 'tname', 'stat', 'bsdtime', 'maj_flt', 'trs', 'drs', 'rss', 'pmem', 'args']],
  ['bsd-signals', ['uid', 'pid', 'pending', 'blocked', 'ignored', 'caught', 'stat', 'tname', 'bsdtime', 'args']],
  ['bsd-registers', ['pid', 'stackp', 'esp', 'eip', 'tmout', 'alarm', 'stat', 'tname', 'bsdtime', 'args']],
  ['bsd-long', ['F', 'uid', 'pid', 'ppid', 'PRI', 'ni', 'vsz', 'rss', 'wchan', 'stat', 'tname', 'bsdtime', 'args']],
])
