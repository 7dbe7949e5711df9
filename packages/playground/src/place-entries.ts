import { EEXIST, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import type { LayerEntry } from '@drydock/oci'

/** Lays files out at `/`; parents come before what they hold. */
export function placeEntries(sys: Sys, entries: readonly LayerEntry[]): void {
  const umask = sys.umask(0)
  for (const entry of entries) place(sys, entry)
  sys.umask(umask)
}

/** What is there already, from a start cut short or a mount, stays. */
function unlessThere(make: () => void): void {
  try {
    make()
  } catch (error) {
    if (error !== EEXIST) throw error
  }
}

type Placer = (sys: Sys, path: string, entry: LayerEntry) => void
const PLACERS: Partial<Record<LayerEntry['type'], Placer>> = {
  directory: (sys, path, { mode }) => unlessThere(() => sys.mkdir(path, mode)),
  file(sys, path, { mode, content, lazy }) {
    writeBytes(sys, path, lazy?.prefix ?? content ?? new Uint8Array(0), mode)
    if (lazy) sys.setLazyContent(path, lazy)
  },
  symlink: (sys, path, { linkTarget = '' }) => unlessThere(() => sys.symlink(linkTarget, path)),
  hardlink: (sys, path, { linkTarget = '' }) => unlessThere(() => sys.link(absolute(linkTarget), path)),
}

function place(sys: Sys, entry: LayerEntry): void {
  const path = absolute(entry.path)
  PLACERS[entry.type]?.(sys, path, entry)
  if (entry.type === 'hardlink') return
  if (entry.uid !== 0 || entry.gid !== 0) sys.chown(path, entry.uid, entry.gid, { follow: false })
  sys.utimes(path, entry.mtimeMs, entry.mtimeMs, { follow: false })
}

const absolute = (path: string): string => `/${path.replace(/^\.?\/+|\/+$/g, '')}`

export function writeBytes(sys: Sys, path: string, bytes: Uint8Array, mode = 0o644): void {
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
  sys.pwrite(fd, bytes, 0)
  sys.close(fd)
}
