import type { Clock } from '@drydock/abi'
import { EINVAL, S_IFDIR } from '@drydock/abi'
import { MemoryFileSystem } from './memory-file-system.ts'
import type { MemoryInode } from './memory-inode.ts'

const MEBIBYTE = 2 ** 20

export interface TmpfsOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Default 1 GiB: half of what a host has. */
  readonly sizeBytes?: number
  /** Of the root; default 0o1777. */
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** `tmpfs` unless it stands behind something else, as devtmpfs does. */
  readonly type?: string
  /** Real memory at most; default 256 MiB. */
  readonly heldBytes?: number
}

/** Files in memory. tmpfs(5). */
export class Tmpfs extends MemoryFileSystem {
  override readonly type: string
  override readonly directoryBlocks = 0
  override readonly root: MemoryInode

  constructor(options: TmpfsOptions) {
    const totalBytes = options.sizeBytes ?? 1024 * MEBIBYTE
    const totalInodes = Math.max(64, Math.floor(totalBytes / 4096))
    super(options.clock, { totalBytes, totalInodes, heldBytes: options.heldBytes ?? 256 * MEBIBYTE }, 1)
    this.type = options.type ?? 'tmpfs'
    const { mode = 0o1777, uid = 0, gid = 0 } = options
    this.root = this.makeInode({ mode: S_IFDIR | mode, uid, gid })
  }

  /** Only the size changes. tmpfs(5) */
  override reconfigure(data: string): void {
    const { sizeBytes } = readOptions(data, this.limits.totalBytes * 2)
    if (sizeBytes === undefined) return
    if (sizeBytes < this.usedBytes) throw EINVAL
    this.limits = { ...this.limits, totalBytes: sizeBytes }
    const others = this.options.split(',').filter((option) => option !== '' && !option.startsWith('size='))
    this.options = [shownOptions({ sizeBytes }), ...others].join(',')
  }

  override directoryBytes(entries: number): number {
    return (entries + 2) * 20
  }
}

const UNITS = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
])

/** `64m`, `50%` of `memoryBytes`, `1048576`. @throws EINVAL */
export function parseSize(text: string, memoryBytes: number): number {
  const match = /^(\d+)([kmg]?|%)$/i.exec(text)
  if (match === null) throw EINVAL
  const [, digits = '', unit = ''] = match
  if (unit === '%') return Math.floor((Number(digits) / 100) * memoryBytes)
  return Number(digits) * (UNITS.get(unit.toLowerCase()) ?? 1)
}

interface MutableTmpfsOptions {
  sizeBytes?: number
  mode?: number
  uid?: number
  gid?: number
}

type OptionReader = (options: MutableTmpfsOptions, value: string, memoryBytes: number) => void

const OPTIONS = new Map<string, OptionReader>([
  ['size', (options, value, memory) => (options.sizeBytes = parseSize(value, memory))],
  ['mode', (options, value) => (options.mode = Number.parseInt(value, 8))],
  ['uid', (options, value) => (options.uid = Number(value))],
  ['gid', (options, value) => (options.gid = Number(value))],
  ['nr_inodes', () => undefined],
  ['inode64', () => undefined],
])

/**
 * A tmpfs for mount(2)'s option string, such as `size=64m,mode=755`.
 * @param type what /proc/mounts calls it: ramfs and mqueue are tmpfs by another name here
 * @throws EINVAL
 */
export function mountTmpfs(clock: Pick<Clock, 'now'>, data: string, memoryBytes: number, type = 'tmpfs'): Tmpfs {
  const options = readOptions(data, memoryBytes)
  const fs = new Tmpfs({ clock, sizeBytes: Math.floor(memoryBytes / 2), type, ...options })
  if (type === 'tmpfs') fs.options = shownOptions(options)
  return fs
}

function readOptions(data: string, memoryBytes: number): MutableTmpfsOptions {
  const options: MutableTmpfsOptions = {}
  for (const option of data.split(',').filter((text) => text !== '')) {
    const [name = '', value = ''] = option.split('=')
    const read = OPTIONS.get(name)
    if (read === undefined) throw EINVAL
    read(options, value, memoryBytes)
  }
  return options
}

function shownOptions({ sizeBytes, mode, uid = 0, gid = 0 }: MutableTmpfsOptions): string {
  const shown = sizeBytes === undefined ? [] : [`size=${Math.ceil(sizeBytes / 1024)}k`]
  if (mode !== undefined) shown.push(`mode=${mode.toString(8).padStart(3, '0')}`)
  if (uid !== 0) shown.push(`uid=${uid}`)
  if (gid !== 0) shown.push(`gid=${gid}`)
  return shown.join(',')
}
