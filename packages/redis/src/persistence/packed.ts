import { binaryOf } from '../resp/binary.ts'

/** LZF, as redis packs long strings. */
export function lzfDecompress(packed: Uint8Array, length: number): Uint8Array {
  const plain = new Uint8Array(length)
  let [from, to] = [0, 0]
  while (from < packed.length) {
    const control = packed[from++] ?? 0
    if (control < 32) {
      plain.set(packed.subarray(from, from + control + 1), to)
      from += control + 1
      to += control + 1
      continue
    }
    let count = control >> 5
    if (count === 7) count += packed[from++] ?? 0
    let back = to - ((control & 0x1f) << 8) - (packed[from++] ?? 0) - 1
    for (let i = 0; i < count + 2; i++) plain[to++] = plain[back++] ?? 0
  }
  return plain
}

/** Sorted integers of one width. */
export function readIntset(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = view.getUint32(0, true)
  return Array.from({ length: view.getUint32(4, true) }, (_, i) => {
    const at = 8 + i * width
    if (width === 2) return String(view.getInt16(at, true))
    return String(width === 4 ? view.getInt32(at, true) : view.getBigInt64(at, true))
  })
}

const backLength = (size: number): number =>
  size < 128 ? 1 : size < 16384 ? 2 : size < 2097152 ? 3 : size < 268435456 ? 4 : 5

interface Element {
  readonly text: string
  /** Encoding and content. */
  readonly size: number
}

const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value)

function element(bytes: Uint8Array, view: DataView, at: number): Element {
  const first = bytes[at] ?? 0
  const text = (offset: number, length: number): Element => ({
    text: binaryOf(bytes, at + offset, at + offset + length),
    size: offset + length,
  })
  if (first < 0x80) return { text: String(first), size: 1 }
  if (first < 0xc0) return text(1, first & 0x3f)
  if (first < 0xe0) return { text: String(signed(((first & 0x1f) << 8) | (bytes[at + 1] ?? 0), 13)), size: 2 }
  if (first < 0xf0) return text(2, ((first & 0x0f) << 8) | (bytes[at + 1] ?? 0))
  if (first === 0xf0) return text(5, view.getUint32(at + 1, true))
  if (first === 0xf1) return { text: String(view.getInt16(at + 1, true)), size: 3 }
  if (first === 0xf2)
    return { text: String(signed(view.getUint16(at + 1, true) + ((bytes[at + 3] ?? 0) << 16), 24)), size: 4 }
  if (first === 0xf3) return { text: String(view.getInt32(at + 1, true)), size: 5 }
  return { text: String(view.getBigInt64(at + 1, true)), size: 9 }
}

/** Strings and integers, each followed by its own length. */
export function readListpack(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const items: string[] = []
  for (let at = 6; at < bytes.length && bytes[at] !== 0xff; ) {
    const { text, size } = element(bytes, view, at)
    items.push(text)
    at += size + backLength(size)
  }
  return items
}
