/** Differences word by word. git-diff(1), --word-diff. */
import { type Hunk, lineDiff } from './line-diff.ts'

export interface WordStyle {
  readonly name: 'color' | 'plain' | 'porcelain'
  readonly old: readonly [string, string]
  readonly new: readonly [string, string]
}
export const PLAIN_WORDS: WordStyle = { name: 'plain', old: ['[-', '-]'], new: ['{+', '+}'] }
export const COLOUR_WORDS: WordStyle = { name: 'color', old: ['\x1b[31m', '\x1b[m'], new: ['\x1b[32m', '\x1b[m'] }
export const PORCELAIN_WORDS: WordStyle = { name: 'porcelain', old: ['-', '\n'], new: ['+', '\n'] }

interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

function wordsOf(text: string, pattern: string | undefined): Word[] {
  return [...text.matchAll(new RegExp(pattern ?? '\\S+', 'g'))].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

/** Marks what is in each line, never its end. */
function marked(text: string, [open, close]: readonly [string, string], porcelain: boolean): string {
  if (text === '') return ''
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `${open}${line}${close}`))
    .join(porcelain ? '~\n' : '\n')
}

const kept = (text: string, { name }: WordStyle): string => {
  if (name !== 'porcelain') return text
  const lines = text.split('\n')
  return lines.map((line, at) => (line === '' ? '' : ` ${line}\n`) + (at < lines.length - 1 ? '~\n' : '')).join('')
}

function changedWords(old: string, fresh: string, style: WordStyle, pattern: string | undefined): string {
  const [a, b] = [wordsOf(old, pattern), wordsOf(fresh, pattern)]
  const porcelain = style.name === 'porcelain'
  let out = ''
  let at = 0
  for (const { aFrom, aTo, bFrom, bTo } of lineDiff(
    a.map(({ text }) => text),
    b.map(({ text }) => text),
  )) {
    const [oldText, newText] = [
      aTo > aFrom ? old.slice(a[aFrom]?.from ?? 0, a[aTo - 1]?.to ?? 0) : '',
      bTo > bFrom ? fresh.slice(b[bFrom]?.from ?? 0, b[bTo - 1]?.to ?? 0) : '',
    ]
    const start = bTo > bFrom ? (b[bFrom]?.from ?? 0) : bFrom > 0 ? (b[bFrom - 1]?.to ?? 0) : 0
    out +=
      kept(fresh.slice(at, start), style) +
      marked(oldText, style.old, porcelain) +
      marked(newText, style.new, porcelain)
    at = bTo > bFrom ? (b[bTo - 1]?.to ?? at) : Math.max(at, start)
  }
  return out + kept(fresh.slice(at), style)
}

export function wordHunk(
  a: readonly string[],
  b: readonly string[],
  group: readonly Hunk[],
  [aFrom, aTo]: readonly [number, number],
  [bFrom]: readonly [number, number],
  style: WordStyle,
  pattern: string | undefined,
): string {
  let out = ''
  let [line, there] = [aFrom, bFrom]
  const same = (to: number): void => {
    for (; line < to; line++, there++)
      out += style.name === 'porcelain' ? kept(b[there] ?? '', style) : (b[there] ?? '')
  }
  for (const hunk of group) {
    same(hunk.aFrom)
    out += changedWords(a.slice(hunk.aFrom, hunk.aTo).join(''), b.slice(hunk.bFrom, hunk.bTo).join(''), style, pattern)
    if (!out.endsWith('\n')) out += '\n'
    ;[line, there] = [hunk.aTo, hunk.bTo]
  }
  same(aTo)
  return out
}
