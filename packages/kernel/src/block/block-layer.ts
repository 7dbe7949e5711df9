import {
  type BlockAnswer,
  type BlockDevice,
  type BlockRequest,
  EBUSY,
  EINVAL,
  EIO,
  ENODEV,
  ENOSPC,
  ENXIO,
  EPERM,
  isBlockDevice,
  S_IFBLK,
  type SwapArea,
} from '@drydock/abi'
import { diskSignature, readPartitions, SECTOR_BYTES } from '@drydock/codec/disk'
import type { KernelParts } from '../kernel-parts.ts'
import type { Task } from '../task/task.ts'
import { capable, type FileSystem, makedev, OpenFile } from '../vfs/index.ts'
import type { BlockSource } from './block-source.ts'
import { ImageFileSystem } from './image-file-system.ts'
import { LoopSource } from './loop-source.ts'
import { SystemDisk } from './system-disk.ts'

const LOOP_MAJOR = 7
const SD_MAJOR = 8
const BLKEXT_MAJOR = 259
const LOOPS = 8
const DISK_GROUP = 6

interface Device extends Omit<BlockDevice, 'bytes' | 'readOnly' | 'loop'> {
  source: BlockSource | undefined
}

/** A part of another device. */
class Slice implements BlockSource {
  private readonly whole: BlockSource
  private readonly from: number
  private readonly length: number

  constructor(whole: BlockSource, from: number, length: number) {
    this.whole = whole
    this.from = from
    this.length = length
  }
  get bytes(): number {
    return this.length
  }
  get readOnly(): boolean {
    return this.whole.readOnly
  }
  read(offset: number, length: number): Uint8Array {
    return this.whole.read(this.from + offset, Math.min(length, Math.max(0, this.length - offset)))
  }
  write(offset: number, bytes: Uint8Array): void {
    this.whole.write(this.from + offset, bytes)
  }
}

/** The machine's disk, loop devices, what is mounted from them, and swap areas. Loaded when first asked for. */
export class BlockLayer {
  private readonly parts: KernelParts
  private readonly devices = new Map<number, Device>()
  private readonly mounted = new Map<number, ImageFileSystem>()
  private swaps: SwapArea[] = []
  private nextExtended = 0

  constructor(parts: KernelParts) {
    this.parts = parts
    const disk = new SystemDisk()
    this.add({ name: 'sda', major: SD_MAJOR, minor: 0, kind: 'disk', model: 'Virtual Disk', source: disk })
    this.scan('sda')
    for (let at = 0; at < LOOPS; at++) this.addLoop(at)
  }

  private add(device: Device): void {
    this.devices.set(makedev(device.major, device.minor), device)
  }
  private addLoop(number: number): Device {
    const device: Device = { name: `loop${number}`, major: LOOP_MAJOR, minor: number, kind: 'loop', source: undefined }
    this.add(device)
    this.makeNode(device)
    return device
  }

  // contents ----------------------------------------------------------------------------------------------------------
  private at(rdev: number): Device {
    const device = this.devices.get(rdev)
    if (!device) throw ENXIO
    return device
  }
  /** @throws EBUSY for writing to what is mounted, ENXIO */
  opened(rdev: number, writes: boolean): void {
    const device = this.devices.get(rdev)
    if (!device) {
      if (rdev === makedev(10, 237)) return
      throw ENXIO
    }
    if (writes && device.major === SD_MAJOR) throw EBUSY
  }
  size(rdev: number): number {
    return this.at(rdev).source?.bytes ?? 0
  }
  read(rdev: number, offset: number, max: number): Uint8Array {
    const { source } = this.at(rdev)
    if (!source || offset >= source.bytes) return new Uint8Array(0)
    return source.read(offset, Math.min(max, source.bytes - offset))
  }
  /** @throws ENOSPC at the end, EPERM for a device that is read only, EIO without a file */
  write(rdev: number, offset: number, bytes: Uint8Array): number {
    const { source } = this.at(rdev)
    if (!source) throw ENOSPC
    if (source.readOnly) throw EPERM
    const length = Math.min(bytes.length, source.bytes - offset)
    if (length <= 0) throw ENOSPC
    source.write(offset, bytes.subarray(0, length))
    return length
  }

  // requests ----------------------------------------------------------------------------------------------------------
  answer<R extends BlockRequest>(task: Task, request: R): BlockAnswer<R> {
    const run = this[HANDLERS[request.op]] as (task: Task, request: R) => BlockAnswer<R>
    return run.call(this, task, request)
  }

  list(): readonly BlockDevice[] {
    return [...this.devices.values()].map(({ source, ...device }) => ({
      ...device,
      bytes: source?.bytes ?? 0,
      readOnly: source?.readOnly ?? false,
      ...(source instanceof LoopSource && { loop: source.status }),
    }))
  }

  loopFree(): number {
    for (let number = 0; ; number++) {
      const device = this.devices.get(makedev(LOOP_MAJOR, number)) ?? this.addLoop(number)
      if (!device.source) return number
    }
  }

  loopSet(task: Task, request: Extract<BlockRequest, { op: 'loop-set' }>): undefined {
    requireAdmin(task)
    const device = this.devices.get(makedev(LOOP_MAJOR, request.number)) ?? this.addLoop(request.number)
    if (device.source) throw EBUSY
    const file = task.fds.get(request.fd)
    if (!(file instanceof OpenFile)) throw EINVAL
    device.source = new LoopSource(file.retain(), request)
    if (request.partScan) this.scan(device.name)
    return undefined
  }

  loopClear(task: Task, { number }: Extract<BlockRequest, { op: 'loop-clear' }>): undefined {
    requireAdmin(task)
    const device = this.devices.get(makedev(LOOP_MAJOR, number))
    if (!device) throw ENODEV
    if (!(device.source instanceof LoopSource)) throw ENXIO
    // Whoever has it mounted keeps it until then. loop(4)
    if ([...this.partsOf(device), device].some((each) => this.mounted.has(makedev(each.major, each.minor))))
      device.source.autoClear()
    else this.clear(device)
    return undefined
  }

  private clear(device: Device): void {
    if (device.source instanceof LoopSource) device.source.dispose()
    device.source = undefined
    this.dropParts(device)
  }

  loopResize(_task: Task, { number }: Extract<BlockRequest, { op: 'loop-resize' }>): undefined {
    const source = this.devices.get(makedev(LOOP_MAJOR, number))?.source
    if (!(source instanceof LoopSource)) throw ENXIO
    source.measure()
    return undefined
  }

  reread(task: Task, { name }: Extract<BlockRequest, { op: 'reread' }>): undefined {
    requireAdmin(task)
    const device = this.named(name)
    if (!device?.source || device.kind === 'part') throw EINVAL
    this.scan(name)
    return undefined
  }

  grow(task: Task, { path }: Extract<BlockRequest, { op: 'grow' }>): undefined {
    requireAdmin(task)
    const { fs } = this.parts.files.resolve(task, path).mount
    if (!(fs instanceof ImageFileSystem)) throw EINVAL
    fs.measure()
    return undefined
  }

  sync(): undefined {
    for (const fs of this.mounted.values()) fs.sync()
    return undefined
  }

  swapList(): readonly SwapArea[] {
    return this.swaps
  }
  swapOn(task: Task, { path, priority }: Extract<BlockRequest, { op: 'swap-on' }>): undefined {
    requireAdmin(task)
    const { inode } = this.parts.files.resolve(task, path)
    const block = isBlockDevice(inode.mode)
    if (this.swaps.some((area) => area.path === path)) throw EBUSY
    const read = (offset: number, max: number): Uint8Array =>
      block ? this.read(inode.rdev, offset, max) : inode.readAt(offset, max)
    const mark = diskSignature(read)
    if (mark?.type !== 'swap') throw EINVAL
    const bytes = Math.floor((block ? this.size(inode.rdev) : inode.size) / 4096) * 4096 - 4096
    const last = Math.min(-1, ...this.swaps.map((area) => area.priority))
    this.swaps.push({ path, kind: block ? 'partition' : 'file', bytes, priority: priority ?? last - 1 })
    return undefined
  }
  swapOff(task: Task, { path }: Extract<BlockRequest, { op: 'swap-off' }>): undefined {
    requireAdmin(task)
    this.parts.files.resolve(task, path)
    if (!this.swaps.some((area) => area.path === path)) throw EINVAL
    this.swaps = this.swaps.filter((area) => area.path !== path)
    return undefined
  }

  // file systems ------------------------------------------------------------------------------------------------------
  /** @throws EINVAL for another type or none, EIO without a medium, ENXIO */
  mount(rdev: number, type: string, readOnly: boolean): FileSystem {
    const device = this.at(rdev)
    const known = this.mounted.get(rdev)
    if (known) return known
    if (!device.source) throw EIO
    const mark = diskSignature((offset, length) => this.read(rdev, offset, length))
    if (!mark?.room || (type !== 'auto' && !suits(type, mark.type))) throw EINVAL
    const { clock, log } = this.parts
    const fs = new ImageFileSystem({
      clock,
      log,
      source: device.source,
      type: type === 'auto' ? mark.type : type,
      mark,
    })
    fs.dev = rdev
    fs.readOnly = readOnly || device.source.readOnly
    fs.onUnmount = () => this.unmounted(rdev, device, fs)
    this.mounted.set(rdev, fs)
    log.write(
      `${mark.type === 'xfs' ? 'XFS' : 'EXT4-fs'} (${device.name}): ${mountedWords(mark.type, mark.uuid, fs.readOnly)}`,
    )
    return fs
  }

  private unmounted(rdev: number, device: Device, fs: ImageFileSystem): void {
    const everywhere = this.parts.rootPids.tasks().map((task) => task.namespace)
    if ([...new Set(everywhere)].some((namespace) => namespace.mounts().some((mount) => mount.fs === fs))) return
    fs.close()
    this.mounted.delete(rdev)
    this.parts.log.write(`${fs.type === 'xfs' ? 'XFS' : 'EXT4-fs'} (${device.name}): ${unmountedWords(fs)}`)
    const whole = device.parent === undefined ? device : this.named(device.parent)
    if (whole?.source instanceof LoopSource && whole.source.status.autoClear) this.clear(whole)
  }

  // partitions --------------------------------------------------------------------------------------------------------
  private named(name: string): Device | undefined {
    return [...this.devices.values()].find((device) => device.name === name)
  }
  private partsOf({ name }: Device): Device[] {
    return [...this.devices.values()].filter(({ parent }) => parent === name)
  }
  private dropParts(device: Device): void {
    for (const part of this.partsOf(device)) {
      this.devices.delete(makedev(part.major, part.minor))
      if (this.devRoot().entries?.has(part.name)) this.devRoot().unlink(part.name)
    }
  }
  private scan(name: string): void {
    const device = this.named(name)
    if (!device?.source) return
    const { source } = device
    this.dropParts(device)
    const table = readPartitions((offset, length) => source.read(offset, length))
    for (const { number, start, end } of table?.partitions ?? []) {
      const sd = device.major === SD_MAJOR
      const part: Device = {
        ...{ name: `${name}${sd ? '' : 'p'}${number}`, kind: 'part', parent: name, partition: number, start },
        ...(sd ? { major: SD_MAJOR, minor: number } : { major: BLKEXT_MAJOR, minor: this.nextExtended++ % 256 }),
        source: new Slice(source, start * SECTOR_BYTES, (end - start + 1) * SECTOR_BYTES),
      }
      this.add(part)
      this.makeNode(part)
    }
  }
  private devRoot() {
    return this.parts.deviceNodes().root
  }
  private makeNode({ name, major, minor }: Device): void {
    const root = this.devRoot()
    if (!root.lookup(name))
      root.create(name, { mode: S_IFBLK | 0o660, uid: 0, gid: DISK_GROUP, rdev: makedev(major, minor) })
  }

  // /proc -------------------------------------------------------------------------------------------------------------
  /** proc_partitions(5): loop devices before disks, as their numbers are. */
  partitionsText(): string {
    const rows = [...this.devices.values()]
      .filter(({ source }) => (source?.bytes ?? 0) > 0)
      .sort((a, b) => a.major - b.major || a.minor - b.minor)
      .map(({ major, minor, name, source }) => {
        const blocks = Math.floor((source?.bytes ?? 0) / 1024)
        return `${String(major).padStart(4)}  ${String(minor).padStart(7)} ${String(blocks).padStart(10)} ${name}\n`
      })
    return `major minor  #blocks  name\n\n${rows.join('')}`
  }
  /** proc_swaps(5) */
  swapsText(): string {
    return this.swaps
      .map(({ path, kind, bytes, priority }) => {
        const size = bytes / 1024
        const tabs = size < 10_000_000 ? '\t\t' : '\t'
        return `${path.padEnd(40)}${kind}${kind === 'file' ? '\t' : ''}\t${size}${tabs}0\t\t${priority}\n`
      })
      .join('')
  }
}

function requireAdmin(task: Task): void {
  if (!capable(task.credentials, 'sys_admin')) throw EPERM
}

/** The ext4 driver mounts all three of its family. */
const suits = (asked: string, found: string): boolean =>
  asked === found || (/^ext[234]$/.test(asked) && /^ext[234]$/.test(found) && asked >= found)

const mountedWords = (type: string, uuid: string, readOnly: boolean): string =>
  type === 'xfs'
    ? `Mounting V5 Filesystem ${uuid}`
    : `mounted filesystem ${uuid} ${readOnly ? 'ro' : 'r/w'} with${type === 'ext2' ? 'out journal' : ' ordered data mode'}. Quota mode: none.`
const unmountedWords = ({ type, uuid }: ImageFileSystem): string =>
  `${type === 'xfs' ? 'Unmounting Filesystem' : 'unmounting filesystem'} ${uuid}${type === 'xfs' ? '' : '.'}`

const HANDLERS = {
  list: 'list',
  'loop-free': 'loopFree',
  'loop-set': 'loopSet',
  'loop-clear': 'loopClear',
  'loop-resize': 'loopResize',
  reread: 'reread',
  grow: 'grow',
  sync: 'sync',
  'swap-list': 'swapList',
  'swap-on': 'swapOn',
  'swap-off': 'swapOff',
} as const satisfies Record<BlockRequest['op'], keyof BlockLayer>
