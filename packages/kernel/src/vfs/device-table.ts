import { ENXIO, isBlockDevice } from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import { majorOf, minorOf } from './device-number.ts'
import type { Location } from './location.ts'
import type { PathContext } from './path-context.ts'

export interface DeviceOpening {
  readonly flags: number
  /** The node that was opened: its inode gives stat, its path the name. */
  readonly location: Location
  readonly context: PathContext
}
export type DeviceFactory = (opening: DeviceOpening) => FileDescription

export const deviceKey = (kind: 'c' | 'b', major: number, minor: number | '*'): string => `${kind} ${major}:${minor}`

/** Drivers by number: `c 1:3`, or `c 136:*` for all minors. */
export class DeviceTable {
  private readonly drivers = new Map<string, DeviceFactory>()

  register(kind: 'c' | 'b', major: number, minor: number | '*', factory: DeviceFactory): void {
    this.drivers.set(deviceKey(kind, major, minor), factory)
  }

  /** @throws ENXIO when no driver has the number */
  open(opening: DeviceOpening): FileDescription {
    const { mode, rdev } = opening.location.inode
    const kind = isBlockDevice(mode) ? 'b' : 'c'
    const major = majorOf(rdev)
    const factory =
      this.drivers.get(deviceKey(kind, major, minorOf(rdev))) ?? this.drivers.get(deviceKey(kind, major, '*'))
    if (factory === undefined) throw ENXIO
    return factory(opening)
  }
}
