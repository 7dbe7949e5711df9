import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, Hash, sha256, toHex } from '@drydock/codec'
import { mapped } from './patterns.ts'
import type { Transaction } from './transaction.ts'

type Converter = (value: string, args: readonly string[], transaction: Transaction) => string | undefined

const arithmetic =
  (apply: (a: number, b: number) => number): Converter =>
  (value, [other = '0'], { variables }) =>
    String(Math.trunc(apply(Number(value), Number(variables.get(other) ?? other))))

const map =
  (how: string): Converter =>
  (value, [path = '', fallback], { known }) =>
    mapped(known.files.rows(path), how, value) ?? fallback

/** `s1,s2`: the text before, between or behind separators. @param at from 1, from the end when negative */
function part(parts: readonly string[], at: number): string | undefined {
  return at > 0 ? parts[at - 1] : parts.at(at)
}
const separated = (value: string, separators: string): string[] => {
  const parts = ['']
  for (const char of value) {
    if (separators.includes(char)) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

/** sdbm, as haproxy hashes by default. */
export const sdbm = (text: string): number =>
  [...encodeUtf8(text)].reduce((hash, byte) => (byte + (hash << 6) + (hash << 16) - hash) >>> 0, 0)

const crc = (text: string): number => {
  let sum = 0xffffffff
  for (const byte of encodeUtf8(text)) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}

/** Converters of samples. Configuration manual 7.3.1. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  lower: (value) => value.toLowerCase(),
  upper: (value) => value.toUpperCase(),
  length: (value) => String(encodeUtf8(value).length),
  bytes: (value, [from = '0', count]) => value.substr(Number(from), count === undefined ? undefined : Number(count)),
  field: (value, [at = '1', separators = '']) => part(separated(value, separators), Number(at)),
  word: (value, [at = '1', separators = '']) =>
    part(
      separated(value, separators).filter((each) => each !== ''),
      Number(at),
    ),
  regsub: (value, [from = '', to = '', flags = '']) =>
    value.replace(
      new RegExp(from, flags.replace(/[^gi]/g, '')),
      to.replaceAll(/\\(\d)/g, '$$$1').replaceAll('$0', '$&'),
    ),
  concat: (value, [before = '', name = '', after = ''], { variables }) =>
    value + before + (variables.get(name) ?? '') + after,
  iif: (value, [yes = '', no = '']) => (value !== '' && value !== '0' ? yes : no),
  not: (value) => (value === '' || value === '0' ? '1' : '0'),
  bool: (value) => (value === '' || value === '0' ? '0' : '1'),
  add: arithmetic((a, b) => a + b),
  sub: arithmetic((a, b) => a - b),
  mul: arithmetic((a, b) => a * b),
  div: arithmetic((a, b) => (b === 0 ? a : a / b)),
  mod: arithmetic((a, b) => (b === 0 ? 0 : a % b)),
  neg: (value) => String(-Number(value)),
  even: (value) => (Number(value) % 2 === 0 ? '1' : '0'),
  odd: (value) => (Number(value) % 2 === 0 ? '0' : '1'),
  ltrim: (value, [chars = ' ']) => value.slice([...value].findIndex((char) => !chars.includes(char))),
  rtrim: (value, [chars = ' ']) => {
    let end = value.length
    while (end > 0 && chars.includes(value.charAt(end - 1))) end--
    return value.slice(0, end)
  },
  base64: (value) => encodeBase64(value),
  b64dec: (value) => {
    const bytes = decodeBase64(value)
    return bytes && decodeUtf8(bytes)
  },
  hex: (value) => toHex(Uint8Array.from(value, (char) => char.charCodeAt(0))).toUpperCase(),
  sha1: (value) => String.fromCharCode(...new Hash('sha1').update(encodeUtf8(value)).digest()),
  md5: (value) => String.fromCharCode(...new Hash('md5').update(encodeUtf8(value)).digest()),
  sha2: (value) => String.fromCharCode(...sha256(value)),
  url_enc: (value) => encodeURIComponent(value),
  url_dec: (value) => {
    try {
      return decodeURIComponent(value)
    } catch {
      return undefined
    }
  },
  json: (value) => JSON.stringify(value).slice(1, -1),
  sdbm: (value) => String(sdbm(value)),
  crc32: (value) => String(crc(value)),
  ipmask: (value, [bits = '32']) => {
    const keep = Number(bits.includes('.') ? bitsOf(bits) : bits)
    const number = value.split('.').reduce((sum, each) => sum * 256 + Number(each), 0)
    const rest = 2 ** (32 - keep)
    const network = Math.floor(number / rest) * rest
    return [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.')
  },
  map: map('str'),
  ...Object.fromEntries(
    ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg', 'ip', 'int'].map((how) => [`map_${how}`, map(how)]),
  ),
  ...Object.fromEntries(
    ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg', 'ip', 'int'].map((how) => [`map_${how}_str`, map(how)]),
  ),
  'set-var': (value, [name = ''], { variables }) => (variables.set(name, value), value),
  http_date: (value) => new Date(Number(value) * 1000).toUTCString(),
  strcmp: (value, [name = ''], { variables }) => String(Math.sign(value.localeCompare(variables.get(name) ?? ''))),
  host_only: (value) => value.replace(/:\d+$/, ''),
  port_only: (value) => /:(\d+)$/.exec(value)?.[1] ?? '0',
}

const bitsOf = (mask: string): number =>
  mask.split('.').reduce((sum, each) => sum + (Number(each).toString(2).match(/1/g)?.length ?? 0), 0)
