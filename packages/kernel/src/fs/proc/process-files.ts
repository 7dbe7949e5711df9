import type { ProcessInfo, ResourceName } from '@drydock/abi'
import { EACCES, EINVAL, ESRCH, SIGCHLD } from '@drydock/abi'
import type { PathContext } from '../../vfs/path-context.ts'
import { pathOf } from '../../vfs/path-name.ts'
import type { TextSource } from '../pseudo-inode.ts'
import { mountinfoText, mountsText } from './mount-files.ts'
import type { ProcSource, ProcTask } from './proc-source.ts'

const PAGE_BYTES = 4096
const RSS_UNLIMITED = '18446744073709551615'
/** USER_HZ: ticks of /proc/PID/stat in a second. */
const TICKS_PER_SECOND = 100
export const ticks = (ms: number): number => Math.floor((ms * TICKS_PER_SECOND) / 1000)

const kilobytes = (bytes: number): string => `${String(Math.ceil(bytes / 1024)).padStart(8)} kB`

/** A set of signals as a mask of 64 bits. */
function mask(signals: Iterable<number>): string {
  let bits = 0n
  for (const signal of signals) bits |= 1n << BigInt(signal - 1)
  return bits.toString(16).padStart(16, '0')
}

const TTY_MAJOR = 136
/** tty_nr of stat: the device number of `pts/3`, 0 for none. */
const ttyNumber = (tty: string): number => (/^pts\/\d+$/.test(tty) ? TTY_MAJOR * 256 + Number(tty.slice(4)) : 0)

/** proc_pid_stat(5). */
function stat(task: ProcTask, source: ProcSource): string {
  const info = task.info()
  const zombie = info.state === 'Z'
  const start = ticks(info.startTimeMs - source.bootTimeMs())
  const pages = Math.ceil(info.rssBytes / PAGE_BYTES)
  const size = zombie ? [0, 0] : [info.vszBytes, pages]
  const fields: readonly (string | number)[][] = [
    [info.pid, `(${info.comm.slice(0, 15)})`, info.state, info.ppid, info.pgid, info.sid],
    [ttyNumber(info.tty), info.tpgid, 4194304, 0, 0, 0, 0, ticks(info.cpuMs), 0, 0, 0],
    [20 + info.nice, info.nice, info.threads, 0, Math.max(0, start), ...size, RSS_UNLIMITED],
    // startcode to kstkeip, signals, wchan and swap; then exit_signal and the rest up to exit_code.
    Array.from({ length: 12 }, () => 0),
    [SIGCHLD],
    Array.from({ length: 14 }, () => 0),
  ]
  return `${fields.flat().join(' ')}\n`
}

const STATE_NAMES = new Map<ProcessInfo['state'], string>([
  ['R', 'R (running)'],
  ['S', 'S (sleeping)'],
  ['D', 'D (disk sleep)'],
  ['T', 'T (stopped)'],
  ['Z', 'Z (zombie)'],
])

type StatusLine = readonly [name: string, value: string | number]

function memoryLines(info: ProcessInfo): StatusLine[] {
  if (info.state === 'Z') return []
  const size = kilobytes(info.vszBytes)
  const resident = kilobytes(info.rssBytes)
  return [
    ['VmPeak', size],
    ['VmSize', size],
    ['VmLck', kilobytes(0)],
    ['VmHWM', resident],
    ['VmRSS', resident],
    ['RssAnon', resident],
    ['RssFile', kilobytes(0)],
    ['VmData', resident],
    ['VmStk', kilobytes(132 * 1024)],
    ['VmSwap', kilobytes(0)],
  ]
}

const NO_CAPABILITIES = '0000000000000000'

function identityLines(task: ProcTask, info: ProcessInfo): StatusLine[] {
  return [
    ['Name', info.comm.slice(0, 15)],
    ['Umask', task.umask().toString(8).padStart(4, '0')],
    ['State', STATE_NAMES.get(info.state) ?? info.state],
    ['Tgid', info.pid],
    ['Ngid', 0],
    ['Pid', info.pid],
    ['PPid', info.ppid],
    ['TracerPid', 0],
    ['Uid', Array.from({ length: 4 }, () => info.uid).join('\t')],
    ['Gid', Array.from({ length: 4 }, () => info.gid).join('\t')],
    ['FDSize', 256],
    ['Groups', `${task.groups().join(' ')} `],
    ['NStgid', info.pid],
    ['NSpid', info.pid],
    ['NSpgid', info.pgid],
    ['NSsid', info.sid],
  ]
}

const capabilityMask = (task: ProcTask): string => task.capabilities().toString(16).padStart(16, '0')

function signalLines(task: ProcTask, info: ProcessInfo): StatusLine[] {
  const { pending, ignored, caught } = task.signals()
  const capabilities = info.uid === 0 ? capabilityMask(task) : NO_CAPABILITIES
  return [
    ['Threads', info.threads],
    ['SigQ', '0/7823'],
    ['SigPnd', NO_CAPABILITIES],
    ['ShdPnd', mask(pending)],
    ['SigBlk', NO_CAPABILITIES],
    ['SigIgn', mask(ignored)],
    ['SigCgt', mask(caught)],
    ['CapInh', NO_CAPABILITIES],
    ['CapPrm', capabilities],
    ['CapEff', capabilities],
    ['CapBnd', capabilityMask(task)],
    ['CapAmb', NO_CAPABILITIES],
    ['NoNewPrivs', Number(task.noNewPrivileges())],
    ['Seccomp', 0],
  ]
}

/** proc_pid_status(5). */
function status(task: ProcTask, { sysinfo }: { sysinfo: { cpus: number } }): string {
  const info = task.info()
  const { cpus } = sysinfo
  const processors: StatusLine[] = [
    ['Cpus_allowed', (2 ** cpus - 1).toString(16)],
    ['Cpus_allowed_list', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['voluntary_ctxt_switches', 1],
    ['nonvoluntary_ctxt_switches', 0],
  ]
  return [...identityLines(task, info), ...memoryLines(info), ...signalLines(task, info), ...processors]
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('')
}

function statm(task: ProcTask): string {
  const { vszBytes, rssBytes } = task.info()
  const size = Math.ceil(vszBytes / PAGE_BYTES)
  const resident = Math.ceil(rssBytes / PAGE_BYTES)
  return `${size} ${resident} 0 1 0 ${resident} 0\n`
}

/** In the order of Linux, with the units that it names. */
const LIMITS: readonly (readonly [string, ResourceName, string])[] = [
  ['Max cpu time', 'CPU', 'seconds'],
  ['Max file size', 'FSIZE', 'bytes'],
  ['Max data size', 'DATA', 'bytes'],
  ['Max stack size', 'STACK', 'bytes'],
  ['Max core file size', 'CORE', 'bytes'],
  ['Max resident set', 'RSS', 'bytes'],
  ['Max processes', 'NPROC', 'processes'],
  ['Max open files', 'NOFILE', 'files'],
  ['Max locked memory', 'MEMLOCK', 'bytes'],
  ['Max address space', 'AS', 'bytes'],
  ['Max file locks', 'LOCKS', 'locks'],
  ['Max pending signals', 'SIGPENDING', 'signals'],
  ['Max msgqueue size', 'MSGQUEUE', 'bytes'],
  ['Max nice priority', 'NICE', ''],
  ['Max realtime priority', 'RTPRIO', ''],
  ['Max realtime timeout', 'RTTIME', 'us'],
]

const limitText = (value: number): string => (Number.isFinite(value) ? String(value) : 'unlimited').padEnd(20)

/** proc_pid_limits(5). */
function limits(task: ProcTask): string {
  const lines = LIMITS.map(([name, resource, unit]) => {
    const { soft, hard } = task.limit(resource)
    return `${name.padEnd(25)} ${limitText(soft)} ${limitText(hard)} ${unit.padEnd(10)}\n`
  })
  return `Limit                     Soft Limit           Hard Limit           Units     \n${lines.join('')}`
}

const ended = (items: Iterable<string>): string => Array.from(items, (item) => `${item}\0`).join('')

function environ(task: ProcTask): string {
  return ended(Array.from(task.env(), ([name, value]) => `${name}=${value}`))
}

function maps(task: ProcTask): string {
  const exe = task.exe()
  if (exe === undefined) return ''
  const { ino } = exe.inode
  const path = pathOf(exe, task.root())
  const line = (range: string, rights: string, offset: string, name: string): string =>
    `${`${range} ${rights} ${offset} 08:01 ${ino}`.padEnd(72)} ${name}\n`
  return (
    line('55d0c0000000-55d0c0002000', 'r--p', '00000000', path) +
    line('55d0c0002000-55d0c0008000', 'r-xp', '00002000', path) +
    `${'55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0'.padEnd(72)} [heap]\n` +
    `${'7ffd3c000000-7ffd3c021000 rw-p 00000000 00:00 0'.padEnd(72)} [stack]\n`
  )
}

function mounts(task: ProcTask, text: typeof mountsText): string {
  const namespace = task.mountNamespace()
  const root = task.root()
  if (namespace === undefined || root === undefined) throw EINVAL
  return text(namespace, root)
}

function setOomScoreAdj(task: ProcTask, text: string, context: PathContext): void {
  const value = Number(text.trim())
  if (!Number.isInteger(value) || Math.abs(value) > 1000) throw EINVAL
  if (context.credentials.uid !== 0 && value < task.oomScoreAdj()) throw EACCES
  task.setOomScoreAdj(value)
}

export interface ProcessFile {
  readonly name: string
  readonly permissions?: number
  source(task: ProcTask, proc: ProcSource): TextSource
}

const shows = (
  name: string,
  text: (task: ProcTask, proc: ProcSource, reader: PathContext) => string,
  permissions = 0o444,
): ProcessFile => ({
  name,
  permissions,
  source: (task, proc) => ({ read: (reader) => text(task, proc, reader) }),
})

/** Files of /proc/PID. proc(5). */
export const PROCESS_FILES: readonly ProcessFile[] = [
  shows('cgroup', (task, _proc, reader) => `0::${task.cgroup(reader)}\n`),
  shows('cmdline', (task) => (task.info().state === 'Z' ? '' : ended(task.info().argv))),
  shows('comm', (task) => `${task.info().comm.slice(0, 15)}\n`, 0o644),
  shows('environ', environ, 0o400),
  shows('gid_map', () => '         0          0 4294967295\n'),
  shows('limits', limits),
  shows('loginuid', () => '4294967295'),
  shows('maps', maps),
  shows('mountinfo', (task) => mounts(task, mountinfoText)),
  shows('mounts', (task) => mounts(task, mountsText)),
  shows('oom_score', () => '0\n'),
  {
    name: 'oom_score_adj',
    permissions: 0o644,
    source: (task) => ({
      read: () => `${task.oomScoreAdj()}\n`,
      write: (text, context) => setOomScoreAdj(task, text, context),
    }),
  },
  shows('sessionid', () => '4294967295'),
  shows('stat', stat),
  shows('statm', statm),
  shows('status', (task, proc) => status(task, { sysinfo: proc.sysinfo() })),
  shows('uid_map', () => '         0          0 4294967295\n'),
  shows('wchan', () => '0', 0o444),
]

/** What a file of a process that is gone says. */
export function stillThere(task: ProcTask | undefined): ProcTask {
  if (task === undefined) throw ESRCH
  return task
}
