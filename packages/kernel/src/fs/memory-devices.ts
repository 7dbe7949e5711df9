import type { Entropy } from '@drydock/abi'
import { EINVAL, ENOSPC, POLLIN, POLLOUT } from '@drydock/abi'
import type { DeviceOpening, DeviceTable } from '../vfs/device-table.ts'
import { LocatedDescription } from '../vfs/open-file.ts'

/** What a memory device does; offsets mean nothing to them. */
interface MemoryDevice {
  readonly minor: number
  read(max: number): Uint8Array
  /** @throws ENOSPC */
  write(bytes: Uint8Array): number
}

const NOTHING = (): Uint8Array => new Uint8Array(0)
const ZEROS = (max: number): Uint8Array => new Uint8Array(max)
const SWALLOW = (bytes: Uint8Array): number => bytes.length
const REFUSE = (): number => {
  throw ENOSPC
}

/** null, zero, full, random and urandom with the minor numbers of null(4), full(4) and random(4). */
const memoryDevices = (entropy: Entropy): readonly MemoryDevice[] => {
  const random = (max: number): Uint8Array => entropy.bytes(max)
  return [
    { minor: 3, read: NOTHING, write: SWALLOW },
    { minor: 5, read: ZEROS, write: SWALLOW },
    { minor: 7, read: ZEROS, write: REFUSE },
    { minor: 8, read: random, write: SWALLOW },
    { minor: 9, read: random, write: SWALLOW },
  ]
}

class MemoryDeviceFile extends LocatedDescription {
  private readonly device: MemoryDevice

  constructor({ flags, location }: DeviceOpening, device: MemoryDevice) {
    super(flags, location)
    this.device = device
  }

  override read(max: number): Uint8Array {
    return this.device.read(max)
  }
  override write(bytes: Uint8Array): number {
    return this.device.write(bytes)
  }
  override pread(max: number, offset: number): Uint8Array {
    if (offset < 0) throw EINVAL
    return this.device.read(max)
  }
  override pwrite(bytes: Uint8Array): number {
    return this.device.write(bytes)
  }
  override seek(): number {
    return 0
  }
  override poll(): number {
    return POLLIN | POLLOUT
  }
}

export function registerMemoryDevices(devices: DeviceTable, entropy: Entropy): void {
  for (const device of memoryDevices(entropy)) {
    devices.register('c', 1, device.minor, (opening) => new MemoryDeviceFile(opening, device))
  }
}
