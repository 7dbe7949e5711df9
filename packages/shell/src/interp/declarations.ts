import {
  addFields,
  assignedText,
  expandAssignment,
  expandText,
  expandWord,
  expandWords,
  textOf,
} from '../expand/expand.ts'
import type { Assignment, SimpleCommand, Word } from '../syntax/ast.ts'
import type { Steps } from './flow.ts'
import type { Shell } from './shell.ts'

const DECLARING: ReadonlySet<string> = new Set(['export', 'readonly', 'local'])

/** dash and ash look at what the command's name turned out to be: behind `command` and by expansion, too. */
export const looksAtName = ({ words: [first] }: SimpleCommand): boolean =>
  first !== undefined && (first.plain === undefined || first.plain === 'command')

export function* expandPortable(shell: Shell, words: readonly Word[]): Steps<string[]> {
  const fields: string[] = []
  for (const word of words) {
    const name = fields.find((field) => field !== 'command')
    const declaring = name !== undefined && DECLARING.has(name) && /^[A-Za-z_]\w*=/.test(word.source)
    if (declaring) fields.push(yield* expandAssignment(shell, word))
    else yield* expandWord(shell, word, fields)
  }
  return fields
}

/** The same as `expandDeclarations` without arrays and command substitutions. */
export function declaredFields(
  shell: Shell,
  words: readonly Word[],
  declarations: ReadonlyMap<number, Assignment>,
): string[] {
  const fields: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    const declared = declarations.get(at)
    if (!declared) {
      if (word) addFields(shell, word, fields)
      continue
    }
    const index = declared.index ? `[${textOf(shell, declared.index)}]` : ''
    const value = declared.value ? assignedText(shell, declared.value) : ''
    fields.push(`${declared.name}${index}${declared.append ? '+=' : '='}${value}`)
  }
  shell.declarations = NONE
  return fields
}
const NONE: ReadonlyMap<number, Assignment> = new Map()

/** Arguments of declare and its kind: assignments stay whole, arrays go by the side. */
export function* expandDeclarations(shell: Shell, { words, declarations }: SimpleCommand): Steps<string[]> {
  const fields: string[] = []
  const arrays = new Map<number, Assignment>()
  for (const [at, word] of words.entries()) {
    const declared = declarations?.get(at)
    if (!declared) fields.push(...(yield* expandWords(shell, [word])))
    else if (declared.array) {
      arrays.set(fields.length, declared)
      fields.push(declared.name)
    } else {
      const index = declared.index ? `[${yield* expandText(shell, declared.index)}]` : ''
      const value = declared.value ? yield* expandAssignmentValue(shell, declared) : ''
      fields.push(`${declared.name}${index}${declared.append ? '+=' : '='}${value}`)
    }
  }
  shell.declarations = arrays
  return fields
}

function* expandAssignmentValue(shell: Shell, { value }: Assignment): Steps<string> {
  return value ? yield* expandAssignment(shell, value) : ''
}
