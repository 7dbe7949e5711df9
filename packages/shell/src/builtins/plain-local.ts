import { assignScalar } from '../interp/assign.ts'
import type { Shell } from '../interp/shell.ts'

const PLAIN = /^([A-Za-z_]\w*)(?:=([^]*))?$/

/**
 * `local a b=text` of names that are new in this call, which is what nearly all functions begin with.
 * @returns whether it was that, and is done
 */
export function declarePlainLocals(shell: Shell, args: readonly string[]): boolean {
  const { variables } = shell
  const frame = variables.functionFrame()
  if (!frame || args.length === 0 || shell.declarations.size > 0 || shell.options.has('allexport')) return false
  if (shell.shopt.get('localvar_inherit')) return false
  const found: (readonly [name: string, value: string | undefined])[] = []
  for (const arg of args) {
    const [, name, value] = PLAIN.exec(arg) ?? []
    if (name === undefined || frame.covered.has(name) || variables.raw(name)?.readonly) return false
    found.push([name, value])
  }
  for (const [name, value] of found) {
    variables.cover(frame, name)
    if (value !== undefined) assignScalar(shell, name, value, false)
  }
  return true
}
