import { EAGAIN, EBADF, EINVAL, POLLIN, POLLOUT, SEEK_CUR, SEEK_END } from '@drydock/abi'
import type { KernelParts } from '../kernel-parts.ts'
import { type DeviceOpening, type DeviceTable, type FileSystem, LocatedDescription } from '../vfs/index.ts'
import type { BlockLayer } from './block-layer.ts'

/** Where the block layer sits once somebody needs it: most sessions never do. */
export class BlockSeat {
  layer: BlockLayer | undefined = undefined
  private readonly parts: () => KernelParts
  private loading: Promise<BlockLayer> | undefined

  constructor(parts: () => KernelParts) {
    this.parts = parts
  }

  load(): Promise<BlockLayer> {
    this.loading ??= import('./block-layer.ts').then(({ BlockLayer: Layer }) => (this.layer = new Layer(this.parts())))
    return this.loading
  }

  /** What is on a device. @throws EINVAL for nothing that is known */
  mount(rdev: number, type: string, readOnly: boolean): FileSystem {
    if (!this.layer) throw EINVAL
    return this.layer.mount(rdev, type, readOnly)
  }
}

/** An open block device. Until the layer is there, whoever reads or writes waits. */
class BlockFile extends LocatedDescription {
  private readonly seat: BlockSeat
  private readonly rdev: number
  private offset = 0

  constructor({ flags, location }: DeviceOpening, seat: BlockSeat) {
    super(flags, location)
    this.seat = seat
    this.rdev = location.inode.rdev
    seat.layer?.opened(this.rdev, this.writable)
    void seat.load().then(() => this.queue.wake())
  }

  private get layer(): BlockLayer {
    if (!this.seat.layer) throw EAGAIN
    return this.seat.layer
  }
  override read(max: number): Uint8Array {
    const bytes = this.pread(max, this.offset)
    this.offset += bytes.length
    return bytes
  }
  override write(bytes: Uint8Array): number {
    const taken = this.pwrite(bytes, this.offset)
    this.offset += taken
    return taken
  }
  override pread(max: number, offset: number): Uint8Array {
    if (!this.readable) throw EBADF
    return this.layer.read(this.rdev, offset, max)
  }
  override pwrite(bytes: Uint8Array, offset: number): number {
    if (!this.writable) throw EBADF
    return this.layer.write(this.rdev, offset, bytes)
  }
  override seek(offset: number, whence: number): number {
    const start = whence === SEEK_CUR ? this.offset : whence === SEEK_END ? this.layer.size(this.rdev) : 0
    if (start + offset < 0) throw EINVAL
    this.offset = start + offset
    return this.offset
  }
  override poll(): number {
    return POLLIN | POLLOUT
  }
}

/** sd, loop, and the partitions of both. Documentation/admin-guide/devices.txt of Linux */
export function registerBlockDevices(devices: DeviceTable, seat: BlockSeat): void {
  const open = (opening: DeviceOpening): BlockFile => new BlockFile(opening, seat)
  for (const major of [7, 8, 259]) devices.register('b', major, '*', open)
  devices.register('c', 10, 237, open)
}
