import type { ProcessInfo } from '@drydock/abi'
import type { ProcTask } from './proc-source.ts'

const kilobytes = (bytes: number): string => `${String(Math.ceil(bytes / 1024)).padStart(8)} kB`

/** A set of signals as a mask of 64 bits. */
function mask(signals: Iterable<number>): string {
  let bits = 0n
  for (const signal of signals) bits |= 1n << BigInt(signal - 1)
  return bits.toString(16).padStart(16, '0')
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
    ['VmPin', kilobytes(0)],
    ['VmHWM', resident],
    ['VmRSS', resident],
    ['RssAnon', resident],
    ['RssFile', kilobytes(0)],
    ['RssShmem', kilobytes(0)],
    ['VmData', resident],
    ['VmStk', kilobytes(132 * 1024)],
    ['VmExe', kilobytes(24 * 1024)],
    ['VmLib', kilobytes(1536 * 1024)],
    ['VmPTE', kilobytes(56 * 1024)],
    ['VmSwap', kilobytes(0)],
    ['HugetlbPages', kilobytes(0)],
    ['CoreDumping', 0],
    ['THP_enabled', 1],
    ['untag_mask', '0xffffffffffffffff'],
  ]
}

const NONE = '0000000000000000'
const capabilities = (mask: number): string => mask.toString(16).padStart(16, '0')

/** The numbers in each pid namespace from the reader's down to its own. */
function nested(task: ProcTask): StatusLine[] {
  const { pid, pgid, sid } = task.nestedIds()
  const text = (numbers: readonly number[]): string => numbers.join('\t')
  return [
    ['NStgid', text(pid)],
    ['NSpid', text(pid)],
    ['NSpgid', text(pgid)],
    ['NSsid', text(sid)],
    ['Kthread', 0],
  ]
}

function identityLines(task: ProcTask, info: ProcessInfo): StatusLine[] {
  return [
    ['Name', info.comm.slice(0, 15)],
    ['Umask', task.umask().toString(8).padStart(4, '0')],
    ['State', STATE_NAMES.get(info.state) ?? info.state],
    ['Tgid', info.pid],
    ['Ngid', 0],
    ['Pid', info.pid],
    ['PPid', info.ppid],
    ['TracerPid', task.tracer()],
    ['Uid', task.identity().uids.join('\t')],
    ['Gid', task.identity().gids.join('\t')],
    ['FDSize', 256],
    ['Groups', `${task.groups().join(' ')} `],
    ...nested(task),
  ]
}

function signalLines(task: ProcTask, info: ProcessInfo): StatusLine[] {
  const { pending, queued, limit, ignored, caught } = task.signals()
  const { effective, permitted, inheritable, bounding, ambient } = task.identity().capabilities
  return [
    ['Threads', info.threads],
    ['SigQ', `${queued}/${limit}`],
    ['SigPnd', NONE],
    ['ShdPnd', mask(pending)],
    ['SigBlk', NONE],
    ['SigIgn', mask(ignored)],
    ['SigCgt', mask(caught)],
    ['CapInh', capabilities(inheritable)],
    ['CapPrm', capabilities(permitted)],
    ['CapEff', capabilities(effective)],
    ['CapBnd', capabilities(bounding)],
    ['CapAmb', capabilities(ambient)],
    ['NoNewPrivs', Number(task.identity().noNewPrivileges)],
    ['Seccomp', task.identity().seccomp],
    ['Seccomp_filters', Number(task.identity().seccomp === 2)],
    ['Speculation_Store_Bypass', 'not vulnerable'],
    ['SpeculationIndirectBranch', 'conditional enabled'],
  ]
}

/** proc_pid_status(5). */
export function status(task: ProcTask, { cpus }: { readonly cpus: number }): string {
  const info = task.info()
  const processors: StatusLine[] = [
    ['Cpus_allowed', (2 ** cpus - 1).toString(16)],
    ['Cpus_allowed_list', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['Mems_allowed', '1'],
    ['Mems_allowed_list', '0'],
    ['voluntary_ctxt_switches', 1],
    ['nonvoluntary_ctxt_switches', 0],
  ]
  return [...identityLines(task, info), ...memoryLines(info), ...signalLines(task, info), ...processors]
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('')
}
