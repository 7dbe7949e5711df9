import { isBlockDevice, isErrno, isRegular, O_RDONLY, O_RDWR, SEEK_END, type Sys } from '@drydock/abi'
import { type DiskSignature, diskSignature } from '@drydock/codec/disk'
import { readMounts } from './mounts.ts'

/** A block device or an image, open. */
export class DiskFile {
  readonly path: string
  readonly bytes: number
  /** A device, and no file. */
  readonly isDevice: boolean
  private readonly sys: Sys
  private readonly fd: number

  private constructor(sys: Sys, path: string, fd: number, bytes: number, isDevice: boolean) {
    this.sys = sys
    this.path = path
    this.fd = fd
    this.bytes = bytes
    this.isDevice = isDevice
  }

  /** @throws ENOENT, EACCES, EBUSY, ENXIO */
  static async open(sys: Sys, path: string, writes = false): Promise<DiskFile> {
    await sys.block({ op: 'list' })
    const fd = sys.open(path, writes ? O_RDWR : O_RDONLY)
    const { mode, size } = sys.fstat(fd)
    const isDevice = isBlockDevice(mode)
    return new DiskFile(sys, path, fd, isDevice ? sys.lseek(fd, 0, SEEK_END) : isRegular(mode) ? size : 0, isDevice)
  }

  readonly read = (offset: number, length: number): Uint8Array =>
    offset >= this.bytes ? new Uint8Array(0) : this.sys.pread(this.fd, length, offset)
  readonly write = (offset: number, bytes: Uint8Array): void => {
    this.sys.pwrite(this.fd, bytes, offset)
  }
  signature(): DiskSignature | undefined {
    return diskSignature(this.read)
  }
  close(): void {
    this.sys.close(this.fd)
  }
}

/** Does something with a file and closes it. */
export async function withDisk<T>(
  sys: Sys,
  path: string,
  writes: boolean,
  use: (disk: DiskFile) => T | Promise<T>,
): Promise<T> {
  const disk = await DiskFile.open(sys, path, writes)
  try {
    return await use(disk)
  } finally {
    disk.close()
  }
}

/** What is on a device; undefined where it cannot be read or holds nothing that is known. */
export async function signatureOf(sys: Sys, path: string): Promise<DiskSignature | undefined> {
  try {
    return await withDisk(sys, path, false, (disk) => disk.signature())
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Where a device, or the image behind a loop device, is mounted. */
export async function mountPointOf(sys: Sys, path: string): Promise<string | undefined> {
  const real = sys.realpath(path)
  const loops = (await sys.block({ op: 'list' })).filter(({ loop }) => loop?.file === real)
  const names = new Set([real, ...loops.map(({ name }) => `/dev/${name}`)])
  return (await readMounts(sys)).findLast(({ source }) => names.has(source))?.target
}

/** The device that LABEL=, UUID=, PARTLABEL= or PARTUUID= names. */
export async function deviceByTag(sys: Sys, tag: string): Promise<string | undefined> {
  const [, name = '', quoted = ''] = /^(LABEL|UUID)=(.*)$/.exec(tag) ?? []
  const wanted = quoted.replace(/^"(.*)"$/, '$1')
  if (wanted === '') return undefined
  for (const device of await sys.block({ op: 'list' })) {
    if (device.bytes === 0) continue
    const found = await signatureOf(sys, `/dev/${device.name}`)
    if (found && (name === 'LABEL' ? found.label : found.uuid) === wanted) return `/dev/${device.name}`
  }
  return undefined
}
