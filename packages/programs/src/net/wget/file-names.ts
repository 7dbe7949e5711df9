import { isErrno, type Sys } from '@drydock/abi'

export function makeFolders(sys: Sys, path: string): void {
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

export function exists(sys: Sys, path: string): boolean {
  try {
    sys.lstat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
