/** Packs come over HTTP only, and isomorphic-git reads them: it is loaded when the first is met. */
import { isErrno, type Sys } from '@drydock/abi'
import { fileSystem, loadGit } from './library.ts'
import type { Kind, Packs, RawObject } from './objects.ts'

/** Errors of the library carry a code of a word in capitals: `NotFoundError`. */
export const isLibraryError = (error: unknown): error is Error & { code: string; data: Record<string, unknown> } =>
  error instanceof Error &&
  typeof (error as { code?: unknown }).code === 'string' &&
  (error as unknown as { code: string }).code.endsWith('Error')

export function libraryPacks(sys: Sys, gitdir: string): Packs {
  const cache = {}
  const fs = fileSystem(sys)
  const hasPacks = (): boolean => {
    try {
      return sys.readdir(`${gitdir}/objects/pack`).some(({ name }) => name.endsWith('.pack'))
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
  return {
    async read(oid: string): Promise<RawObject | undefined> {
      if (!hasPacks()) return undefined
      try {
        const git = await loadGit()
        const { type, object } = await git.readObject({ fs, gitdir, oid, format: 'content', cache })
        return { kind: type as Kind, bytes: object as Uint8Array }
      } catch (error) {
        if (isLibraryError(error)) return undefined
        throw error
      }
    },
    async startingWith(prefix: string): Promise<string[]> {
      if (!hasPacks()) return []
      try {
        return [await (await loadGit()).expandOid({ fs, gitdir, oid: prefix, cache })]
      } catch (error) {
        if (isLibraryError(error)) return []
        throw error
      }
    },
  }
}
