import { byteCharacter, joinBytes } from '../syntax/ansi-escapes.ts'

export const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }),
)

/** Escapes of echo -e and %b; `\c` ends all output. @param wide `\u` and `\x`, which dash and ash do not all know */
export function escapes(
  text: string,
  echo: boolean,
  wide = { unicode: true, hex: true },
): { text: string; ended: boolean } {
  let ended = false
  const out = text.replace(
    /\\(?:0([0-7]{1,3})|([1-7][0-7]{0,2})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([^]))|([^\\]+)/g,
    (match, zero, octal, hex, short, long, char) => {
      if (ended) return ''
      if (zero !== undefined) return byteCharacter(Number.parseInt(zero, 8) & 255)
      if (octal !== undefined) return echo ? match : byteCharacter(Number.parseInt(octal, 8) & 255)
      if (hex !== undefined && !wide.hex) return match
      if ((short !== undefined || long !== undefined) && !wide.unicode) return match
      if (hex !== undefined) return byteCharacter(Number.parseInt(hex, 16))
      if (short !== undefined || long !== undefined)
        return String.fromCodePoint(Math.min(Number.parseInt(short ?? long, 16), 0x10ffff))
      if (char === 'c') {
        ended = true
        return ''
      }
      if (char === '0') return '\0'
      return char === undefined ? match : (NAMED.get(char) ?? match)
    },
  )
  return { text: joinBytes(out), ended }
}
