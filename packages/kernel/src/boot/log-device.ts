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
    this.rest = new TextEncoder().encode(readsLog ? log.lines().map(kmsgRecord).join('') : '')
  }

  read(max: number): Uint8Array {
    const taken = this.rest.subarray(0, max)
    this.rest = this.rest.subarray(taken.length)
    return taken
  }
  write(bytes: Uint8Array): number {
    const [, priority, text = ''] = /^(?:<(\d+)>)?([^]*)$/.exec(new TextDecoder().decode(bytes)) ?? []
    this.log.write(text.trimEnd(), priority === undefined ? USER_WARNING : Number(priority) | USER)
    return bytes.length
  }
  poll(): number {
    return POLLIN | POLLOUT
  }
}

/** What people write is of the facility `user`. */
const USER = 8
const USER_WARNING = USER | 4

/** `6,0,4245,-;text`: priority, number, microseconds, flags. dev-kmsg, ABI/testing */
function kmsgRecord(line: string, at: number): string {
  const [, priority = '6', seconds = '0', text = ''] = /^<(\d+)>\[ *([\d.]+)\] ([^]*)$/.exec(line) ?? []
  return `${priority},${at},${Math.round(Number(seconds) * 1e6)},-;${text}\n`
}

export function registerLogDevices(devices: DeviceTable, log: KernelLog): void {
  devices.register('c', 1, 11, (opening) => new LogDevice(opening, log, true))
  devices.register('c', 5, 1, (opening) => new LogDevice(opening, log, false))
}
