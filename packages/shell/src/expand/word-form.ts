import type { Parameter, Part, Word, WordForm } from '../syntax/ast.ts'
import { mayHaveBraces } from './brace.ts'
import { isSingle } from './single-field.ts'

/** How the fields of a word come about: to be told from its text, once. */
export function formOf(word: Word): WordForm {
  if (word.plain !== undefined) return 'plain'
  if (mayHaveBraces(word)) return 'braces'
  if (isSingle(word)) return 'single'
  if (listIn(word)) return 'list'
  const [part] = word.parts
  return word.parts.length === 1 && (part?.kind === 'parameter' || part?.kind === 'arithmetic') ? 'bare' : 'split'
}

/** The parameter of `"$@"` or `"${name[@]}"`; undefined for other words. */
export function listIn({ parts }: Word): Parameter | undefined {
  const [word] = parts
  const part = parts.length === 1 && word?.kind === 'double' && word.parts.length === 1 ? word.parts[0] : undefined
  if (part?.kind !== 'parameter' || part.operator || part.length || part.indirect || part.names) return undefined
  if (part.bad !== undefined) return undefined
  return (part.name === '@' && !part.index) || part.index?.source === '@' ? part : undefined
}

/** The parts of a single field, where quotes make no difference any more. */
export const flatParts = (parts: readonly Part[]): readonly Part[] =>
  parts.flatMap((part) => (part.kind === 'double' ? flatParts(part.parts) : [part]))
