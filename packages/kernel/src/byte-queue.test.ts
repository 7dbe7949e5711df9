import { expect, test } from 'vitest'
import { ByteQueue } from './byte-queue.ts'

test('what comes out is what went in, whatever the pieces', () => {
  const queue = new ByteQueue()
  let seed = 1
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed % below
  }
  let pushed = 0
  let taken = 0
  for (let round = 0; round < 3000; round++) {
    const piece = Uint8Array.from({ length: random(10) === 0 ? random(5000) : random(20) }, () => pushed++ & 255)
    queue.push(piece)
    const part = queue.take(random(200))
    for (const byte of part) if (byte !== (taken++ & 255)) throw new Error(`byte ${taken} is wrong`)
    expect(queue.length).toBe(pushed - taken)
  }
  const rest = queue.take(pushed)
  for (const byte of rest) if (byte !== (taken++ & 255)) throw new Error(`byte ${taken} is wrong`)
  expect([queue.length, taken]).toEqual([0, pushed])
})
