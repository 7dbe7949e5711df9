import type { Steps } from '../interp/flow.ts'
import type { LineEditor } from './editor.ts'

export type LineResult =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'interrupt' }

/** How a command was asked for. */
export interface Use {
  /** The numeric argument; 1 when none was given. */
  readonly count: number
  /** Whether one was given. */
  readonly counted: boolean
  /** The keys that it is bound to. */
  readonly keys: string
}

/** An editing command. @returns what ends the line, when it does */
export type Command = (editor: LineEditor, use: Use) => Steps<LineResult | undefined> | LineResult | undefined

/** The rows of a table of commands that only change the line. */
export const lineCommands = (
  rows: readonly (readonly [name: string, change: (editor: LineEditor, use: Use) => unknown])[],
): [string, Command][] =>
  rows.map(([name, change]) => [
    name,
    (editor, use) => {
      change(editor, use)
      return undefined
    },
  ])
