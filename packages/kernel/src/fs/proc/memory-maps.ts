import { pathOf } from '../../vfs/path-name.ts'
import type { ProcTask } from './proc-source.ts'

/** Where a program's parts are: made up from what it weighs, as a program here has no addresses. proc_pid_maps(5) */

const PAGE_BYTES = 4096
const CODE_START = 0x55d0c0000000
const HEAP_START = 0x55d0c1000000
const STACK_START = 0x7ffd3c000000
const STACK_BYTES = 132 * 1024

interface Area {
  readonly start: number
  readonly bytes: number
  readonly resident: number
  readonly rights: string
  readonly offset: number
  readonly ino: number
  readonly name: string
}

function areasOf(task: ProcTask): Area[] {
  const exe = task.exe()
  if (exe === undefined) return []
  const { ino } = exe.inode
  const name = pathOf(exe, task.root())
  const { rssBytes } = task.info()
  const whole = (bytes: number): number => Math.max(1, Math.ceil(bytes / PAGE_BYTES)) * PAGE_BYTES
  const file = { ino, name }
  const none = { ino: 0, offset: 0, rights: 'rw-p' }
  const heap = whole(rssBytes - 10 * PAGE_BYTES)
  return [
    { start: CODE_START, bytes: 0x2000, resident: 0x2000, rights: 'r--p', offset: 0, ...file },
    { start: CODE_START + 0x2000, bytes: 0x6000, resident: 0x6000, rights: 'r-xp', offset: 0x2000, ...file },
    { start: CODE_START + 0x8000, bytes: 0x2000, resident: 0x2000, rights: 'r--p', offset: 0x8000, ...file },
    { start: HEAP_START, bytes: heap, resident: heap, name: '[heap]', ...none },
    { start: STACK_START, bytes: STACK_BYTES, resident: 0x3000, name: '[stack]', ...none },
  ]
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0')

function line({ start, bytes, rights, offset, ino, name }: Area): string {
  const range = `${hex(start, 8)}-${hex(start + bytes, 8)}`
  const device = ino === 0 ? '00:00' : '08:01'
  return `${`${range} ${rights} ${hex(offset, 8)} ${device} ${ino}`.padEnd(72)} ${name}\n`
}

export const maps = (task: ProcTask): string => areasOf(task).map(line).join('')

const kb = (bytes: number): string => `${String(Math.ceil(bytes / 1024)).padStart(8)} kB`

function amounts({ resident, ino }: Pick<Area, 'resident' | 'ino'>): [string, number][] {
  const clean = ino === 0 ? 0 : resident
  const dirty = ino === 0 ? resident : 0
  return [
    ['Rss', resident],
    ['Pss', resident],
    ['Pss_Dirty', dirty],
    ['Shared_Clean', 0],
    ['Shared_Dirty', 0],
    ['Private_Clean', clean],
    ['Private_Dirty', dirty],
    ['Referenced', resident],
    ['Anonymous', dirty],
    ['KSM', 0],
    ['LazyFree', 0],
    ['AnonHugePages', 0],
    ['ShmemPmdMapped', 0],
    ['FilePmdMapped', 0],
    ['Shared_Hugetlb', 0],
    ['Private_Hugetlb', 0],
    ['Swap', 0],
    ['SwapPss', 0],
    ['Locked', 0],
  ]
}

const rows = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([name, bytes]) => `${`${name}:`.padEnd(16)}${kb(bytes)}\n`).join('')

/** proc_pid_smaps(5). */
export const smaps = (task: ProcTask): string =>
  areasOf(task)
    .map((area) => {
      const sizes = rows([
        ['Size', area.bytes],
        ['KernelPageSize', PAGE_BYTES],
        ['MMUPageSize', PAGE_BYTES],
        ...amounts(area),
      ])
      return `${line(area)}${sizes}THPeligible:           0\nVmFlags: rd mr mw me \n`
    })
    .join('')

export function smapsRollup(task: ProcTask): string {
  const areas = areasOf(task)
  const last = areas.at(-1)
  if (last === undefined) return ''
  const sums = new Map<string, number>()
  for (const area of areas) for (const [name, bytes] of amounts(area)) sums.set(name, (sums.get(name) ?? 0) + bytes)
  const range = `${hex(CODE_START, 8)}-${hex(last.start + last.bytes, 8)} ---p 00000000 00:00 0`
  return `${range.padEnd(72)} [rollup]\n${rows([...sums])}`
}

/** proc_pid_statm(5). */
export function statm(task: ProcTask): string {
  const { vszBytes, rssBytes } = task.info()
  const size = Math.ceil(vszBytes / PAGE_BYTES)
  const resident = Math.ceil(rssBytes / PAGE_BYTES)
  return `${size} ${resident} 0 1 0 ${resident} 0\n`
}
