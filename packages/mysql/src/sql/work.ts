import type { Outcome, SessionState, Value } from '../protocol.ts'
import type { Token } from './lexer.ts'
import type { Renderer } from './render.ts'
import type { Locals } from './routines/locals.ts'

export const NOTHING: Outcome = { columns: [], rows: [], affected: 0, insertId: 0, info: '' }

/** One statement of a session on its way. */
export interface Work {
  readonly session: SessionState
  readonly sql: string
  readonly tokens: readonly Token[]
  readonly parameters: readonly Value[]
  readonly renderer: Renderer
  /** In a stored program. */
  readonly locals?: Locals | undefined
}
