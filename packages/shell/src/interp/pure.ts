import type { Command, List, Part, Word } from '../syntax/ast.ts'
import type { Shell } from './shell.ts'

const DEEPEST = 8

/**
 * Whether commands leave no trace outside of the shell's own state but what they print: then `$( )` needs no process,
 * only a copy of the state. Whatever cannot be told from the text counts as impure.
 */
export function isPure(shell: Shell, list: List, depth = 0): boolean {
  return depth < DEEPEST && list.items.every(({ command, background }) => !background && pure(shell, command, depth))
}

function pure(shell: Shell, command: Command, depth: number): boolean {
  if ('redirects' in command && command.redirects.length > 0) return false
  switch (command.type) {
    case 'simple':
      return pureSimple(shell, command, depth)
    case 'list':
    case 'group':
      return isPure(shell, command.type === 'list' ? command : command.body, depth + 1)
    case 'and':
    case 'or':
      return pure(shell, command.left, depth) && pure(shell, command.right, depth)
    case 'if': {
      const clauses = command.clauses.every(
        ({ test, body }) => isPure(shell, test, depth + 1) && isPure(shell, body, depth + 1),
      )
      return clauses && (!command.otherwise || isPure(shell, command.otherwise, depth + 1))
    }
    case 'while':
      return isPure(shell, command.test, depth + 1) && isPure(shell, command.body, depth + 1)
    case 'for':
      return (command.words ?? []).every(pureWord) && isPure(shell, command.body, depth + 1)
    case 'case':
      return pureWord(command.word) && command.items.every(({ body }) => isPure(shell, body, depth + 1))
    case 'arithmetic':
      return true
    default:
      return false
  }
}

function pureSimple(shell: Shell, command: Command & { type: 'simple' }, depth: number): boolean {
  if (!command.words.every(pureWord) || shell.options.xtrace) return false
  if (!command.assignments.every(({ value, array }) => !array && (!value || pureWord(value)))) return false
  const name = command.words[0]?.plain
  if (command.words.length === 0) return true
  if (name === undefined) return false
  const definition = shell.functions.get(name)?.definition
  if (definition) return pure(shell, definition.body, depth + 1)
  return shell.machinery.builtins.get(name)?.pure === true && !shell.disabled.has(name)
}

const pureWord = (word: Word): boolean => word.plain !== undefined || word.parts.every(purePart)

function purePart(part: Part): boolean {
  if (part.kind === 'process') return false
  if (part.kind === 'double' || part.kind === 'arithmetic') return part.parts.every(purePart)
  if (part.kind === 'parameter')
    return (
      part.name !== 'BASHPID' &&
      !part.index &&
      (!part.argument || pureWord(part.argument)) &&
      (!part.second || pureWord(part.second))
    )
  return true
}
