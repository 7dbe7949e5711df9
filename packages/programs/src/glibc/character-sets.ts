/** Characters of a text in a set of characters, and back. */
export interface CharacterSet {
  /** @returns the characters, or undefined for bytes that are none, with how many there are */
  decode(bytes: Uint8Array): Decoded
  /** @returns undefined for a character that the set has not */
  encode(char: string): Uint8Array | undefined
  /** Comes before a text. */
  readonly mark?: Uint8Array
}

export interface Decoded {
  readonly chars: readonly string[]
  /** How many bytes each character was; the sum says where it went wrong. */
  readonly widths: readonly number[]
  readonly problem: 'none' | 'illegal' | 'incomplete'
}

interface Reading {
  /** Width of the character at `at`; 0 when it is cut off, -1 when there is none. */
  width(bytes: Uint8Array, at: number): number
  read(bytes: Uint8Array): string | undefined
}

function decodeBy({ width, read }: Reading, bytes: Uint8Array): Decoded {
  const chars: string[] = []
  const widths: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = width(bytes, at)
    if (size === 0 || (size > 0 && at + size > bytes.length)) return { chars, widths, problem: 'incomplete' }
    const char = size < 0 ? undefined : read(bytes.subarray(at, at + size))
    if (char === undefined) return { chars, widths, problem: 'illegal' }
    chars.push(char)
    widths.push(size)
    at += size
  }
  return { chars, widths, problem: 'none' }
}

function readBy(label: string): (bytes: Uint8Array) => string | undefined {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true })
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch {
      return undefined
    }
  }
}

function utf8Width(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  const size =
    lead < 0x80 ? 1 : lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 ? 2 : -1
  if (lead >= 0xf5) return -1
  for (let i = 1; i < size && at + i < bytes.length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return -1
  return size
}

const utf8: CharacterSet = {
  decode: (bytes) => decodeBy({ width: utf8Width, read: readBy('utf-8') }, bytes),
  encode: (char) => new TextEncoder().encode(char),
}

/** UTF-16 and UTF-32: units of 2 or 4 bytes; UCS-2 has no pairs. */
function wide(size: 2 | 4, little: boolean, pairs: boolean, marked: boolean): CharacterSet {
  const unit = (bytes: Uint8Array, at: number): number => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return size === 2 ? view.getUint16(at, little) : view.getUint32(at, little)
  }
  const isHigh = (code: number): boolean => size === 2 && code >= 0xd800 && code < 0xdc00
  const write = (code: number): Uint8Array => {
    const out = new Uint8Array(size)
    const view = new DataView(out.buffer)
    if (size === 2) view.setUint16(0, code, little)
    else view.setUint32(0, code, little)
    return out
  }
  const width = (bytes: Uint8Array, at: number): number =>
    at + size > bytes.length ? 0 : isHigh(unit(bytes, at)) ? (pairs ? 4 : -1) : size
  const read = (bytes: Uint8Array): string | undefined => {
    const code = unit(bytes, 0)
    if (code > 0x10ffff || (code >= 0xdc00 && code < 0xe000)) return undefined
    return isHigh(code) ? String.fromCharCode(code, unit(bytes, 2)) : String.fromCodePoint(code)
  }
  const encode = (char: string): Uint8Array | undefined => {
    const code = char.codePointAt(0) ?? 0
    if (size === 4 || code < 0x10000) return write(code)
    if (!pairs) return undefined
    return Uint8Array.from([...write(char.charCodeAt(0)), ...write(char.charCodeAt(1))])
  }
  if (!marked) return { decode: (bytes) => decodeBy({ width, read }, bytes), encode }
  return { decode: (bytes) => decodeMarked(bytes, size), encode, mark: write(0xfeff) }
}

/** The mark at the beginning says which byte of a unit comes first. */
function decodeMarked(bytes: Uint8Array, size: 2 | 4): Decoded {
  const big =
    size === 2 ? bytes[0] === 0xfe && bytes[1] === 0xff : bytes[2] === 0xfe && bytes[3] === 0xff && bytes[0] === 0
  const little = bytes[0] === 0xff && bytes[1] === 0xfe
  const rest = big || little ? bytes.subarray(size) : bytes
  const { chars, widths, problem } = wide(size, !big, true, false).decode(rest)
  return {
    chars,
    widths: widths.length && (big || little) ? [(widths[0] ?? 0) + size, ...widths.slice(1)] : widths,
    problem,
  }
}

/** One byte each; above `known` there is nothing, or what the decoder of that label says. */
function singleByte(known: number, label?: string): CharacterSet {
  const high = label === undefined ? undefined : readBy(label)
  const table = Array.from({ length: 256 }, (_, byte) =>
    byte < known ? String.fromCharCode(byte) : high?.(Uint8Array.of(byte)),
  )
  return fromTable(table)
}

function fromTable(table: readonly (string | undefined)[]): CharacterSet {
  const bytes = new Map(table.flatMap((char, byte) => (char === undefined ? [] : [[char, byte] as const])))
  return {
    decode: (given) => decodeBy({ width: () => 1, read: ([byte = 0]) => table[byte] }, given),
    encode: (char) => {
      const byte = bytes.get(char)
      return byte === undefined ? undefined : Uint8Array.of(byte)
    },
  }
}

/** Two bytes, or one below `lead`; what characters become is read off the decoder. */
function doubleByte(label: string, singles: (byte: number) => boolean): CharacterSet {
  const read = readBy(label)
  let codes: Map<string, Uint8Array> | undefined
  const make = (): Map<string, Uint8Array> => {
    const map = new Map<string, Uint8Array>()
    const keep = (bytes: Uint8Array): void => {
      const char = read(bytes)
      if (char !== undefined && [...char].length === 1 && !map.has(char)) map.set(char, bytes)
    }
    for (let first = 0; first < 256; first++) {
      if (singles(first)) keep(Uint8Array.of(first))
      else for (let second = 0x40; second < 256; second++) keep(Uint8Array.of(first, second))
    }
    return map
  }
  return {
    decode: (bytes) => decodeBy({ width: (all, at) => (singles(all[at] ?? 0) ? 1 : 2), read }, bytes),
    encode: (char) => (codes ??= make()).get(char),
  }
}

/** Upper half of the code pages of DOS that browsers do not decode. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'
/** Five of the bytes are nothing: some decoders make controls of them. */
const CP1252 = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ'
const highPage = (upper: string, from: number): CharacterSet =>
  fromTable(
    Array.from({ length: 256 }, (_, byte) => {
      const special = upper[byte - from]
      return special === '\0' ? undefined : (special ?? String.fromCharCode(byte))
    }),
  )
const below = (limit: number) => (byte: number) => byte < limit
const shiftJis = (byte: number): boolean => byte < 0x81 || (byte >= 0xa0 && byte < 0xe0)

const LATIN = new Map([
  [2, 'LATIN2 L2'],
  [3, 'LATIN3 L3'],
  [4, 'LATIN4 L4'],
  [5, 'CYRILLIC'],
  [6, 'ARABIC'],
  [7, 'GREEK'],
  [8, 'HEBREW'],
  [10, 'LATIN6'],
  [15, 'LATIN9'],
])

/** By the main name, with others that people write; all without hyphens and in capitals. */
const MAKERS: readonly (readonly [names: string, make: () => CharacterSet])[] = [
  ['UTF8', () => utf8],
  ['ASCII USASCII ANSIX3.41968 646 C', () => singleByte(128)],
  ['ISO88591 LATIN1 L1 88591 CP819', () => singleByte(256)],
  ['UTF16 UNICODE', () => wide(2, true, true, true)],
  ['UTF16LE', () => wide(2, true, true, false)],
  ['UTF16BE', () => wide(2, false, true, false)],
  ['UTF32', () => wide(4, true, true, true)],
  ['UTF32LE UCS4LE', () => wide(4, true, true, false)],
  ['UTF32BE UCS4 ISO10646', () => wide(4, false, true, false)],
  ['UCS2 UCS2LE ISO10646UCS2', () => wide(2, true, false, false)],
  ['UCS2BE UNICODEBIG', () => wide(2, false, false, false)],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map(
    (part) => [`ISO8859${part} ${LATIN.get(part) ?? ''}`, () => singleByte(0xa0, `iso-8859-${part}`)] as const,
  ),
  ...[1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258].map(
    (page) => [`CP${page} WINDOWS${page} MSCP${page}`, () => singleByte(128, `windows-${page}`)] as const,
  ),
  ['CP1252 WINDOWS1252 MSANSI', () => highPage(CP1252, 0x80)],
  ['CP874 WINDOWS874 TIS620', () => singleByte(128, 'windows-874')],
  ['KOI8R', () => singleByte(128, 'koi8-r')],
  ['KOI8U', () => singleByte(128, 'koi8-u')],
  ['MACINTOSH MAC', () => singleByte(128, 'macintosh')],
  ['CP866 IBM866 866', () => singleByte(128, 'ibm866')],
  ['CP437 IBM437 437', () => highPage(CP437, 128)],
  ['CP850 IBM850 850', () => highPage(CP850, 128)],
  ['SJIS SHIFTJIS SHIFT_JIS CP932 MSKANJI', () => doubleByte('shift_jis', shiftJis)],
  ['EUCJP UJIS', () => doubleByte('euc-jp', below(0x80))],
  ['EUCKR UHC CP949', () => doubleByte('euc-kr', below(0x81))],
  ['GBK CP936 GB2312 EUCCN MS936', () => doubleByte('gbk', below(0x81))],
  ['BIG5 CP950 BIGFIVE', () => doubleByte('big5', below(0x81))],
]

const plainName = (name: string): string => name.toUpperCase().replace(/[-_ ]/g, '')

export const characterSet = (name: string): CharacterSet | undefined =>
  MAKERS.find(([names]) => names.split(' ').map(plainName).includes(plainName(name)))?.[1]()

export const characterSetNames = (): string[] => MAKERS.flatMap(([names]) => names.split(' ').filter(Boolean)).sort()
