import { DockerfileError } from './dockerfile-error.ts'
import { expand } from './expand.ts'

/** `<<EOF` of an instruction and the lines up to its end. */
export interface Heredoc {
  readonly name: string
  /** Variables in it are replaced: the name was not quoted. */
  readonly expand: boolean
  /** `<<-`: tabs at the beginning of lines go away. */
  readonly chomp: boolean
  readonly content: string
}

const NOTHING = (): undefined => undefined
const quotes = (text: string): number => text.replace(/[^'"]/g, '').length

/** What `<<NAME` says; undefined for words that are none. */
export function heredocOf(word: string): Heredoc | undefined {
  const [, chomp, rest = ''] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? []
  if (rest === '') return undefined
  const { words } = expand(rest, NOTHING, { keepUnset: true })
  const [name] = words
  if (words.length !== 1 || name === undefined) return undefined
  const raw = expand(rest, NOTHING, { keepUnset: true, rawQuotes: true }).words[0] ?? ''
  return { name, expand: quotes(name) === quotes(raw), chomp: chomp === '-', content: '' }
}

/** The here-documents that a line announces, in order. */
export function heredocsOf(line: string): Heredoc[] {
  try {
    const { words } = expand(line, NOTHING, { rawQuotes: true, rawEscapes: true, keepUnset: true })
    return words.flatMap((word) => heredocOf(word) ?? [])
  } catch (error) {
    // A line with an odd number of quotes is the shell's business.
    if (error instanceof DockerfileError) return []
    throw error
  }
}

export const chomped = ({ chomp, content }: Heredoc): string => (chomp ? content.replace(/^\t+/gm, '') : content)
