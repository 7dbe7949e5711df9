import { equalBytes } from '@drydock/codec'
import { type Certificate, publicInfo, readPrivateKey } from '@drydock/crypto'
import type { TlsIdentity } from './certificates.ts'
import { readCertificates } from './verify.ts'

/** @returns what is wrong with the two files, in the words of Go's crypto/tls */
export async function readIdentity(certificates: string, key: string): Promise<TlsIdentity | string> {
  const chain: Certificate[] = readCertificates(certificates)
  const [leaf] = chain
  if (!leaf) return 'tls: failed to find any PEM data in certificate input'
  const secret = await readPrivateKey(key, async () => undefined)
  if (!secret || secret === 'wrong passphrase') return 'tls: failed to find any PEM data in key input'
  if (!equalBytes(publicInfo(secret), publicInfo(leaf.key))) return 'tls: private key does not match public key'
  return { chain: chain.map(({ bytes }) => bytes), key: secret }
}
