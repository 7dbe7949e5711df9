/** The last line of less's screen. less(1), "PROMPTS". */
import type { Pager } from './pager.ts'

export interface PromptFacts {
  readonly pager: Pager
  readonly style: 'short' | 'medium' | 'long'
  /** Bytes of the file; undefined for a pipe. */
  readonly size: number | undefined
  readonly index: number
  readonly names: readonly string[]
  /** Shown for the first time. */
  readonly first: boolean
}

const of = (f: PromptFacts): string => (f.names.length > 1 ? ` (file ${f.index + 1} of ${f.names.length})` : '')
const ending = (f: PromptFacts): string => {
  const next = f.names[f.index + 1]
  return f.pager.atEnd ? `(END)${next === undefined ? '' : ` - Next: ${next}`}` : ''
}
const percent = (f: PromptFacts): string => {
  const value = f.pager.percent(f.size)
  return value === undefined ? '' : `${value}%`
}
const lines = (f: PromptFacts, total: boolean): string => {
  const { pager } = f
  const all = total && pager.source.complete ? `/${pager.source.lines.length}` : ''
  return pager.source.lines.length === 0 ? '' : `lines ${pager.top.line + 1}-${pager.bottom}${all}`
}
const join = (...parts: string[]): string => parts.filter(Boolean).join(' ')

const STYLES: Readonly<Record<PromptFacts['style'], (f: PromptFacts) => string>> = {
  short: (f) => join(f.first ? `${f.pager.name}${of(f)}`.trim() : '', ending(f)),
  medium: (f) => join(f.first ? `${f.pager.name}${of(f)}`.trim() : '', ending(f) || percent(f)),
  long: (f) => join(`${f.pager.name}${of(f)}`.trim(), lines(f, true), ending(f) || percent(f)),
}

/** `:` when there is nothing to say. */
export const promptText = (facts: PromptFacts): string => STYLES[facts.style](facts)

/** What `=` and ^G tell. */
export const fileInfo = (f: PromptFacts): string => {
  const bytes = `byte ${f.pager.source.offset(f.pager.bottom)}${f.size === undefined ? '' : `/${f.size}`}`
  const end = f.pager.atEnd ? '(END)' : percent(f)
  return `${join(f.pager.name + of(f), lines(f, true), bytes, end)}  (press RETURN)`.trim()
}
