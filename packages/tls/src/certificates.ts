import { concatBytes } from '@drydock/codec'
import { type Certificate, type PrivateKey, type RandomBytes, readCertificate } from '@drydock/crypto'
import type { ByteReader } from './byte-reader.ts'
import { u16, vector8, vector16, vector24 } from './byte-writer.ts'
import { type Handshake, MESSAGE, message, signedContent } from './handshake.ts'
import { signHandshake, verifyHandshake } from './signatures.ts'
import { ALERT, protocolError } from './tls-error.ts'

/** Somebody's certificates as DER, its own first, and its key. */
export interface TlsIdentity {
  readonly chain: readonly Uint8Array[]
  readonly key: PrivateKey
}

/** A message with certificates, the sender's own first; none at all is an answer, too. RFC 8446 section 4.4.2 */
export function certificateMessage(chain: readonly Uint8Array[]): Uint8Array {
  const entries = chain.map((bytes) => concatBytes([vector24(bytes), vector16()]))
  return message(MESSAGE.certificate, vector8(), vector24(...entries))
}

/** The certificates of such a message's body. */
export function readCertificateMessage(reader: ByteReader): readonly Certificate[] {
  reader.vector(1)
  const list = reader.vector(3)
  const certificates: Certificate[] = []
  while (!list.done) {
    const found = readCertificate(list.vector(3).rest().slice())
    list.vector(2)
    if (found) certificates.push(found)
  }
  return certificates
}

/** The proof that the key is there, over all that was said. @returns undefined where no signature would be understood */
export function verifyMessage(
  side: 'client' | 'server',
  handshake: Handshake,
  key: PrivateKey,
  schemes: readonly number[],
  random: RandomBytes,
): Uint8Array | undefined {
  const signed = signHandshake(key, schemes, signedContent(side, handshake.digest()), random)
  return signed && message(MESSAGE.certificateVerify, u16(signed.id), vector16(signed.signature))
}

/** @throws TlsError when the message does not prove that the other side has the certificate's key */
export function checkVerifyMessage(
  side: 'client' | 'server',
  reader: ByteReader,
  leaf: Certificate | undefined,
  transcript: Uint8Array,
): void {
  const scheme = reader.number(2)
  const fits = leaf && verifyHandshake(leaf.key, scheme, signedContent(side, transcript), reader.vector(2).rest())
  if (fits === undefined) throw protocolError(ALERT.handshakeFailure, 'unsupported certificate')
  if (!fits) throw protocolError(ALERT.decryptError, `invalid signature by the ${side} certificate`)
}
