/** Packs as they go over a connection: gitformat-pack(5). Ours hold whole objects; deltas of others are applied. */
import { concatBytes, fromHex, hashHex, inflateFirst, zlibDeflate } from '@drydock/codec'
import { Fatal } from './fatal.ts'
import type { Kind, Objects } from './objects.ts'

const KINDS: readonly (Kind | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag']
const OFS_DELTA = 6
const REF_DELTA = 7

function head(kind: number, size: number): Uint8Array {
  const bytes = [(kind << 4) | (size & 15)]
  for (let left = Math.floor(size / 16); left > 0; left = Math.floor(left / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80
    bytes.push(left & 127)
  }
  return Uint8Array.from(bytes)
}

export function packOf(objects: readonly { readonly kind: Kind; readonly bytes: Uint8Array }[]): Uint8Array {
  const start = new Uint8Array(12)
  start.set(new TextEncoder().encode('PACK'))
  const view = new DataView(start.buffer)
  view.setUint32(4, 2)
  view.setUint32(8, objects.length)
  const parts = objects.flatMap(({ kind, bytes }) => [head(KINDS.indexOf(kind), bytes.length), zlibDeflate(bytes)])
  const body = concatBytes([start, ...parts])
  return concatBytes([body, fromHex(hashHex('sha1', body)) ?? new Uint8Array(20)])
}

function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0
  const size = (): number => {
    let [value, shift] = [0, 0]
    for (;;) {
      const byte = delta[at++] ?? 0
      value += (byte & 127) * 2 ** shift
      shift += 7
      if (!(byte & 128)) return value
    }
  }
  size()
  size()
  const parts: Uint8Array[] = []
  while (at < delta.length) {
    const op = delta[at++] ?? 0
    if (!(op & 128)) {
      parts.push(delta.subarray(at, at + op))
      at += op
      continue
    }
    let [offset, count] = [0, 0]
    for (let i = 0; i < 4; i++) if (op & (1 << i)) offset += (delta[at++] ?? 0) * 2 ** (8 * i)
    for (let i = 0; i < 3; i++) if (op & (16 << i)) count += (delta[at++] ?? 0) * 2 ** (8 * i)
    parts.push(base.subarray(offset, offset + (count || 0x10000)))
  }
  return concatBytes(parts)
}

/** Puts what a pack holds into the store. @returns how many @throws Fatal for what is no pack */
export async function unpack(objects: Objects, pack: Uint8Array): Promise<number> {
  if (new TextDecoder().decode(pack.subarray(0, 4)) !== 'PACK')
    throw new Fatal('fatal: protocol error: bad pack header')
  const count = new DataView(pack.buffer, pack.byteOffset).getUint32(8)
  const known = new Map<number, { kind: Kind; bytes: Uint8Array }>()
  let at = 12
  for (let i = 0; i < count; i++) {
    const start = at
    let byte = pack[at++] ?? 0
    const type = (byte >> 4) & 7
    while (byte & 128) byte = pack[at++] ?? 0
    let base: { kind: Kind; bytes: Uint8Array } | undefined
    if (type === OFS_DELTA) {
      byte = pack[at++] ?? 0
      let offset = byte & 127
      while (byte & 128) {
        byte = pack[at++] ?? 0
        offset = (offset + 1) * 128 + (byte & 127)
      }
      base = known.get(start - offset)
    } else if (type === REF_DELTA) {
      const oid = Array.from(pack.subarray(at, at + 20), (each) => each.toString(16).padStart(2, '0')).join('')
      at += 20
      base = await objects.read(oid)
    }
    const { bytes, used } = inflateFirst(pack.subarray(at))
    at += used
    const kind = base?.kind ?? KINDS[type]
    if (!kind) throw new Fatal('fatal: pack has bad object')
    const whole = { kind, bytes: base ? applyDelta(base.bytes, bytes) : bytes }
    known.set(start, whole)
    await objects.write(whole.kind, whole.bytes)
  }
  return count
}
