import { expandText } from '../expand/expand.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import type { Assignment, SimpleCommand } from '../syntax/ast.ts'
import { assign, assignNow } from './assign.ts'
import { begin, type Outcome, type Steps } from './flow.ts'
import { withRedirects } from './redirect.ts'
import type { Shell } from './shell.ts'
import { traceLine, traceWords } from './trace.ts'

/** Nothing but assignments that are done at once. */
export function assignAll(shell: Shell, nodes: readonly Assignment[]): Outcome {
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]
    try {
      if (node) assignNow(shell, node)
    } catch (error) {
      if (error instanceof PendingSubscript) return begin(assignments(shell, nodes.slice(at), []))
      throw error
    }
  }
  const status = shell.substituted ?? 0
  shell.pipeStatus = status === 0 ? SUCCESS : [status]
  if (shell.dialect.name === 'bash') shell.lastArgument = ''
  return (shell.status = status)
}

function assigned(shell: Shell, any: boolean): number {
  const status = shell.substituted ?? 0
  if (any) shell.pipeStatus = status === 0 ? SUCCESS : [status]
  if (shell.dialect.name === 'bash') shell.lastArgument = ''
  return (shell.status = status)
}
export const SUCCESS: readonly number[] = [0]

/** Only assignments and redirections. */
export function* assignments(
  shell: Shell,
  nodes: readonly Assignment[],
  redirects: SimpleCommand['redirects'],
): Steps<number> {
  if (shell.dialect.name !== 'bash' && redirects.length)
    return yield* withRedirects(shell, redirects, () => begin(assignments(shell, nodes, [])))
  if (shell.options.xtrace) yield* traceAssignments(shell, nodes)
  for (const node of nodes) yield* assign(shell, node)
  if (redirects.length) {
    const status = yield* withRedirects(shell, redirects, nothing)
    if (status !== 0) return status
  }
  return assigned(shell, nodes.length > 0)
}

const nothing = (): number => 0

function* traceAssignments(shell: Shell, assignments: readonly Assignment[]): Steps<void> {
  for (const { name, append, value, array, index } of assignments) {
    const text = array
      ? `(${array.map((each) => each.value.source).join(' ')})`
      : value
        ? traceWords(shell, [yield* expandText(shell, value)])
        : ''
    yield* traceLine(
      shell,
      `${name}${index ? `[${index.source}]` : ''}${append ? '+=' : '='}${text === "''" ? '' : text}`,
    )
  }
}
