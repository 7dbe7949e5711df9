/** Multiplexed streams of attach and logs without a terminal: `[kind, 0, 0, 0, size as big endian]`, then the bytes. */
export const STREAM_KINDS = { stdin: 0, stdout: 1, stderr: 2, systemerr: 3 } as const

/** Bytes before each piece. */
export const FRAME_HEAD = 8

export function frame(stream: keyof typeof STREAM_KINDS, bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(FRAME_HEAD + bytes.length)
  writeFrameHead(framed, 0, stream, bytes.length)
  framed.set(bytes, FRAME_HEAD)
  return framed
}

/** The head of a piece of `size` bytes, into zeroed room at `at`. */
export function writeFrameHead(room: Uint8Array, at: number, stream: keyof typeof STREAM_KINDS, size: number): void {
  room[at] = STREAM_KINDS[stream]
  room[at + 4] = size >>> 24
  room[at + 5] = size >>> 16
  room[at + 6] = size >>> 8
  room[at + 7] = size
}
