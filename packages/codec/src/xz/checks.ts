/** CRC-32 (IEEE 802.3) and CRC-64 (ECMA-182), both with the lowest bit first, as .xz files have them. */
const CRC32 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})

export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (value >>> 8) ^ (CRC32[(value ^ byte) & 0xff] ?? 0)
  return ~value >>> 0
}

const POLYNOMIAL = [0xd7870f42, 0xc96c5795] as const

/** Low and high halves of the table's rows. */
const [LOW, HIGH] = [new Uint32Array(256), new Uint32Array(256)]
for (let byte = 0; byte < 256; byte++) {
  let [low, high] = [byte, 0]
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = ((low >>> 1) | (high << 31)) >>> 0
    high >>>= 1
    if (odd) {
      low = (low ^ POLYNOMIAL[0]) >>> 0
      high = (high ^ POLYNOMIAL[1]) >>> 0
    }
  }
  LOW[byte] = low
  HIGH[byte] = high
}

/** Eight bytes, the lowest first. */
export function crc64(parts: readonly Uint8Array[]): Uint8Array {
  let [low, high] = [0xffffffff, 0xffffffff]
  for (const bytes of parts)
    for (const byte of bytes) {
      const row = (low ^ byte) & 0xff
      low = ((((low >>> 8) | (high << 24)) >>> 0) ^ (LOW[row] ?? 0)) >>> 0
      high = ((high >>> 8) ^ (HIGH[row] ?? 0)) >>> 0
    }
  const out = new Uint8Array(8)
  const view = new DataView(out.buffer)
  view.setUint32(0, ~low >>> 0, true)
  view.setUint32(4, ~high >>> 0, true)
  return out
}
