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

/** Writes a file of JSON anew with the indentation that it has. */
export async function rewriteJson(sys: Sys, path: string, value: unknown): Promise<void> {
  const before = (await readText(sys, path)) ?? '{}'
  const [, newline, indent] = /^\s*[{[]((?:\r?\n)+)([ \t]+)/.exec(before) ?? []
  if (indent === undefined && !/^\s*\{\s*\}\s*$/.test(before)) return writeFile(sys, path, JSON.stringify(value))
  const text = `${JSON.stringify(value, null, indent ?? 2)}\n`
  await writeFile(sys, path, newline === undefined ? text : text.replaceAll('\n', newline))
}

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

export async function readText(sys: Sys, path: string): Promise<string | undefined> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
