import { isErrno, type Stat, type Sys } from '@drydock/abi'

const PIECE = 64 * 1024

export function statOrUndefined(sys: Sys, path: string): Stat | undefined {
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Sends a file piece by piece. @throws ENOENT, EACCES… before the first piece */
export async function sendFile(sys: Sys, path: string, write: (bytes: Uint8Array) => unknown): Promise<number> {
  const fd = sys.open(path, 0)
  let sent = 0
  try {
    for (let bytes = await sys.read(fd, PIECE); bytes.length > 0; bytes = await sys.read(fd, PIECE)) {
      sent += bytes.length
      await write(bytes)
    }
    return sent
  } finally {
    sys.close(fd)
  }
}

/** A request's path decoded, without `..`; undefined where it is malformed. */
export function cleanPath(path: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const parts: string[] = []
  for (const part of decoded.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}${decoded.endsWith('/') && parts.length ? '/' : ''}`
}
