import { isCharDevice, isDirectory, type Sys } from '@drydock/abi'
import type { FilesystemChange } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { exists, ifExists } from '../state/files.ts'
import type { Container } from './container.ts'
import { layerOf, lowerDirectories } from './rootfs.ts'

const CHANGED = 0
const ADDED = 1
const DELETED = 2
const OPAQUE = '.wh..wh..opq'

/** What the container's own layer changes, in the order of the tree; null when nothing. docker diff */
export function readChanges(parts: DaemonParts, container: Container): FilesystemChange[] | null {
  const upper = `${layerOf(parts.places, container.id)}/diff`
  const lowers = lowerDirectories(parts.places, parts.images, container)
  const changes = walk(parts.sys, upper, lowers, '')
  return changes.length > 0 ? changes : null
}

function walk(sys: Sys, upper: string, lowers: readonly string[], path: string): FilesystemChange[] {
  const names = sys
    .readdir(upper + path)
    .map(({ name }) => name)
    .filter((name) => name !== OPAQUE)
    .sort()
  return names.flatMap((name) => changeOf(sys, upper, lowers, `${path}/${name}`))
}

function changeOf(sys: Sys, upper: string, lowers: readonly string[], path: string): FilesystemChange[] {
  const stat = sys.lstat(upper + path)
  if (isCharDevice(stat.mode) && stat.rdev === 0) return [{ Path: path, Kind: DELETED }]
  const own: FilesystemChange = { Path: path, Kind: isBelow(sys, lowers, path) ? CHANGED : ADDED }
  if (!isDirectory(stat.mode)) return [own]
  const inside = walk(sys, upper, lowers, path)
  return [own, ...inside]
}

/** Whether a lower layer shows the path: the topmost that knows it decides. */
function isBelow(sys: Sys, lowers: readonly string[], path: string): boolean {
  for (const lower of lowers) {
    const stat = ifExists(() => sys.lstat(lower + path))
    if (stat) return !(isCharDevice(stat.mode) && stat.rdev === 0)
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (exists(sys, `${lower}${parent}/${OPAQUE}`)) return false
  }
  return false
}
