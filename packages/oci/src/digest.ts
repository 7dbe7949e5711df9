import { sha256Hex } from '@drydock/codec'

/** `sha256:` and 64 hexadecimal digits. OCI image-spec, descriptor.md, "Digests". */
export type Digest = string

export const digestOf = (bytes: Uint8Array | string): Digest => `sha256:${sha256Hex(bytes)}`
export const isDigest = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text)
/** The hexadecimal part. */
export const digestHex = (digest: Digest): string => digest.slice(digest.indexOf(':') + 1)
/** The twelve digits that docker shows of an id. */
export const shortId = (digest: Digest): string => digestHex(digest).slice(0, 12)
