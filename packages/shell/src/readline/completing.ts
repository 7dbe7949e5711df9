/** The names of the commands that complete, whose code is loaded when one is first asked for. */
import { wait } from '../interp/flow.ts'
import type { Command } from './command.ts'

const KINDS = ['filename', 'username', 'hostname', 'variable', 'command']
const NAMES = [
  'complete',
  'possible-completions',
  'insert-completions',
  'menu-complete',
  'menu-complete-backward',
  'old-menu-complete',
  'dynamic-complete-history',
  'dabbrev-expand',
  'complete-into-braces',
  'glob-complete-word',
  'glob-expand-word',
  'glob-list-expansions',
  'vi-complete',
  ...KINDS.flatMap((kind) => [`complete-${kind}`, `possible-${kind}-completions`]),
]

const later = (name: string): Command =>
  function* (editor, use) {
    const { COMPLETION_COMMANDS } = yield* wait(import('./completion-commands.ts'))
    const outcome = COMPLETION_COMMANDS.get(name)?.(editor, use)
    return outcome && 'next' in outcome ? yield* outcome : outcome
  }

export const COMPLETING: ReadonlyMap<string, Command> = new Map(NAMES.map((name) => [name, later(name)]))
