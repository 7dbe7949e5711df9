const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
]

/** Columns that a character takes. wcwidth(3), by ranges. */
export function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x300) return code < 32 || code === 127 ? 2 : 1
  if ((code >= 0x300 && code <= 0x36f) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

/** A control character as readline shows it. */
export const visible = (char: string): string => {
  const code = char.charCodeAt(0)
  if (code === 127) return '^?'
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : char
}

/** Columns of a prompt: what stands between \x01 and \x02, and escape sequences, take none. */
export const promptWidth = (prompt: string): number =>
  [...prompt.replace(/\x01[^\x02]*\x02/g, '').replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '')].reduce(
    (sum, char) => sum + charWidth(char),
    0,
  )
