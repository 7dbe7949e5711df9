import type { ResourceName } from '@drydock/abi'
import { EACCES, EINVAL, EPERM, ESRCH, SIGCHLD } from '@drydock/abi'
import type { PathContext } from '../../vfs/path-context.ts'
import type { TextSource } from '../pseudo-inode.ts'
import { mountinfoText, mountstatsText, mountsText } from './mount-files.ts'
import { maps, smaps, smapsRollup, statm } from './memory-maps.ts'
import type { ProcSource, ProcTask } from './proc-source.ts'
import { status } from './process-status.ts'

const PAGE_BYTES = 4096
const RSS_UNLIMITED = '18446744073709551615'
/** USER_HZ: ticks of /proc/PID/stat in a second. */
const TICKS_PER_SECOND = 100
export const ticks = (ms: number): number => Math.floor((ms * TICKS_PER_SECOND) / 1000)

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
    [ttyNumber(info.tty), info.tpgid, 4194304, 0, 0, 0, 0],
    [ticks(info.cpuMs), 0, ticks(task.childrenCpuMs()), 0],
    [20 + info.nice, info.nice, info.threads, 0, Math.max(0, start), ...size, RSS_UNLIMITED],
    // startcode to kstkeip, signals, wchan and swap; then exit_signal and the rest up to exit_code.
    Array.from({ length: 12 }, () => 0),
    [SIGCHLD],
    Array.from({ length: 14 }, () => 0),
  ]
  return `${fields.flat().join(' ')}\n`
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

/** Of a thousand: the share of memory that it has, and what was added to it. proc_pid_oom_score(5) */
function oomScore(task: ProcTask, proc: ProcSource): string {
  const { totalMemory } = proc.sysinfo()
  const share = (task.info().rssBytes / totalMemory) * 1000
  return `${Math.max(0, Math.round(((1000 + share + task.oomScoreAdj()) * 2) / 3))}\n`
}

/** proc_pid_io(5). */
function io(task: ProcTask): string {
  const { readBytes, writtenBytes, reads, writes } = task.transfers()
  const calls = `rchar: ${readBytes}\nwchar: ${writtenBytes}\nsyscr: ${reads}\nsyscw: ${writes}\n`
  return `${calls}read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n`
}

/** Ids of the user namespace and what they stand for outside. user_namespaces(7), "Defining user and group ID mappings" */
const idMap = (name: 'uid_map' | 'gid_map'): ProcessFile => ({
  name,
  permissions: 0o644,
  source: (task) => ({
    read: () => task.user()?.[name].text() ?? `${'0'.padStart(10)} ${'0'.padStart(10)} 4294967295\n`,
    write(text, context) {
      const user = task.user()
      if (user === undefined) throw EPERM
      user[name].set(text, context.credentials)
    },
  }),
})

function denySetgroups(task: ProcTask, text: string): void {
  const user = task.user()
  const word = text.trim()
  if (word !== 'allow' && word !== 'deny') throw EINVAL
  if (user === undefined || user.gid_map.written) throw EPERM
  user.setgroups = word
}

/** proc_pid_sched(5), what of it a scheduler has that takes turns. */
function sched(task: ProcTask): string {
  const { pid, comm, threads, cpuMs, nice } = task.info()
  const row = (name: string, value: string): string => `${name.padEnd(45)}:${value.padStart(21)}\n`
  const rows = [
    row('se.sum_exec_runtime', cpuMs.toFixed(6)),
    row('nr_switches', '0'),
    row('nr_voluntary_switches', '0'),
    row('nr_involuntary_switches', '0'),
    row('policy', '0'),
    row('prio', String(120 + nice)),
  ]
  return `${comm} (${pid}, #threads: ${threads})\n${'-'.repeat(67)}\n${rows.join('')}`
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
  {
    name: 'comm',
    permissions: 0o644,
    source: (task) => ({
      read: () => `${task.info().comm.slice(0, 15)}\n`,
      write: (text) => task.rename(text.replace(/\n$/, '')),
    }),
  },
  shows('children', (task) =>
    task
      .children()
      .map((pid) => `${pid} `)
      .join(''),
  ),
  shows('coredump_filter', () => '00000033\n', 0o644),
  shows('cpuset', (task, _proc, reader) => `${task.cgroup(reader)}\n`),
  shows('environ', environ, 0o400),
  idMap('gid_map'),
  shows('io', io, 0o400),
  shows('limits', limits),
  shows('loginuid', () => '4294967295', 0o644),
  shows('maps', maps),
  shows('mountinfo', (task) => mounts(task, mountinfoText)),
  shows('mounts', (task) => mounts(task, mountsText)),
  shows('mountstats', (task) => mounts(task, mountstatsText), 0o400),
  shows('oom_adj', (task) => `${Math.round((task.oomScoreAdj() * 17) / 1000)}\n`, 0o644),
  shows('oom_score', oomScore),
  {
    name: 'oom_score_adj',
    permissions: 0o644,
    source: (task) => ({
      read: () => `${task.oomScoreAdj()}\n`,
      write: (text, context) => setOomScoreAdj(task, text, context),
    }),
  },
  shows('personality', () => '00000000\n', 0o400),
  shows('projid_map', () => '', 0o644),
  shows('sched', sched),
  shows('stack', () => '', 0o400),
  shows('timers', () => ''),
  shows('autogroup', (task) => `/autogroup-${task.info().sid} nice 0\n`, 0o644),
  shows('schedstat', (task) => `${Math.round(task.info().cpuMs * 1e6)} 0 0\n`),
  shows('sessionid', () => '4294967295'),
  {
    name: 'setgroups',
    permissions: 0o644,
    source: (task) => ({
      read: () => `${task.user()?.setgroups ?? 'allow'}\n`,
      write: (text) => denySetgroups(task, text),
    }),
  },
  shows('smaps', smaps),
  shows('smaps_rollup', smapsRollup),
  shows('stat', stat),
  shows('statm', statm),
  shows('status', (task, proc) => status(task, proc.sysinfo())),
  shows('syscall', () => 'running\n', 0o400),
  shows('timens_offsets', () => 'monotonic           0         0\nboottime            0         0\n', 0o644),
  shows('timerslack_ns', () => '50000\n', 0o666),
  idMap('uid_map'),
  shows('wchan', () => '0', 0o444),
]

/** What a file of a process that is gone says. */
export function stillThere(task: ProcTask | undefined): ProcTask {
  if (task === undefined) throw ESRCH
  return task
}
