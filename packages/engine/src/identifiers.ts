import type { Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'

/** 64 hexadecimal digits whose first twelve are not all decimal: a short id must never look like a number. stringid.GenerateRandomID */
export function randomId(sys: Sys): string {
  for (;;) {
    const id = toHex(sys.entropy.bytes(32))
    if (!/^\d+$/.test(id.slice(0, 12))) return id
  }
}

export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

/** A whole number from 0 up to, without, `limit`. */
export function randomBelow(sys: Sys, limit: number): number {
  const [a = 0, b = 0, c = 0] = sys.entropy.bytes(3)
  return (a * 65536 + b * 256 + c) % limit
}
