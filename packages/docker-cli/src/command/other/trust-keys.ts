import { encryptedPem, generateEc, isEc, type PrivateKey, publicInfo, pem, readPrivateKey } from '@drydock/crypto'
import { encodeBase64, sha256Hex } from '@drydock/codec'

/** Keys as notary keeps them: PEM with the role in a header, named by their TUF id. theupdateframework/notary tuf/data/keys.go */
export interface TrustKey {
  /** Hexadecimal. */
  readonly id: string
  readonly key: PrivateKey
}

/** The digest of the public half, in the canonical JSON of TUF. */
export function trustKey(key: PrivateKey): TrustKey {
  const keyval = { private: null, public: encodeBase64(publicInfo(key)) }
  return {
    key,
    id: sha256Hex(JSON.stringify({ keytype: isEc(key) ? 'ecdsa' : 'rsa', keyval })),
  }
}

export const newKey = (random: (length: number) => Uint8Array): TrustKey => trustKey(generateEc('P-256', random))

const withRole = (text: string, role: string): string => text.replace('-----\n', `-----\nrole: ${role}\n\n`)
/** Headers are no part of the key. */
export const withoutHeaders = (text: string): string =>
  text.replaceAll(/(-----BEGIN [A-Z ]+-----\n)(?:[\w-]+: .*\n)+\n/g, '$1')

export const publicText = ({ key }: TrustKey, role: string): string =>
  withRole(pem('PUBLIC KEY', publicInfo(key)), role)
export const sealedText = (
  { key }: TrustKey,
  role: string,
  passphrase: string,
  random: (length: number) => Uint8Array,
): string => withRole(encryptedPem(key, passphrase, random), role)

/** @returns undefined for a file without a private key */
export async function readKey(
  text: string,
  passphrase: () => Promise<string>,
): Promise<TrustKey | 'wrong passphrase' | undefined> {
  const key = await readPrivateKey(withoutHeaders(text), passphrase)
  return key === undefined || key === 'wrong passphrase' ? key : trustKey(key)
}
