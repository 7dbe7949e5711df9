import type { Sys } from '@drydock/abi'
import { Gzip, type Sha256 } from '@drydock/codec'

/** Bytes after which others get their turn, when it is theirs: a millisecond or two of work. */
const STEP = 128 * 1024

async function inSteps(sys: Sys, bytes: Uint8Array, take: (step: Uint8Array) => void): Promise<void> {
  for (let at = 0; at < bytes.length; at += STEP) {
    take(bytes.subarray(at, at + STEP))
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** Adds to a hash what may be much. */
export const hashPaced = (sys: Sys, hash: Sha256, bytes: Uint8Array): Promise<void> =>
  inSteps(sys, bytes, (step) => void hash.update(step))

/** Packs what may be much, quickly rather than small. */
export async function gzipPaced(sys: Sys, parts: Iterable<Uint8Array>): Promise<Uint8Array> {
  const gzip = new Gzip({ level: 1 })
  for (const part of parts) await inSteps(sys, part, (step) => gzip.push(step))
  return gzip.finish()
}
