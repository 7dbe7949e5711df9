import { S_IFDIR, S_IFLNK, S_IFREG, stubProgram } from '@drydock/abi'
import { type HostRootOptions, hostRootEntries } from '@drydock/hub/host-root'
import { type ImageEntry, printImage } from '@drydock/kernel'
import type { LayerEntry } from '@drydock/oci'
import { ADDRESS, HOSTNAME } from './host-placeholders.ts'

/** For the build: the host's root file system as an image, with places for its name and address. */
export function hostImageTemplate(programs: HostRootOptions['programs']): string {
  const entries = hostRootEntries({ programs, hostname: HOSTNAME, address: ADDRESS })
  const root: ImageEntry = { path: '', mode: S_IFDIR | 0o755 }
  return printImage({ mtimeMs: entries[0]?.mtimeMs ?? 0, entries: [root, ...entries.map(imageEntry)] })
}

const TYPES: Partial<Record<LayerEntry['type'], number>> = { directory: S_IFDIR, file: S_IFREG, symlink: S_IFLNK }

function imageEntry({ path, type, mode, uid, gid, content, linkTarget, lazy }: LayerEntry): ImageEntry {
  const kind = TYPES[type]
  if (kind === undefined) throw new TypeError(`a host's image holds no ${type}: ${path}`)
  const bytes = lazy?.prefix ?? content ?? new Uint8Array(0)
  const stub = stubProgram(bytes)
  const text = linkTarget ?? (kind === S_IFREG ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : '')
  return {
    path,
    mode: kind | mode,
    ...((uid !== 0 || gid !== 0) && { uid, gid }),
    ...(stub === undefined ? text !== '' && { text } : { stub }),
    // Seeds are noise, which no compression makes shorter: every first visit would carry them.
    ...(lazy && { lazy: { size: lazy.size } }),
  }
}
