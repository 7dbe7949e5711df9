import { MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_STRICTATIME } from '@drydock/abi'
import { majorOf, minorOf } from '../../vfs/device-number.ts'
import { Location } from '../../vfs/location.ts'
import type { Mount } from '../../vfs/mount.ts'
import type { MountNamespace } from '../../vfs/mount-namespace.ts'
import { parentOf, pathOf } from '../../vfs/path-name.ts'
import { propagationFields } from '../../vfs/propagation.ts'

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [MS_NOSUID, 'nosuid'],
  [MS_NODEV, 'nodev'],
  [MS_NOEXEC, 'noexec'],
  [MS_NOATIME, 'noatime'],
  [MS_NODIRATIME, 'nodiratime'],
]
/** Neither is relatime, which is the default and shown. */
const OTHER_ATIME = MS_NOATIME | MS_STRICTATIME

/** Spaces and their like as octal, as getmntent(3) wants. */
const escape = (text: string): string =>
  text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

const access = (readOnly: boolean): string => (readOnly ? 'ro' : 'rw')

function flagsOf(mount: Mount): string {
  const names = FLAG_NAMES.filter(([flag]) => (mount.flags & flag) !== 0).map(([, name]) => name)
  return [...names, ...((mount.flags & OTHER_ATIME) === 0 ? ['relatime'] : [])].map((name) => `,${name}`).join('')
}

/** Where a mount shows, seen from `root`; undefined when that is outside of it. */
function mountPoint(mount: Mount, root: Location): string | undefined {
  const place = new Location(mount, mount.root)
  for (let at: Location | undefined = place; at !== undefined; at = parentOf(at)) {
    if (at.equals(root)) return pathOf(place, root)
  }
  return undefined
}

interface ShownMount {
  readonly mount: Mount
  readonly point: string
}

function shownMounts(namespace: MountNamespace, root: Location): ShownMount[] {
  const shown: ShownMount[] = []
  for (const mount of namespace.mounts()) {
    const point = mountPoint(mount, root)
    if (point !== undefined) shown.push({ mount, point })
  }
  return shown
}

const withOptions = (flags: string, mount: Mount): string =>
  mount.fs.options === '' ? flags : `${flags},${mount.fs.options}`

/** /proc/PID/mounts. proc_pid_mounts(5), fstab(5). */
export function mountsText(namespace: MountNamespace, root: Location): string {
  return shownMounts(namespace, root)
    .map(({ mount, point }) => {
      const options = withOptions(access(mount.readOnly) + flagsOf(mount), mount)
      return `${escape(mount.source)} ${escape(point)} ${mount.fs.type} ${options} 0 0\n`
    })
    .join('')
}

/** /proc/PID/mountstats. proc_pid_mountstats(5). */
export const mountstatsText = (namespace: MountNamespace, root: Location): string =>
  shownMounts(namespace, root)
    .map(
      ({ mount, point }) => `device ${escape(mount.source)} mounted on ${escape(point)} with fstype ${mount.fs.type}\n`,
    )
    .join('')

/** The path of a mount's root within its file system: not `/` for bind mounts. */
function rootWithin(mount: Mount): string {
  const names: string[] = []
  for (let at = mount.root; at.parent !== undefined; at = at.parent) names.push(at.name)
  return `/${names.reverse().join('/')}`
}

/** /proc/PID/mountinfo. proc_pid_mountinfo(5). */
export function mountinfoText(namespace: MountNamespace, root: Location): string {
  return shownMounts(namespace, root)
    .map(({ mount, point }) => {
      const device = `${majorOf(mount.fs.dev)}:${minorOf(mount.fs.dev)}`
      const place = `${mount.id} ${mount.parent?.id ?? 1} ${device} ${escape(rootWithin(mount))} ${escape(point)}`
      const own = access((mount.flags & MS_RDONLY) !== 0)
      const fields = propagationFields(mount).map((field) => ` ${field}`)
      return `${place} ${own}${flagsOf(mount)}${fields.join('')} - ${mount.fs.type} ${escape(mount.source)} ${withOptions(access(mount.fs.readOnly), mount)}\n`
    })
    .join('')
}
