import type { Shell } from '../interp/shell.ts'
import { valueOfVariable } from '../interp/variables.ts'
import type { Parameter } from '../syntax/ast.ts'
import { specialParameter } from './special.ts'

/** The value of a simple parameter; undefined when it is another one, or unset. */
export function quickParameter(shell: Shell, part: Parameter): string | undefined {
  if (!part.simple) return undefined
  if (part.position > 0) return shell.positional[part.position - 1]
  const variable = shell.variables.raw(part.name)
  if (variable) return variable.nameref ? undefined : valueOfVariable(variable)
  const special = specialParameter(shell, part.name)
  return typeof special === 'string' ? special : undefined
}

/** Not empty, and nothing in it is a blank or a pattern. */
export function isBare(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // From the minus sign to the colon: `-`, `.`, `/` and digits.
    const plain = (code >= 45 && code <= 58) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
    if (!plain) return false
  }
  return text.length > 0
}
