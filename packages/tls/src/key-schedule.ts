import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as noble } from '@noble/hashes/sha2.js'
import { concatBytes, encodeUtf8, sha256 } from '@drydock/codec'
import { u16, vector8 } from './byte-writer.ts'

/** The suites spoken here, all with SHA-256, the first preferred: it is the faster one without hardware. RFC 8446 B.4 */
export const SUITES = [
  { id: 0x1303, name: 'TLS_CHACHA20_POLY1305_SHA256', keyBytes: 32, cipher: chacha20poly1305 },
  { id: 0x1301, name: 'TLS_AES_128_GCM_SHA256', keyBytes: 16, cipher: gcm },
] as const
export type Suite = (typeof SUITES)[number]

const HASH_BYTES = 32
const IV_BYTES = 12

/** HKDF-Expand-Label, RFC 8446 section 7.1. */
export const expandLabel = (secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array =>
  expand(noble, secret, concatBytes([u16(length), vector8(encodeUtf8(`tls13 ${label}`)), vector8(context)]), length)

const derive = (secret: Uint8Array, label: string, transcript: Uint8Array): Uint8Array =>
  expandLabel(secret, label, transcript, HASH_BYTES)

export interface Secrets {
  readonly client: Uint8Array
  readonly server: Uint8Array
}

/** From the shared secret to those of the handshake and of the data. RFC 8446 section 7.1. */
export class KeySchedule {
  private readonly handshake: Uint8Array

  constructor(shared: Uint8Array) {
    const early = extract(noble, new Uint8Array(HASH_BYTES), new Uint8Array(HASH_BYTES))
    this.handshake = extract(noble, shared, derive(early, 'derived', sha256('')))
  }

  /** @param transcript digest of the messages up to ServerHello */
  handshakeSecrets(transcript: Uint8Array): Secrets {
    return {
      client: derive(this.handshake, 'c hs traffic', transcript),
      server: derive(this.handshake, 's hs traffic', transcript),
    }
  }

  /** @param transcript digest of the messages up to the server's Finished */
  dataSecrets(transcript: Uint8Array): Secrets {
    const master = extract(noble, new Uint8Array(HASH_BYTES), derive(this.handshake, 'derived', sha256('')))
    return { client: derive(master, 'c ap traffic', transcript), server: derive(master, 's ap traffic', transcript) }
  }
}

/** What Finished holds. RFC 8446 section 4.4.4. */
export const finishedOf = (secret: Uint8Array, transcript: Uint8Array): Uint8Array =>
  hmac(noble, derive(secret, 'finished', new Uint8Array(0)), transcript)

/** Seals or opens the records of one direction. RFC 8446 section 5.3. */
export class TrafficKey {
  readonly secret: Uint8Array
  private readonly suite: Suite
  private readonly key: Uint8Array
  private readonly iv: Uint8Array
  private sequence = 0

  constructor(suite: Suite, secret: Uint8Array) {
    this.suite = suite
    this.secret = secret
    this.key = expandLabel(secret, 'key', new Uint8Array(0), suite.keyBytes)
    this.iv = expandLabel(secret, 'iv', new Uint8Array(0), IV_BYTES)
  }

  seal(plain: Uint8Array, header: Uint8Array): Uint8Array {
    return this.suite.cipher(this.key, this.nonce(), header).encrypt(plain)
  }

  /** @returns undefined when it was changed on the way */
  open(sealed: Uint8Array, header: Uint8Array): Uint8Array | undefined {
    try {
      return this.suite.cipher(this.key, this.nonce(), header).decrypt(sealed)
    } catch {
      return undefined
    }
  }

  /** The key after KeyUpdate. */
  next(): TrafficKey {
    return new TrafficKey(this.suite, derive(this.secret, 'traffic upd', new Uint8Array(0)))
  }

  private nonce(): Uint8Array {
    const nonce = this.iv.slice()
    for (let i = 0, left = this.sequence; left > 0; i++, left = Math.floor(left / 256))
      nonce[IV_BYTES - 1 - i] = (nonce[IV_BYTES - 1 - i] ?? 0) ^ (left & 255)
    this.sequence++
    return nonce
  }
}
