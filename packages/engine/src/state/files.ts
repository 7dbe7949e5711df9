import { ENOENT, isDirectory, isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'

export { makeDirectories } from '@drydock/libc'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The value, or undefined where the errno says that the file is not there. */
export function ifExists<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error === ENOENT) return undefined
    throw error
  }
}

export const exists = (sys: Sys, path: string): boolean => ifExists(() => sys.lstat(path)) !== undefined

/** @throws ENOENT… */
export function readBytes(sys: Sys, path: string): Uint8Array {
  const fd = sys.open(path, O_RDONLY)
  try {
    const parts: Uint8Array[] = []
    let at = 0
    for (;;) {
      const part = sys.pread(fd, 1 << 20, at)
      if (part.length === 0) break
      parts.push(part)
      at += part.length
    }
    return join(parts, at)
  } finally {
    sys.close(fd)
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts
  if (first && parts.length === 1) return first
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const readText = (sys: Sys, path: string): string => decoder.decode(readBytes(sys, path))

/** Creates or replaces a file in place. */
export function writeBytes(sys: Sys, path: string, data: string | Uint8Array, mode = 0o644): void {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
  try {
    let at = 0
    while (at < bytes.length) at += sys.pwrite(fd, bytes.subarray(at), at)
  } finally {
    sys.close(fd)
  }
}

/** Replaces a file at once: after a power cut there is the old content or the new. */
export function replaceFile(sys: Sys, path: string, data: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path.slice(0, path.lastIndexOf('/') + 1)}.tmp-${path.slice(path.lastIndexOf('/') + 1)}`
  writeBytes(sys, temporary, data, mode)
  sys.rename(temporary, path)
}

/** The JSON in a file; undefined when the file is missing or torn. */
export function readRecord<T>(sys: Sys, path: string): T | undefined {
  const text = ifExists(() => readText(sys, path))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const writeRecord = (sys: Sys, path: string, value: unknown): void =>
  replaceFile(sys, path, JSON.stringify(value))

/**
 * Runs `action` with `path` as the working directory: from there the way to many files is short. It must not wait, since
 * nothing else may see the change.
 */
export function inDirectory(sys: Sys, path: string, action: () => void): void {
  // The directory that the daemon was started in may be gone.
  const home = ifExists(() => sys.getcwd()) ?? '/'
  sys.chdir(path)
  try {
    action()
  } finally {
    sys.chdir(home)
  }
}

/** rm -rf. Missing files are fine. */
export function removeTree(sys: Sys, path: string): void {
  const stat = ifExists(() => sys.lstat(path))
  if (stat === undefined) return
  if (!isDirectory(stat.mode)) return sys.unlink(path)
  inDirectory(sys, path, () => emptyWorkingDirectory(sys))
  sys.rmdir(path)
}

function emptyWorkingDirectory(sys: Sys): void {
  for (const { name, mode } of sys.readdir('.')) {
    if (!isDirectory(mode)) {
      sys.unlink(name)
      continue
    }
    sys.chdir(name)
    emptyWorkingDirectory(sys)
    sys.chdir('..')
    sys.rmdir(name)
  }
}

/** Names in a directory in order; none when it is missing. */
export const listNames = (sys: Sys, path: string): string[] =>
  (ifExists(() => sys.readdir(path)) ?? []).map(({ name }) => name).sort()

/** Bytes of all regular files and links below `path`, each inode counted once. */
export function treeSize(sys: Sys, path: string, seen: Set<number> = new Set()): number {
  let sum = 0
  for (const { name } of ifExists(() => sys.readdir(path)) ?? []) {
    const stat = sys.lstat(`${path}/${name}`)
    if (isDirectory(stat.mode)) sum += treeSize(sys, `${path}/${name}`, seen)
    else if ([0o100000, 0o120000].includes(stat.mode & 0o170000) && !seen.has(stat.ino)) {
      seen.add(stat.ino)
      sum += stat.size
    }
  }
  return sum
}

/** Runs `action`; an Errno only means that there was nothing to do. */
export function quietly(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
