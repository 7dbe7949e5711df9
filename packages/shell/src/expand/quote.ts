const SAFE = /^[\w@%+=:,./-]+$/
const CONTROL = /[\x00-\x1f\x7f\udc80-\udcff]/

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\r', '\\r'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\x1b', '\\E'],
  ['\f', '\\f'],
  ['\v', '\\v'],
  ["'", "\\'"],
  ['\\', '\\\\'],
])

/** `$'…'`, for text with control characters. */
export function ansiQuote(text: string): string {
  let out = ''
  for (const char of text) {
    const named = NAMED.get(char)
    if (named) out += named
    else if (CONTROL.test(char)) out += `\\${(char.charCodeAt(0) & 0xff).toString(8).padStart(3, '0')}`
    else out += char
  }
  return `$'${out}'`
}

/** `'…'`, as `${x@Q}`, `alias` and `set` write. */
export const singleQuote = (text: string): string =>
  CONTROL.test(text) ? ansiQuote(text) : `'${text.replaceAll("'", "'\\''")}'`

/** As `set` and xtrace write: bare where nothing needs quotes. */
export function quoteIfNeeded(text: string): string {
  if (text === '') return "''"
  return SAFE.test(text) ? text : singleQuote(text)
}

/** As printf's %q writes: backslashes. */
export function backslashQuote(text: string): string {
  if (text === '') return "''"
  if (CONTROL.test(text)) return ansiQuote(text)
  return text.replace(/^#|[^\w@%+=:./\-#\u0080-\uffff]/g, '\\$&')
}

/** `"…"`, as declare -p writes. */
export const doubleQuote = (text: string): string =>
  CONTROL.test(text) ? ansiQuote(text) : `"${text.replace(/[$`"\\]/g, '\\$&')}"`
