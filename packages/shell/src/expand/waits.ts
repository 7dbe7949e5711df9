import type { Assignment, Part, SimpleCommand, Word } from '../syntax/ast.ts'

/**
 * Whether the expansion may have to wait: only command and process substitutions run something. All others are done at
 * once, without steps.
 */
export const waits = (word: Word): boolean => (word.waits ??= word.parts.some(partWaits))

export function partWaits(part: Part): boolean {
  switch (part.kind) {
    case 'command':
    case 'process':
      return true
    case 'double':
    case 'arithmetic':
      return part.parts.some(partWaits)
    case 'parameter':
      return [part.index, part.argument, part.second].some((word) => word !== undefined && waits(word))
    default:
      return false
  }
}

/** Arrays that are declared go by the side, which only the steps do. */
export function commandWaits({ words, assignments, declarations }: SimpleCommand): boolean {
  const declared = [...(declarations?.values() ?? [])]
  return words.some(waits) || [...assignments, ...declared].some(assignmentWaits) || declared.some(({ array }) => array)
}

export const assignmentWaits = ({ value, index, array }: Assignment): boolean =>
  (value !== undefined && waits(value)) ||
  (index !== undefined && waits(index)) ||
  (array?.some((element) => waits(element.value) || (element.index !== undefined && waits(element.index))) ?? false)
