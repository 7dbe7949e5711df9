const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n
const wide = (value: bigint): bigint => BigInt.asUintN(64, value)
const turn = (value: bigint, by: bigint): bigint => wide((value << by) | (value >> (64n - by)))
const round = (sum: bigint, lane: bigint): bigint => wide(turn(wide(sum + lane * P2), 31n) * P1)
const merge = (hash: bigint, sum: bigint): bigint => wide((hash ^ round(0n, sum)) * P1 + P4)

/** XXH64 with seed 0. xxHash specification 0.1.1 */
export function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { length } = bytes
  let at = 0
  let hash = P5
  if (length >= 32) {
    let [a, b, c, d] = [wide(P1 + P2), P2, 0n, wide(-P1)]
    for (; at + 32 <= length; at += 32) {
      a = round(a, view.getBigUint64(at, true))
      b = round(b, view.getBigUint64(at + 8, true))
      c = round(c, view.getBigUint64(at + 16, true))
      d = round(d, view.getBigUint64(at + 24, true))
    }
    hash = wide(turn(a, 1n) + turn(b, 7n) + turn(c, 12n) + turn(d, 18n))
    for (const sum of [a, b, c, d]) hash = merge(hash, sum)
  }
  hash = wide(hash + BigInt(length))
  for (; at + 8 <= length; at += 8) hash = wide(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4)
  if (at + 4 <= length) {
    hash = wide(turn(hash ^ wide(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3)
    at += 4
  }
  for (; at < length; at++) hash = wide(turn(hash ^ wide(BigInt(view.getUint8(at)) * P5), 11n) * P1)
  hash = wide((hash ^ (hash >> 33n)) * P2)
  hash = wide((hash ^ (hash >> 29n)) * P3)
  return hash ^ (hash >> 32n)
}
