import { ENOENT, type Sys } from '@drydock/abi'
import { hostRootEntries } from '@drydock/hub/host-root'
import { placeEntries, writeBytes } from './place-entries.ts'
import { programRows } from './program-table.ts'

/** Marks a root that is complete: it is written last, so that a first start cut short begins anew. */
const COMPLETE = '/etc/drydock-release'

/** Fills an empty disk with the host's own system, once. It stands before the first prompt, so each entry is few calls. */
export function fillRoot(sys: Sys, hostname: string, address: string): void {
  if (exists(sys, COMPLETE)) return
  placeEntries(sys, hostRootEntries({ programs: programRows, hostname, address }))
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

export const writeText = (sys: Sys, path: string, text: string): void =>
  writeBytes(sys, path, new TextEncoder().encode(text))
