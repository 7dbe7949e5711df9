import { encodeText } from '../text/encoding.ts'

const NAMED = new Map([
  ['\\', '\\\\'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
])

/** `l`: escapes for what does not print, folded with a backslash. */
export function unambiguous(text: string, width: number): string {
  const pieces = [...text].flatMap((char) => {
    const named = NAMED.get(char)
    if (named) return [named]
    if (/[\x20-\x7e]/.test(char)) return [char]
    return Array.from(encodeText(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  })
  let out = ''
  let column = 0
  for (const piece of pieces) {
    if (width > 1 && column + piece.length > width - 1) {
      out += '\\\n'
      column = 0
    }
    out += piece
    column += piece.length
  }
  return `${out}$\n`
}
