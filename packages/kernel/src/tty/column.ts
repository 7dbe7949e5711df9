/**
 * Columns that a line takes on the screen when it starts at `column`: what erasing needs to know. One for each character
 * of UTF-8, be it wide or not, as Linux counts; control characters show as ^X.
 */
export function lineWidth(bytes: Iterable<number>, column: number, echoctl: boolean): number {
  let at = column
  for (const byte of bytes) {
    if (byte === 9) at += 8 - (at % 8)
    else if (byte < 32 || byte === 127) at += echoctl ? 2 : 0
    else if ((byte & 0xc0) !== 0x80) at++
  }
  return at - column
}
