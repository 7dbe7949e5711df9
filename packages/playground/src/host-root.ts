import { ENOENT, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { hostRootEntries } from '@drydock/hub/host-root'
import type { LayerEntry } from '@drydock/oci'
import { programRows } from './program-table.ts'

/** Marks a root that is complete: it is written last, so that a first start cut short begins anew. */
const COMPLETE = '/etc/drydock-release'

/** Fills an empty disk with the host's own system, once. */
export function fillRoot(sys: Sys, hostname: string, address: string): void {
  if (exists(sys, COMPLETE)) return
  for (const entry of hostRootEntries({ programs: programRows, hostname, address })) place(sys, entry)
  writeText(sys, COMPLETE, 'DRYDOCK_ROOT=1\n')
}

function exists(sys: Sys, path: string): boolean {
  try {
    sys.lstat(path)
    return true
  } catch (error) {
    if (error === ENOENT) return false
    throw error
  }
}

type Placer = (sys: Sys, path: string, entry: LayerEntry) => void
const PLACERS: Partial<Record<LayerEntry['type'], Placer>> = {
  directory(sys, path, { mode }) {
    if (!exists(sys, path)) sys.mkdir(path, mode)
    sys.chmod(path, mode)
  },
  file(sys, path, { mode, content, lazy }) {
    writeBytes(sys, path, lazy?.prefix ?? content ?? new Uint8Array(0))
    if (lazy) sys.setLazyContent(path, lazy)
    sys.chmod(path, mode)
  },
  symlink: (sys, path, { linkTarget = '' }) => exists(sys, path) || sys.symlink(linkTarget, path),
  hardlink: (sys, path, { linkTarget = '' }) => exists(sys, path) || sys.link(absolute(linkTarget), path),
}

function place(sys: Sys, entry: LayerEntry): void {
  const path = absolute(entry.path)
  PLACERS[entry.type]?.(sys, path, entry)
  if (entry.type === 'hardlink') return
  sys.chown(path, entry.uid, entry.gid, { follow: false })
  sys.utimes(path, entry.mtimeMs, entry.mtimeMs, { follow: false })
}

const absolute = (path: string): string => `/${path.replace(/^\.?\/+|\/+$/g, '')}`

export const writeText = (sys: Sys, path: string, text: string): void =>
  writeBytes(sys, path, new TextEncoder().encode(text))

function writeBytes(sys: Sys, path: string, bytes: Uint8Array): void {
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  sys.pwrite(fd, bytes, 0)
  sys.close(fd)
}
