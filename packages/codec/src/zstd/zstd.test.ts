import { expect, test } from 'vitest'
import { concatBytes, encodeUtf8, fromBase64, isZstd, unzstd, zstd, ZstdError } from '../index.ts'

const NUMBERS = encodeUtf8(Array.from({ length: 300 }, (_, at) => `${at + 1}\n`).join(''))
/** `seq 1 300` by zstd 1.5.4 at level 19, and forty lines of text behind a skippable frame. */
const NUMBERS_BY_ZSTD =
  'KLUv/QRoNQ4ASkQEBwmw6yRJiHBSmHVtAGsAawDLHXdv3nCfbXbZZI8tdti1aYN9tdVVUz211FG3Zg310UYXTfTQQgddmjTQN9tcM80zyxxzZ84wn2xyySSPLHLIlSmDfLHFFVM8scQRN2YM8XXr1alPlx69nR36cePFiQ8XHrycHPht1/Qsx50BxIN4iZM4EL/hNryG0/AZLsNjeIdzOAw/4Sa8hJPwES7CQ3iFUzgIv+AWvIJT8AkuwSN4gzM4BL9yK69yKp9yKY/ylrMcyo/cyIucyIdcyIO85CQH8gNuwAs4AR/gAjyAFziBA/C77a6b7rmNzugQ/dqtvdqpfdqlPdrbznZoP3ZjL3ZiH3ZhD/aykx3YD7pBL+gEfaAL9IBe6IQO0O+4Ha/jdHyOy/E43uM8DsfPuBkv42R8jIvxMF7jNA7Gr7gVr+JUfIpL8Sje4iwOxY+4ES/iRHyISwPEd92u13W6PtflelzvdV6H62fdrJd1sj7WxXpYr3VaB+tX3apXdao+1aV6VG91VofqR92oF3WiPtSFelAvdVIH6jfdptd0mj7TZXpM73ROh+kn3aSXdJI+0kV6SK90SgfpF92iV3SKPtElekQPADVelrE='
const LINES_BY_ZSTD = 'UCpNGAMAAABhYmMotS/9BFjdAACgdGhlIHF1aWNrIGJyb3duIGZveAoBABJeNZn0zauF'

const noise = (length: number): Uint8Array => {
  let state = 12345
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24)
}

test('unpacks what zstd packed', () => {
  expect(unzstd(fromBase64(NUMBERS_BY_ZSTD))).toEqual(NUMBERS)
  expect(unzstd(fromBase64(LINES_BY_ZSTD))).toEqual(encodeUtf8('the quick brown fox\n'.repeat(40)))
})

test.each([
  ['nothing', new Uint8Array(0), 20],
  ['text', encodeUtf8('hello'), 20],
  ['numbers', NUMBERS, 1100],
  ['a long run', new Uint8Array(400_000), 100],
  ['noise', noise(200_000), 200_050],
  ['noise twice', concatBytes([noise(90_000), noise(90_000)]), 100_000],
])('packs %s and has it back', (_, bytes, most) => {
  const packed = zstd(bytes)
  expect(isZstd(packed)).toBe(true)
  expect(packed.length).toBeLessThan(most)
  expect(unzstd(packed)).toEqual(bytes)
})

test('frames follow one another, and damage is noticed', () => {
  const packed = zstd(NUMBERS)
  expect(unzstd(concatBytes([packed, packed]))).toEqual(concatBytes([NUMBERS, NUMBERS]))
  expect(() => unzstd(packed.subarray(0, -10))).toThrow(new ZstdError('premature end'))
  expect(() => unzstd(packed.with(-1, packed.at(-1)! ^ 1))).toThrow(
    new ZstdError("Restored data doesn't match checksum"),
  )
  for (let at = 6; at < packed.length - 4; at += 7)
    expect(() => unzstd(packed.with(at, packed[at]! ^ 255))).toThrow(ZstdError)
})
