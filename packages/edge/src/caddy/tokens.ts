/** A word of a Caddyfile. https://caddyserver.com/docs/caddyfile/concepts */
export interface Token {
  readonly text: string
  readonly line: number
  /** In quotes, or a heredoc: never a brace or a comment. */
  readonly quoted: boolean
}

/** What is wrong with a Caddyfile, with its place in front. */
export class CaddyfileError extends Error {}

const QUOTES = ['"', '`']

/** @throws CaddyfileError */
export function tokensOf(text: string, file: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const sign = text[at] ?? ''
    if (sign === '\n') line++
    if (/\s/.test(sign)) at++
    else if (sign === '#') while (at < text.length && text[at] !== '\n') at++
    else if (QUOTES.includes(sign)) {
      const { value, next } = quoted(text, at, sign)
      tokens.push({ text: value, line, quoted: true })
      line += text.slice(at, next).split('\n').length - 1
      at = next
    } else {
      const heredoc = /^<<([A-Za-z0-9_-]+)\n/.exec(text.slice(at))
      const token = heredoc ? heredocAt(text, at, heredoc[1] ?? '', `${file}:${line}`) : wordAt(text, at)
      tokens.push({ text: token.value, line, quoted: heredoc !== null })
      line += text.slice(at, token.next).split('\n').length - 1
      at = token.next
    }
  }
  return tokens
}

interface Piece {
  readonly value: string
  readonly next: number
}

/** Only the quote itself can be escaped, and only in double quotes. */
function quoted(text: string, from: number, quote: string): Piece {
  let value = ''
  let at = from + 1
  for (; at < text.length && text[at] !== quote; at++) {
    if (quote === '"' && text[at] === '\\' && text[at + 1] === '"') at++
    value += text[at]
  }
  return { value, next: at + 1 }
}

function wordAt(text: string, from: number): Piece {
  let value = ''
  let at = from
  for (; at < text.length && !/\s/.test(text[at] ?? ''); at++) {
    if (text[at] === '\\' && text[at + 1] === '\n') break
    value += text[at]
  }
  return { value, next: text[at] === '\\' ? at + 2 : at }
}

/** Lines up to the marker, without the indentation that it has. */
function heredocAt(text: string, from: number, marker: string, place: string): Piece {
  const start = text.indexOf('\n', from) + 1
  const end = new RegExp(`^([ \\t]*)${marker}(?=\\s|$)`, 'm').exec(text.slice(start))
  if (!end) throw new CaddyfileError(`${place}: incomplete heredoc <<${marker}, expected ending marker ${marker}`)
  const [whole, indent = ''] = end
  const lines = text
    .slice(start, start + end.index)
    .replace(/\n$/, '')
    .split('\n')
  const value = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n')
  return { value, next: start + end.index + whole.length }
}
