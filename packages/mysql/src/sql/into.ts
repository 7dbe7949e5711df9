import type { Token } from './lexer.ts'
import { topLevel } from './joined-changes.ts'
import { SqlError } from './problem.ts'
import { partsOf } from './render.ts'

export interface Into {
  /** The query without INTO. */
  readonly tokens: readonly Token[]
  /** Variables, those of the user as `@name`. */
  readonly targets: readonly string[]
}

const AFTER = /^(FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|FOR|LOCK|UNION)$/

/** SELECT … INTO variables, which may stand before FROM or at the end. Reference Manual, "SELECT … INTO Statement". */
export function splitInto(tokens: readonly Token[]): Into | undefined {
  const at = topLevel(tokens, 'INTO')
  if (at < 0) return undefined
  if (/^(OUTFILE|DUMPFILE)$/.test(tokens[at + 1]?.upper ?? ''))
    throw new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'SELECT INTO OUTFILE'")
  let end = at + 1
  while (end < tokens.length && !(tokens[end]?.kind === 'word' && AFTER.test(tokens[end]?.upper ?? ''))) end++
  const names = partsOf(tokens.slice(at + 1, end)).map(
    ([first]) => `${first?.kind === 'variable' ? '@' : ''}${(first?.text ?? '').toLowerCase()}`,
  )
  return { tokens: [...tokens.slice(0, at), ...tokens.slice(end)], targets: names }
}
