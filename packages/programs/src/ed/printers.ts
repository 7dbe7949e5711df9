import { encodeText } from '@drydock/libc'

/** How a line is shown, by its text and number. */
export type Printer = (text: string, number: number) => string

export const plain: Printer = (text) => text
/** By the letters that may stand behind a command. */
export const PRINTERS: ReadonlyMap<string, Printer> = new Map<string, Printer>([
  ['p', plain],
  ['n', (text, number) => `${number}\t${text}`],
  ['l', (text) => `${unambiguous(text)}$`],
])

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
  [36, '\\$'],
  [92, '\\\\'],
])
const unambiguous = (text: string): string =>
  [...encodeText(text)]
    .map((byte) => {
      const known = ESCAPES.get(byte)
      if (known !== undefined) return known
      return byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte)
    })
    .join('')
