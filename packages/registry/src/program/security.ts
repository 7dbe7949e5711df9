import { isErrno, type Sys } from '@drydock/abi'
import type { Certificate } from '@drydock/crypto'
import { readTextFile } from '@drydock/libc'
import type { ClientTrust, TlsIdentity } from '@drydock/tls'
import type { RegistryConfig } from './configuration.ts'

/** Who the registry is, and who its clients have to be. */
export interface Security {
  readonly identity: TlsIdentity
  /** Authorities of clients; none: nobody asks. */
  readonly clients: readonly Certificate[]
}

/** Reads the files that the configuration names. @returns what is wrong with them, in the registry's words */
export async function readSecurity(sys: Sys, files: NonNullable<RegistryConfig['tls']>): Promise<Security | string> {
  const { readCertificates, readIdentity } = await import('@drydock/tls')
  try {
    const text = (path: string): Promise<string> => readNamed(sys, path)
    const identity = await readIdentity(await text(files.certificate), await text(files.key))
    if (typeof identity === 'string') return identity
    const clients = await Promise.all(files.clientAuthorities.map(async (path) => readCertificates(await text(path))))
    return clients.some((found) => found.length === 0)
      ? 'could not add CA to pool'
      : { identity, clients: clients.flat() }
  } catch (error) {
    if (error instanceof Unreadable) return error.message
    throw error
  }
}

class Unreadable extends Error {}

async function readNamed(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Unreadable(`open ${path}: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`)
  }
}

/** Where authorities are named, everybody has to have a certificate of theirs. */
export const clientTrust = ({ clients }: Security, nowMs: number): ClientTrust | undefined =>
  clients.length === 0 ? undefined : { roots: clients, required: true, nowMs }
