import type { Workspace } from './repository.ts'
import type { FileState } from './trees.ts'

const decoder = new TextDecoder()

/** A submodule's content is a line that names its commit. */
export async function contentOf({ objects }: Workspace, state: FileState | undefined): Promise<Uint8Array> {
  if (!state) return new Uint8Array(0)
  if (state.bytes) return state.bytes
  if (state.mode === '160000') return new TextEncoder().encode(`Subproject commit ${state.oid}\n`)
  return objects.blob(state.oid)
}

export const textOf = async (workspace: Workspace, state: FileState | undefined): Promise<string> =>
  decoder.decode(await contentOf(workspace, state))

/** A zero among the first bytes, as git looks. */
export const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8000).includes(0)
