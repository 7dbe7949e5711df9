import { isErrno, type Sys } from '@drydock/abi'

export function exists(sys: Sys, path: string): boolean {
  try {
    sys.lstat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
