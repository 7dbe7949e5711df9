/** How keys are written in inputrc and by `bind`: `"\C-x\e[A"`, `Control-u`, `Meta-Rubout`. readline(3), "Key Bindings". */

const NAMED: ReadonlyMap<string, string> = new Map([
  ['del', '\x7f'],
  ['rubout', '\x7f'],
  ['esc', '\x1b'],
  ['escape', '\x1b'],
  ['lfd', '\n'],
  ['newline', '\n'],
  ['ret', '\r'],
  ['return', '\r'],
  ['spc', ' '],
  ['space', ' '],
  ['tab', '\t'],
])
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['d', '\x7f'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])
const SHOWN: ReadonlyMap<string, string> = new Map([
  ['\x1b', '\\e'],
  ['\x7f', '\\C-?'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

export const control = (char: string): string =>
  char === '?' ? '\x7f' : String.fromCharCode(char.toUpperCase().charCodeAt(0) & 0x1f)

/** What stands between the quotes of `"…"`. */
export function parseSequence(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; ) {
    const [keys, length] = text.charAt(at) === '\\' ? escape(text.slice(at)) : [text.charAt(at), 1]
    out += keys
    at += length
  }
  return out
}

/** One backslash escape. @returns its keys and how long it was */
function escape(text: string): [keys: string, length: number] {
  const prefix = /^\\(C-\\M-|M-\\C-|C-|M-)/.exec(text)?.[0]
  if (prefix) {
    const [inner, length] = text.charAt(prefix.length) === '\\' ? escape(text.slice(prefix.length)) : one(text, prefix)
    const key = prefix.includes('C-') ? control(inner) : inner
    return [prefix.includes('M-') ? `\x1b${key}` : key, prefix.length + length]
  }
  const code = /^\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2})/.exec(text)
  if (code) return [characterOf(code[1] ?? ''), code[0].length]
  const letter = text.charAt(1)
  return [LETTERS.get(letter) ?? letter, 2]
}

const characterOf = (digits: string): string =>
  String.fromCharCode(digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 8) & 0xff)

const one = (text: string, prefix: string): [string, number] => [text.charAt(prefix.length), 1]

/** A key's name without quotes: `C-u`, `Meta-Rubout`, `Control-Meta-x`. */
export function parseKeyName(text: string): string {
  let rest = text
  let isControl = false
  let isMeta = false
  for (;;) {
    const match = /^(control-|ctrl-|c-)|^(meta-|m-)/i.exec(rest)
    if (!match || match[0].length === rest.length) break
    if (match[1]) isControl = true
    else isMeta = true
    rest = rest.slice(match[0].length)
  }
  const key = NAMED.get(rest.toLowerCase()) ?? rest.charAt(0)
  return (isMeta ? '\x1b' : '') + (isControl ? control(key) : key)
}

function shownKey(char: string): string {
  const known = SHOWN.get(char)
  const code = char.charCodeAt(0)
  if (known) return known
  if (code < 32) return `\\C-${String.fromCharCode(code + 64).toLowerCase()}`
  return code >= 0x80 ? `\\${code.toString(8)}` : char
}

/** Keys as `bind` lists them. */
export const showSequence = (keys: string): string => [...keys].map(shownKey).join('')
