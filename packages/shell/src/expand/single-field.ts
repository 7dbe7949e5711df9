import type { Parameter, Part, Word } from '../syntax/ast.ts'

/** Whether the word is always one field: nothing in it is split, globbed, or a list. */
export const isSingle = (word: Word): boolean => (word.single ??= word.parts.length > 0 && word.parts.every(isWhole))

function isWhole(part: Part): boolean {
  if (part.kind === 'literal') return !/[*?[\\(~]/.test(part.text)
  return part.kind === 'quoted' || (part.kind === 'double' && part.parts.every(isOneText))
}

/** Within double quotes. */
function isOneText(part: Part): boolean {
  if (part.kind === 'parameter') return isScalar(part)
  return part.kind !== 'double' || part.parts.every(isOneText)
}

/** Whether the parameter is one text whatever its value is, as far as its own form tells. */
export const isScalar = ({ name, index, indirect, names, argument }: Parameter): boolean =>
  name !== '@' &&
  name !== '*' &&
  index?.source !== '@' &&
  index?.source !== '*' &&
  !indirect &&
  !names &&
  (argument?.parts.every(isOneText) ?? true)

/** Whether nothing in the value of an assignment depends on what stands beside it: it is not split, and tildes are all that does. */
export const joinsParts = (word: Word): boolean =>
  (word.joins ??= word.parts.every((part) => part.kind !== 'literal' || !part.text.includes('~')))
