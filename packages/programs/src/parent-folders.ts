import { isErrno, type Sys } from '@drydock/abi'

/** Makes the folders above a path, as far as they can be made: whoever opens the file hears what is wrong. */
export function makeParentFolders(sys: Sys, path: string): void {
  const parts = path.split('/').slice(0, -1)
  for (let length = 1; length <= parts.length; length++) {
    const folder = parts.slice(0, length).join('/')
    try {
      if (folder !== '') sys.mkdir(folder, 0o777)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
