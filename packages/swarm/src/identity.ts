import type { Entropy } from '@drydock/abi'

const BASE = 36n
const ID_LENGTH = 25

/** 25 digits of base 36 by chance: every object's id, whose short form is neither a word nor a number. swarmkit identity.NewID */
export function newId(entropy: Entropy): string {
  for (;;) {
    const id = digits(
      entropy.bytes(17).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
      ID_LENGTH,
    )
    const short = id.slice(0, 12)
    if (/\d/.test(short) && /[a-z]/.test(short)) return id
  }
}

/** A join token names the swarm's certificate authority and holds a secret for each role. swarmkit ca.GenerateJoinToken */
export const joinToken = (authority: string, entropy: Entropy): string => `SWMTKN-1-${authority}-${newId(entropy)}`

/** The digest of the authority's certificate, as join tokens tell it. @param sha256 32 bytes */
export const authorityDigest = (sha256: Uint8Array): string =>
  digits(
    sha256.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    50,
  )

/** The same digest as 64 hexadecimal digits. */
export const authorityHex = (digest: string): string =>
  [...digest]
    .reduce((sum, digit) => sum * BASE + BigInt(Number.parseInt(digit, 36)), 0n)
    .toString(16)
    .padStart(64, '0')

/** The same of a token that is one. */
export const authorityIn = (token: string): string => token.split('-')[2] ?? ''

/** `SWMKEY-1-` and 32 bytes. swarmkit encryption.HumanReadableKey */
export function unlockKey(entropy: Entropy): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const random = entropy.bytes(43)
  return `SWMKEY-1-${Array.from(random, (byte) => alphabet[byte % alphabet.length]).join('')}`
}

export const isUnlockKey = (text: string): boolean => /^SWMKEY-1-[A-Za-z0-9+/]{43}$/.test(text)
export const isJoinToken = (text: string): boolean => /^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/.test(text)

function digits(number: bigint, length: number): string {
  return (number % BASE ** BigInt(length)).toString(36).padStart(length, '0')
}
