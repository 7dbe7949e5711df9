import { isDirectory, type Sys } from '@drydock/abi'
import { join } from '../paths.ts'

/** Removes a file or a whole folder, with no questions. @throws the first errno */
export function removeTree(sys: Sys, path: string): void {
  if (!isDirectory(sys.lstat(path).mode)) return sys.unlink(path)
  for (const { name } of sys.readdir(path)) removeTree(sys, join(path, name))
  sys.rmdir(path)
}
