import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Gunzip, gunzip, gzip, sha256Hex } from './index.ts'

const sample = new TextEncoder().encode('the quick brown fox '.repeat(5000))
const both = new Uint8Array([...gzipSync(sample), ...gzip(sample)])

describe('gzip', () => {
  it('is read by zlib, and the same twice', () => {
    expect(sha256Hex(gunzipSync(gzip(sample)))).toBe(sha256Hex(sample))
    expect(sha256Hex(gzip(sample))).toBe(sha256Hex(gzip(sample)))
  })

  for (const size of [1, 7, 100, 4096, 1_000_000])
    it(`unpacks two members in pieces of ${size} bytes`, () => {
      const unpacker = new Gunzip()
      let length = 0
      for (let at = 0; at < both.length; at += size)
        for (const part of unpacker.push(both.subarray(at, at + size))) length += part.length
      unpacker.finish()
      expect(length).toBe(2 * sample.length)
    })

  it('says so when the file is damaged or cut short', () => {
    const packed = gzip(sample)
    expect(() => gunzip(packed.subarray(0, packed.length - 3))).toThrow('unexpected EOF')
    expect(() => gunzip(packed.map((byte, at) => (at === packed.length - 6 ? byte ^ 1 : byte)))).toThrow()
  })
})
