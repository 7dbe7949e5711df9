import type { ByteStream } from '@drydock/abi'

/** The first bytes of a connection, and the connection as if nobody had looked. */
export async function peeked(stream: ByteStream): Promise<readonly [first: Uint8Array, whole: ByteStream]> {
  const first = await stream.read()
  let held: Uint8Array | undefined = first
  const read = (max?: number): ReturnType<ByteStream['read']> => {
    if (!held) return stream.read(max)
    const bytes = held.subarray(0, max)
    held = bytes.length < held.length ? held.subarray(bytes.length) : undefined
    return bytes
  }
  const whole: ByteStream = {
    read,
    write: (bytes) => stream.write(bytes),
    shutdown: () => stream.shutdown(),
    close: () => stream.close(),
  }
  return [first, whole]
}

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0

export const beginsTls = (first: Uint8Array): boolean => first[0] === HANDSHAKE

/** The name that a ClientHello asks for. RFC 8446 section 4.1.2, RFC 6066 section 3. */
export function askedName(first: Uint8Array): string | undefined {
  if (!beginsTls(first) || first[5] !== CLIENT_HELLO) return undefined
  const view = new DataView(first.buffer, first.byteOffset, first.length)
  const u16 = (at: number): number => (at + 2 <= first.length ? view.getUint16(at) : 0)
  // Record head 5, message head 4, version 2, random 32; then three vectors before the extensions.
  let at = 43
  at += 1 + (first[at] ?? 0)
  at += 2 + u16(at)
  at += 1 + (first[at] ?? 0)
  const end = at + 2 + u16(at)
  for (at += 2; at + 4 <= Math.min(end, first.length); at += 4 + u16(at + 2))
    if (u16(at) === SERVER_NAME)
      return new TextDecoder().decode(first.subarray(at + 9, at + 9 + u16(at + 7))).toLowerCase()
  return undefined
}
