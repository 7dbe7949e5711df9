import { fromBase64, toBase64 } from '@drydock/codec'
import { defineProgram, flag, type ProgramContext, readAll, UsageError, value } from '@drydock/libc'
import { decodeLatin1 } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'

/** Bytes as letters and back. RFC 4648. */
interface Encoding {
  encode(bytes: Uint8Array): string
  /** Undefined for text that is none. */
  decode(text: string): Uint8Array | undefined
  /** What may stand in encoded text. */
  readonly alphabet: RegExp
}

/** Groups of bits by an alphabet. @param pad  a group is filled up with `=` to so many letters; 0 for none */
function byBits(alphabet: string, bits: number, pad: number): Encoding {
  const values = new Map([...alphabet].map((char, at) => [char, at]))
  return {
    alphabet: new RegExp(`[${alphabet.replace(/[\]\\^-]/g, '\\$&')}=]`),
    encode(bytes) {
      let [text, held, count] = ['', 0, 0]
      for (const byte of bytes) {
        held = (held << 8) | byte
        for (count += 8; count >= bits; ) text += alphabet.charAt((held >>> (count -= bits)) & ((1 << bits) - 1))
        held &= (1 << count) - 1
      }
      if (count > 0) text += alphabet.charAt((held << (bits - count)) & ((1 << bits) - 1))
      return pad ? text.padEnd(Math.ceil(text.length / pad) * pad, '=') : text
    },
    decode(text) {
      if (pad ? text.length % pad !== 0 : (text.length * bits) % 8 !== 0) return undefined
      const out: number[] = []
      let [held, count] = [0, 0]
      for (const char of text.replace(/=+$/, '')) {
        const value = values.get(char)
        if (value === undefined) return undefined
        held = (held << bits) | value
        count += bits
        if (count >= 8) out.push((held >>> (count -= 8)) & 0xff)
        held &= (1 << count) - 1
      }
      return Uint8Array.from(out)
    },
  }
}

const BASE64: Encoding = {
  alphabet: /[A-Za-z0-9+/=]/,
  encode: toBase64,
  decode: (text) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) ? fromBase64(text) : undefined,
}
const BASE64URL: Encoding = {
  alphabet: /[A-Za-z0-9_=-]/,
  encode: (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_'),
  decode: (text) => (/[+/]/.test(text) ? undefined : BASE64.decode(text.replaceAll('-', '+').replaceAll('_', '/'))),
}
const BASE32 = byBits('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 5, 8)
const ENCODINGS = {
  base64: BASE64,
  base64url: BASE64URL,
  base32: BASE32,
  base32hex: byBits('0123456789ABCDEFGHIJKLMNOPQRSTUV', 5, 8),
  base16: byBits('0123456789ABCDEF', 4, 0),
  base2msbf: byBits('01', 1, 0),
} as const

const options = {
  decode: flag('d', 'decode'),
  ignoreGarbage: flag('i', 'ignore-garbage'),
  wrap: value('w', 'wrap'),
}
const choices = {
  ...options,
  base64: flag('', 'base64'),
  base64url: flag('', 'base64url'),
  base32: flag('', 'base32'),
  base32hex: flag('', 'base32hex'),
  base16: flag('', 'base16'),
  base2msbf: flag('', 'base2msbf'),
}

async function run(context: ProgramContext<typeof options>, encoding: Encoding): Promise<number> {
  const { sys, io, options: o, operands, fail } = context
  if (operands[1] !== undefined) throw new UsageError(`extra operand '${operands[1]}'`)
  const width = Number(o.wrap ?? 76)
  if (!Number.isInteger(width) || width < 0) {
    await fail(`invalid wrap size: '${o.wrap}'`)
    return 1
  }
  let bad = false
  const good = await eachInput(context, operands, async (fd) => {
    const bytes = await readAll(sys, fd)
    if (!o.decode) return void (await io.print(wrapped(encoding.encode(bytes), width)))
    const text = decodeLatin1(bytes)
    const kept = o.ignoreGarbage
      ? [...text].filter((char) => encoding.alphabet.test(char)).join('')
      : text.replaceAll('\n', '')
    const decoded = encoding.decode(kept)
    bad = decoded === undefined
    if (decoded) await io.out.write(decoded)
  })
  if (bad) await fail('invalid input')
  return good && !bad ? 0 : 1
}

const wrapped = (text: string, width: number): string =>
  width === 0 ? text : (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => `${line}\n`).join('')

/** base32: encode or decode. GNU coreutils 9. */
export const base32 = defineProgram({
  name: 'coreutils/base32',
  paths: ['/usr/bin/base32'],
  covers: 'full',
  summary: 'base32 encode/decode data and print to standard output',
  usage: 'base32 [OPTION]... [FILE]',
  options,
  main: (context) => run(context, BASE32),
})

/** basenc: one of several encodings. GNU coreutils 9. */
export const basenc = defineProgram({
  name: 'coreutils/basenc',
  paths: ['/usr/bin/basenc'],
  covers: 'partial',
  lacks: ['--base2lsbf', '--z85'],
  summary: 'encode/decode data and print to standard output',
  usage: 'basenc [OPTION]... [FILE]',
  options: choices,
  async main(context) {
    const names = Object.keys(ENCODINGS) as (keyof typeof ENCODINGS)[]
    const chosen = names.filter((name) => context.options[name] > 0)
    const name = chosen.at(-1)
    if (name === undefined) throw new UsageError('missing encoding type')
    return run(context as unknown as ProgramContext<typeof options>, ENCODINGS[name])
  },
})
