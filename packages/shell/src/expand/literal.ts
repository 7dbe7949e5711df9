import type { Shell } from '../interp/shell.ts'
import type { Literal, Part } from '../syntax/ast.ts'
import type { FieldBuilder } from './field-builder.ts'
import { tilde } from './tilde.ts'

/** Whether tildes are live: at the start of a word, also after each colon (assignments), or not at all. */
export type Tildes = 'word' | 'assignment' | 'none'

/** The parser splits `name=~` after the sign where the tilde counts. */
const behindName = (before: Part, tildes: Tildes): boolean =>
  tildes === 'word' && before.kind === 'literal' && /^[A-Za-z_]\w*\+?=$/.test(before.text)

/** Text that stands in a word as it is, tildes expanded. bash(1), "Tilde Expansion". */
export function addLiteral(
  shell: Shell,
  part: Literal,
  before: Part | undefined,
  after: Part | undefined,
  builder: FieldBuilder,
  tildes: Tildes,
  nested: boolean,
): void {
  if (nested && tildes === 'assignment' && part.text.includes(':~')) {
    const pieces = part.text.split(/(?<=:)(?=~)/).map((text): Literal => ({ kind: 'literal', text }))
    for (const [at, piece] of pieces.entries())
      addLiteral(shell, piece, pieces[at - 1] ?? before, pieces[at + 1] ?? after, builder, tildes, nested)
    return
  }
  let { text } = part
  if (tildes !== 'none' && text.charCodeAt(0) === 126) {
    const colon =
      (tildes === 'assignment' || (before !== undefined && behindName(before, tildes))) &&
      before?.kind === 'literal' &&
      before.text.endsWith(':')
    const expanded =
      before === undefined || colon || behindName(before, tildes)
        ? tilde(shell, text, after === undefined || after.kind === 'literal', tildes === 'assignment')
        : undefined
    if (expanded) {
      builder.quoted(expanded.home)
      text = expanded.rest
      if (text === '') return
    }
  }
  if (nested) builder.expanded(text)
  else builder.literal(text)
}
