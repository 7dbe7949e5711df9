import { isDirectory, isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'

export async function readJson<T>(sys: Sys, path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readTextFile(sys, path)) as T
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export const writeJson = (sys: Sys, path: string, value: unknown): Promise<void> =>
  writeFile(sys, path, `${JSON.stringify(value, null, 2)}\n`)

/** rm -rf. */
export function removeAll(sys: Sys, path: string): void {
  const stat = lstatOr(sys, path)
  if (!stat) return
  if (!isDirectory(stat.mode)) return sys.unlink(path)
  for (const { name } of sys.readdir(path)) removeAll(sys, `${path}/${name}`)
  sys.rmdir(path)
}

export function lstatOr(sys: Sys, path: string) {
  try {
    return sys.lstat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export function namesIn(sys: Sys, path: string): readonly string[] {
  try {
    return sys.readdir(path).map(({ name }) => name)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
