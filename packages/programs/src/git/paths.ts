import { isDirectory, isErrno, type Stat, type Sys } from '@drydock/abi'

export function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
export const below = (folder: string, name: string): string => `${folder === '/' ? '' : folder}/${name}`

/** @returns undefined where nothing is */
export function lstatOr(sys: Sys, path: string): Stat | undefined {
  try {
    return sys.lstat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export function isDirectoryAt(sys: Sys, path: string): boolean {
  try {
    return isDirectory(sys.stat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** From one folder to a path, both absolute. */
export function relativePath(from: string, to: string): string {
  const [a, b] = [from.split('/').filter(Boolean), to.split('/').filter(Boolean)]
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || './'
}

/** git's quote_c_style: names with bytes beyond print stand in quotes, core.quotePath. */
export function quotedPath(path: string): string {
  if (!/[\x00-\x1f"\\\x7f-\uffff]/.test(path)) return path
  const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '"': '\\"', '\\': '\\\\' }
  const bytes = [...new TextEncoder().encode(path)]
  const shown = bytes.map((byte) => {
    const char = String.fromCharCode(byte)
    return escapes[char] ?? (byte < 32 || byte >= 127 ? `\\${byte.toString(8).padStart(3, '0')}` : char)
  })
  return `"${shown.join('')}"`
}
