import type { Part, Word } from '../syntax/ast.ts'

/** Whether a subscript can be worked out twice: it has no effect and asks nobody. */
export const isSteady = (index: Word): boolean => (index.steady ??= index.parts.every(isSteadyPart))

/** Names and numbers with an operator between each two: no assignment hides in them. */
const STEADY = /^[\w ]*(?:[-+*/%][\w ]+)*$/

const isSteadyPart = (part: Part): boolean =>
  part.kind === 'parameter'
    ? !part.operator && !part.index && !part.indirect && !part.names && part.bad === undefined
    : part.kind === 'literal' && STEADY.test(part.text)

/** Whether a steady subscript is an expression as it stands, with nothing to be expanded in it. */
export function isExpression(index: Word): boolean {
  const [part] = index.parts
  return index.parts.length === 1 && part?.kind === 'literal' && part.text !== '' && isSteady(index)
}
