import { makeWord, type Part, type Word } from '../syntax/ast.ts'

/** A word as a row of characters and whole parts: only literal characters can be braces, commas and dots. */
type Item = string | Exclude<Part, { kind: 'literal' }>

/** Whether the word could hold a brace expansion: a quick look. */
export const mayHaveBraces = (word: Word): boolean =>
  (word.braces ??= word.parts.some((part) => part.kind === 'literal' && part.text.includes('{')))

/** `a{b,c}d`, `{1..5..2}`: the words it stands for. bash(1), "Brace Expansion". */
export function expandBraces(word: Word): readonly Word[] {
  if (!mayHaveBraces(word)) return [word]
  const items = word.parts.flatMap((part): Item[] => (part.kind === 'literal' ? [...part.text] : [part]))
  const expanded = expandItems(items)
  return expanded.length === 1 && expanded[0]?.length === items.length ? [word] : expanded.map(toWord)
}

function toWord(items: readonly Item[]): Word {
  const parts: Part[] = []
  let text = ''
  for (const item of items) {
    if (typeof item === 'string') text += item
    else {
      if (text !== '') parts.push({ kind: 'literal', text })
      text = ''
      parts.push(item)
    }
  }
  if (text !== '') parts.push({ kind: 'literal', text })
  return makeWord(parts, '')
}

function expandItems(items: readonly Item[]): Item[][] {
  for (let open = 0; open < items.length; open++) {
    if (items[open] !== '{') continue
    const inner = alternatives(items, open)
    if (!inner) continue
    const before = items.slice(0, open)
    const after = expandItems(items.slice(inner.end + 1))
    return inner.words.flatMap((middle) => after.map((rest) => [...before, ...middle, ...rest]))
  }
  return [[...items]]
}

/** What the brace at `open` stands for, and where it closes; undefined when it is plain text. */
function alternatives(items: readonly Item[], open: number): { words: Item[][]; end: number } | undefined {
  let depth = 0
  let start = open + 1
  const pieces: (readonly Item[])[] = []
  for (let at = open; at < items.length; at++) {
    const item = items[at]
    if (item === '{') depth++
    else if (item === ',' && depth === 1) {
      pieces.push(items.slice(start, at))
      start = at + 1
    } else if (item === '}' && --depth === 0) {
      pieces.push(items.slice(start, at))
      if (pieces.length > 1) return { words: pieces.flatMap(expandItems), end: at }
      const words = sequence(items.slice(open + 1, at))
      return words && { words: words.map((word) => [...word]), end: at }
    }
  }
  return undefined
}

const NUMBERS = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/
const LETTERS = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/

function sequence(items: readonly Item[]): string[] | undefined {
  if (!items.every((item) => typeof item === 'string')) return undefined
  const text = items.join('')
  const numbers = NUMBERS.exec(text)
  if (numbers) {
    const [, from = '', to = '', step] = numbers
    const padded = /^-?0\d/.test(from) || /^-?0\d/.test(to)
    const width = padded ? Math.max(from.length, to.length) : 0
    return range(Number(from), Number(to), Number(step ?? 1)).map((value) => pad(value, width))
  }
  const letters = LETTERS.exec(text)
  if (!letters) return undefined
  const [, from = '', to = '', step] = letters
  return range(from.charCodeAt(0), to.charCodeAt(0), Number(step ?? 1)).map((code) => String.fromCharCode(code))
}

const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')

function range(from: number, to: number, step: number): number[] {
  const size = Math.abs(step) || 1
  const count = Math.floor(Math.abs(to - from) / size) + 1
  return Array.from({ length: Math.min(count, 1_000_000) }, (_, i) => (from <= to ? from + i * size : from - i * size))
}
