import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeBase64, decodeBase64Text, encodeBase64, Hash, hashHex, readJsonLines, toHex } from './index.ts'

const sample = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255)

describe('base64', () => {
  it('is what Node makes of it, in both alphabets', () => {
    expect(encodeBase64(sample)).toBe(Buffer.from(sample).toString('base64'))
    expect(encodeBase64(sample, true).replace(/=+$/, '')).toBe(Buffer.from(sample).toString('base64url'))
    expect(decodeBase64(Buffer.from(sample).toString('base64url'))).toEqual(sample)
  })

  it.each([
    ['c8O6', 'sú'],
    ['c8O6\n', 'sú'],
    ['!', undefined],
  ])('%j is the text %j', (encoded, text) => expect(decodeBase64Text(encoded)).toBe(text))
})

describe('hashes', () => {
  it.each(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const)('%s, whole and in pieces', (name) => {
    const expected = createHash(name).update(sample).digest('hex')
    const pieces = new Hash(name)
    for (let at = 0; at < sample.length; at += 999) pieces.update(sample.subarray(at, at + 999))
    expect([hashHex(name, sample), toHex(pieces.digest())]).toEqual([expected, expected])
  })
})

describe('lines of JSON', () => {
  it.each([1, 2, 5, 100])('come in pieces of %d bytes', async (size) => {
    const bytes = new TextEncoder().encode('{"a":"한"}\r\n\n[1]\n"last"')
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const values: unknown[] = []
    for await (const value of readJsonLines(pieces())) values.push(value)
    expect(values).toEqual([{ a: '한' }, [1], 'last'])
  })
})
