/** The client's memory of host keys. sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { decodeBase64, encodeBase64 } from '@drydock/codec'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { readTextFile, writeAll } from '@drydock/libc'
import { matchesPatterns } from './client-config.ts'
import { parsePublicLine, type PublicKey } from './keys.ts'

export interface KnownHost {
  /** Line of the file, from 1. */
  readonly line: number
  readonly names: string
  readonly key: PublicKey
}

export const hostName = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`)

/** `|1|salt|hash`: names that cannot be read off the file. */
function matchesHash(entry: string, name: string): boolean {
  const [, , salt = '', hash = ''] = entry.split('|')
  const key = decodeBase64(salt)
  return key !== undefined && encodeBase64(hmac(sha1, key, new TextEncoder().encode(name))) === hash
}

export const namesMatch = (names: string, name: string): boolean =>
  names.startsWith('|1|') ? matchesHash(names, name) : matchesPatterns(name, names.split(','))

export async function readKnownHosts(sys: Sys, path: string): Promise<KnownHost[]> {
  try {
    return (await readTextFile(sys, path)).split('\n').flatMap((text, at): KnownHost[] => {
      const [names = ''] = text.trim().split(/\s+/)
      const key = text.startsWith('#') ? undefined : parsePublicLine(text.trim().slice(names.length))
      return key ? [{ line: at + 1, names, key }] : []
    })
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** @throws Errno when the file cannot be written */
export async function addKnownHost(sys: Sys, path: string, name: string, key: PublicKey): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf('/'))
  try {
    sys.mkdir(folder, 0o700)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  try {
    await writeAll(sys, fd, new TextEncoder().encode(`${name} ${key.algorithm} ${encodeBase64(key.blob)}\n`))
  } finally {
    sys.close(fd)
  }
}
