import { POLLIN, POLLOUT } from '@drydock/abi'
import type { KernelLog } from '../kernel-log.ts'
import { type DeviceOpening, type DeviceTable, LocatedDescription } from '../vfs/index.ts'

/** /dev/kmsg and /dev/console: what is written goes to the kernel's log; kmsg reads it from its start. */
class LogDevice extends LocatedDescription {
  private readonly log: KernelLog
  private rest: Uint8Array

  constructor({ flags, location }: DeviceOpening, log: KernelLog, readsLog: boolean) {
    super(flags, location)
    this.log = log
    this.rest = new TextEncoder().encode(
      readsLog
        ? log
            .lines()
            .map((line) => `6,0,0,-;${line}\n`)
            .join('')
        : '',
    )
  }

  read(max: number): Uint8Array {
    const taken = this.rest.subarray(0, max)
    this.rest = this.rest.subarray(taken.length)
    return taken
  }
  write(bytes: Uint8Array): number {
    this.log.write(
      new TextDecoder()
        .decode(bytes)
        .replace(/^<\d+>/, '')
        .trimEnd(),
    )
    return bytes.length
  }
  poll(): number {
    return POLLIN | POLLOUT
  }
}

export function registerLogDevices(devices: DeviceTable, log: KernelLog): void {
  devices.register('c', 1, 11, (opening) => new LogDevice(opening, log, true))
  devices.register('c', 5, 1, (opening) => new LogDevice(opening, log, false))
}
