import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashHex, Sha256, sha256Hex, toHex } from './hash.ts'
import { RunningSha256 } from './sha256.ts'

/** As many bytes, none like its neighbour. */
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255)
const reference = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

const LENGTHS = [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 16383, 16384, 16385, 64959, 64960, 64961, 200_003]

test.each(LENGTHS)('%i bytes at once', (length) => {
  expect(hashHex('sha256', bytes(length))).toBe(reference(bytes(length)))
  expect(sha256Hex(bytes(length))).toBe(reference(bytes(length)))
})

test.each([1, 63, 64, 65, 1000, 64960, 70_000])('in pieces of %i bytes', (piece) => {
  const data = bytes(150_000)
  const hash = new Sha256()
  for (let at = 0; at < data.length; at += piece) hash.update(data.subarray(at, at + piece))
  expect(hash.digestHex()).toBe(reference(data))
})

test('two at a time do not disturb one another', () => {
  const [one, other] = [new RunningSha256(), new RunningSha256()]
  const data = bytes(40_000)
  for (let at = 0; at < data.length; at += 500) {
    one.update(data.subarray(at, at + 500))
    other.update(data.subarray(at, at + 499))
  }
  expect(toHex(one.digest())).toBe(reference(data))
  expect(toHex(other.digest())).not.toBe(reference(data))
})

test('the caller may reuse its buffer', () => {
  const hash = new RunningSha256()
  const buffer = Uint8Array.from([1, 2, 3])
  hash.update(buffer)
  buffer.fill(0)
  expect(toHex(hash.digest())).toBe(reference(Uint8Array.from([1, 2, 3])))
})
