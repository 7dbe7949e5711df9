import { describe, expect, it } from 'vitest'
import {
  bunzip2,
  bzip2,
  Bzip2Error,
  concatBytes,
  encodeUtf8,
  fromBase64,
  isBzip2,
  isXz,
  unxz,
  xz,
  XzError,
} from './index.ts'

const NUMBERS = encodeUtf8(Array.from({ length: 300 }, (_, at) => `${at + 1}\n`).join(''))
/** `seq 1 300` by bzip2 1.0.8 and XZ Utils 5.4.1. */
const BY_BZIP2 =
  'QlpoOTFBWSZTWfqyn6IAALVIAAAQf+BAApA2HAAxqlHlP8qhVP0wT/VUhU/1Ux6n6UHUf/+qUm/VT/KqR9yJq83z7yADToDBIFhQKBYSBg6A0gA84AGuOgPIANOgMEgWFAoFhIGDoDSADzgAY4SBYUCgWEgYOgNIAPOAA4cKqtrS222ySSSKAAAAAEojlttu2y2223e973vdaJohE0QiaIRNEImiETRCJohE0QiaIRNbnJtttr+qtttu973ve9f1iaIRNANoBtANoBtANoBtANoBtbnMbbbWW/+222aSSS398AAAAG7tu2219tq22yaSSWwAAAAbu23m21+229bbJNJJb6AAAAN3bbfdtfLbb5bZJNJLfoAAAA3dttvdr1ttv22SSaS3wAAAAbu222mq222+2SSTS3gAAAB87eebbbS1bbbfbJJJ+/YAAAD4fwu5IpwoSH1ZT9EA'
const BY_XZ =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ARDAQJdABiCgo8iTvimVffwmaUlDZBFkVpRtJvKrNwFMuyFUp+xSG3v3OhLuWG64JxTf5jIqVQO/D0q0wbXZkQ9VmSmzT3Xxx9E9BjfAgs/4sbGe+Hnf3lEHHm3Qq5luBu1DoThmoIGIzlaf3KqQ/qlmh+SwL5FcXlK1ZPGkAo5rZxlhyq2GjjH4ZMXytA+CeqwUvAQYCbAXl8QkQ25eXh9l0Jg0KY4d+Ej6LsoT4hSLXVYJj9m/eKc69OvYdk1ev/7YrE8fJMc8mS4TRyFKrFcAAY2AUrrvAVI71xotTxxgZ4sbORnBs+FKnUJGYy8F0QNzTxpxjbEnpzS7js1Ej6TUpedidqbMQAAAGc3dbfmK+6BAAGeAsQIAABn2MVpscRn+wIAAAAABFla'

const noise = (length: number): Uint8Array => {
  let state = 12345
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24)
}
const SAMPLES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['nothing', new Uint8Array()],
  ['one byte', Uint8Array.of(7)],
  ['numbers', NUMBERS],
  ['a long run', new Uint8Array(70_000).fill(65)],
  ['runs of four and of 255', Uint8Array.from({ length: 1500 }, (_, at) => (at < 4 ? 1 : at < 259 ? 2 : at % 7))],
  ['noise that does not get smaller', noise(150_000)],
]

describe('bzip2', () => {
  it.each(SAMPLES)('keeps %s', (_, bytes) => {
    expect(concatBytes(bunzip2(bzip2(bytes)))).toEqual(bytes)
  })
  it('reads what the original wrote, and several streams as one', () => {
    const packed = fromBase64(BY_BZIP2)
    expect(isBzip2(packed)).toBe(true)
    expect(concatBytes(bunzip2(packed))).toEqual(NUMBERS)
    expect(concatBytes(bunzip2(concatBytes([packed, packed])))).toEqual(concatBytes([NUMBERS, NUMBERS]))
  })
  it('sees that data was changed or cut off', () => {
    const packed = fromBase64(BY_BZIP2)
    const changed = packed.slice()
    changed[60] = (changed[60] ?? 0) ^ 4
    expect(() => bunzip2(changed)).toThrow(Bzip2Error)
    expect(() => bunzip2(packed.subarray(0, 80))).toThrow(Bzip2Error)
  })
})

describe('xz', () => {
  it.each(SAMPLES)('keeps %s', (_, bytes) => {
    expect(concatBytes(unxz(xz(bytes)).parts)).toEqual(bytes)
  })
  it('reads what the original wrote, and several streams as one', () => {
    const packed = fromBase64(BY_XZ)
    expect(isXz(packed)).toBe(true)
    expect(concatBytes(unxz(packed).parts)).toEqual(NUMBERS)
    expect(unxz(concatBytes([packed, packed])).streams).toBe(2)
  })
  it('makes repeated text small', () => {
    expect(xz(NUMBERS).length).toBeLessThan(NUMBERS.length / 2)
  })
  it('sees that data was changed or cut off', () => {
    const packed = fromBase64(BY_XZ)
    const changed = packed.slice()
    changed[60] = (changed[60] ?? 0) ^ 4
    expect(() => unxz(changed)).toThrow(XzError)
    expect(() => unxz(packed.subarray(0, 80))).toThrow(XzError)
  })
})
