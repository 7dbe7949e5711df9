import { Failure } from '../failure.ts'
import type { Document } from '../wire/message.ts'
import { valuesAt } from '../store/value-key.ts'

export interface TextSearch {
  /** The filter without `$text`. */
  readonly rest: Document
  readonly holds: (document: Document) => boolean
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
/** What a word's simple endings hide: a plural's s, ing, ed. */
const stem = (word: string): string => (word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '') : word)

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(textsOf)
}

/** `$text`: any of the words, all of the phrases in quotes, none of the words behind a minus. @throws Failure without a text index */
export function takeTextSearch(filter: Document, fields: readonly string[] | undefined): TextSearch {
  const { $text: asked, ...rest } = filter
  if (asked === undefined) return { rest, holds: () => true }
  if (!fields) throw new Failure('IndexNotFound', 'text index required for $text query')
  const search = String((asked as Document).$search ?? '')
  const phrases = [...search.matchAll(/"([^"]+)"/g)].map(([, phrase = '']) => phrase.toLowerCase())
  const terms = search.replaceAll(/"[^"]*"/g, ' ').split(/\s+/)
  const without = terms.filter((term) => term.startsWith('-')).flatMap((term) => words(term).map(stem))
  const wanted = terms.filter((term) => !term.startsWith('-')).flatMap((term) => words(term).map(stem))
  const holds = (document: Document): boolean => {
    const texts = fields.flatMap((field) =>
      field === '$**' ? textsOf(document) : valuesAt(document, field.split('.')).flatMap(textsOf),
    )
    const whole = texts.join('\n').toLowerCase()
    const known = new Set(words(whole).map(stem))
    if (without.some((word) => known.has(word)) || !phrases.every((phrase) => whole.includes(phrase))) return false
    return phrases.length > 0 || wanted.some((word) => known.has(word))
  }
  return { rest, holds }
}
