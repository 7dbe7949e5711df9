/** Backslash escapes of printf(1) and echo -e. Bytes above 127 become the lone surrogates of text/encoding. */
const NAMED = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
])
const byte = (code: number): string => String.fromCharCode((code & 255) < 128 ? code & 255 : 0xdc00 + (code & 255))

/** Bytes that together are UTF-8 become their characters again. */
export const joinBytes = (text: string): string =>
  text.replace(/[\udc80-\udcff]{2,}/gu, (run) => {
    const bytes = Uint8Array.from([...run], (c) => c.charCodeAt(0) - 0xdc00)
    return new TextDecoder().decode(bytes).includes('\ufffd') ? run : new TextDecoder().decode(bytes)
  })

export interface Unescaped {
  readonly text: string
  /** `\c` was seen: nothing more is printed. */
  readonly stopped: boolean
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(0?[0-7]{1,3})|(c)|([\s\S]))/g

function unescape(text: string, octal: RegExp): Unescaped {
  let stopped = false
  const whole = text.replace(
    ESCAPE,
    (match: string, hex?: string, u4?: string, u8?: string, oct?: string, stop?: string, other?: string) => {
      if (stopped) return ''
      if (hex) return byte(Number.parseInt(hex, 16))
      if (u4 ?? u8) return String.fromCodePoint(Number.parseInt(u4 ?? u8 ?? '', 16))
      if (oct) {
        const digits = octal.exec(oct)?.[0]
        return digits === undefined ? match : byte(Number.parseInt(digits, 8)) + oct.slice(digits.length)
      }
      if (stop) {
        stopped = true
        return '\0STOP\0'
      }
      return NAMED.get(other ?? '') ?? match
    },
  )
  const end = whole.indexOf('\0STOP\0')
  return { text: joinBytes(end < 0 ? whole : whole.slice(0, end)), stopped }
}

/** echo -e and %b: octal needs a leading 0 in echo; %b takes both. */
export const unescapeEcho = (text: string): Unescaped => unescape(text, /^0[0-7]{0,3}/)
export const unescapePercentB = (text: string): Unescaped => unescape(text, /^0?[0-7]{1,3}/)
/** The format of printf itself: `\NNN` of at most three digits. */
export const unescapeFormat = (text: string): Unescaped => unescape(text, /^[0-7]{1,3}/)
