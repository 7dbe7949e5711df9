import { DockerfileError } from './dockerfile-error.ts'

/** Keyword, `--flags` and what follows them. */
export function splitInstruction(line: string, escape: string): { keyword: string; flags: string[]; rest: string } {
  const [, keyword = '', after = ''] = /^(\S+)[\t\v\f\r ]*([\s\S]*)$/.exec(line.trim()) ?? []
  const { flags, rest } = takeFlags(after, escape)
  return { keyword, flags, rest: rest.trim() }
}

/** Flags stand first; `--` alone ends them. Quotes are taken off, escapes followed. */
function takeFlags(text: string, escape: string): { flags: string[]; rest: string } {
  const flags: string[] = []
  let rest = text
  for (;;) {
    rest = rest.trimStart()
    if (!rest.startsWith('--')) return { flags, rest }
    const { word, length } = flagWord(rest, escape)
    rest = rest.slice(length)
    if (word === '--') return { flags, rest }
    flags.push(word)
  }
}

function flagWord(text: string, escape: string): { word: string; length: number } {
  let word = ''
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote === '' && /\s/.test(char)) return { word, length: i }
    if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === escape) word += text[++i] ?? ''
    else word += char
  }
  return { word, length: text.length }
}

/** Words at blanks; quotes and escapes keep blanks together and stay in the words. */
export function quotedWords(text: string, escape: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    word ??= ''
    if (char === escape && quote !== "'") {
      if (i + 1 < text.length) word += char + (text[++i] ?? '')
      continue
    }
    if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    word += char
  }
  return word === undefined ? words : [...words, word]
}

export const plainWords = (text: string): string[] => (text === '' ? [] : text.split(/[\t\v\f\r ]+/))

/** The JSON array of strings that the text is; undefined when it is none. @throws DockerfileError for other values in it */
export function jsonWords(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  if (!value.every((each) => typeof each === 'string'))
    throw new DockerfileError('when using JSON array syntax, arrays must be comprised of strings only')
  return value as string[]
}

export interface Pair {
  readonly key: string
  readonly value: string
  /** `KEY value`, the older way. */
  readonly legacy: boolean
}

/** `A=1 B="two words"`, or `A rest of the line`. @throws DockerfileError */
export function pairsOf(text: string, keyword: string, escape: string): Pair[] {
  const words = quotedWords(text, escape)
  if (words.length === 0) return []
  if (!words[0]?.includes('=')) {
    const [, key = '', value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+([\s\S]*)$/.exec(text) ?? []
    if (value === undefined) throw new DockerfileError(`${keyword} must have two arguments`)
    return [{ key, value, legacy: true }]
  }
  return words.map((word) => {
    const at = word.indexOf('=')
    if (at < 0)
      throw new DockerfileError(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      )
    return { key: word.slice(0, at), value: word.slice(at + 1), legacy: false }
  })
}
