/** Multiplexed streams of attach and logs without a terminal: `[kind, 0, 0, 0, size as big endian]`, then the bytes. */
export const STREAM_KINDS = { stdin: 0, stdout: 1, stderr: 2, systemerr: 3 } as const

export function frame(stream: keyof typeof STREAM_KINDS, bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(8 + bytes.length)
  framed[0] = STREAM_KINDS[stream]
  new DataView(framed.buffer).setUint32(4, bytes.length)
  framed.set(bytes, 8)
  return framed
}
