import { assignScalar } from '../interp/assign.ts'
import type { Shell } from '../interp/shell.ts'

const NAME = /^[A-Za-z_]\w*$/

/** What stands before the first equals sign. */
function nameIn(arg: string): string {
  const end = arg.indexOf('=')
  return end < 0 ? arg : arg.slice(0, end)
}

/**
 * `local a b=text` of names that are new in this call, which is what nearly all functions begin with.
 * @returns whether it was that, and is done
 */
export function declarePlainLocals(shell: Shell, args: readonly string[]): boolean {
  const { variables } = shell
  const frame = variables.functionFrame()
  if (!frame || args.length === 0 || shell.declarations.size > 0 || shell.options.allexport) return false
  if (shell.shopt.get('localvar_inherit')) return false
  for (let at = 0; at < args.length; at++) {
    const name = nameIn(args[at] ?? '')
    if (!NAME.test(name) || frame.covers(name) || variables.raw(name)?.readonly) return false
  }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const name = nameIn(arg)
    variables.cover(frame, name)
    if (name.length < arg.length) assignScalar(shell, name, arg.slice(name.length + 1), false)
  }
  return true
}
