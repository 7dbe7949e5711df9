import type { Context } from './options.ts'
import { prefixOf } from './names.ts'

const stackOf = (error: Error): string => (error.stack ? String(error.stack) : Error.prototype.toString.call(error))

/** Head and stack of an error, with the name of its class, and without what its cause tells as well. */
export function showError(
  error: Error,
  name: string | null,
  tag: string,
  context: Context,
  keys: PropertyKey[],
): string {
  const own = error.name === undefined || error.name === null ? 'Error' : String(error.name)
  const given = stackOf(error)
  if (!context.showHidden) withoutTold(error, given, keys)
  if ('cause' in error && !keys.includes('cause')) keys.push('cause')
  if (Array.isArray((error as { errors?: unknown }).errors) && !keys.includes('errors')) keys.push('errors')
  const stack = improved(given, name, own, tag)
  const told = error.message ? stack.indexOf(error.message) : -1
  const start = stack.indexOf('\n    at', told < 0 ? 0 : told + error.message.length)
  const text = start < 0 ? `[${stack}]` : stack.slice(0, start) + frames(context, error, stack.slice(start + 1))
  return context.indentation === 0 ? text : text.replaceAll('\n', `\n${' '.repeat(context.indentation)}`)
}

/** What the stack says already is no property to show. */
function withoutTold(error: Error, stack: string, keys: PropertyKey[]): void {
  for (const name of ['name', 'message', 'stack'] as const) {
    const at = keys.indexOf(name)
    if (at >= 0 && (typeof error[name] !== 'string' || stack.includes(error[name]))) keys.splice(at, 1)
  }
}

/** A stack whose head does not say the class. */
function improved(stack: string, name: string | null, own: string, tag: string): string {
  const headed = own.endsWith('Error') && stack.startsWith(own) && [undefined, ':', '\n'].includes(stack[own.length])
  if (name !== null && !headed) return stack
  const found =
    name === null ? (/^([A-Z][\w [\]()-]+)(?::|\n\s+at)/.exec(stack) ?? /^([\w-]*Error)$/.exec(stack))?.[1] : own
  const length = found?.length ?? 0
  const prefix = prefixOf(name, tag, found || 'Error').slice(0, -1)
  if (own === prefix) return stack
  if (!prefix.includes(own)) return `${prefix} [${own}]${stack.slice(length)}`
  return length === 0 ? `${prefix}: ${stack}` : prefix + stack.slice(length)
}

function frames(context: Context, error: Error, text: string): string {
  const lines = text.split('\n')
  const { cause } = error
  if (cause instanceof Error) {
    const theirs = stackOf(cause)
      .split('\n')
      .filter((line) => /^ +at /.test(line))
    const [at, length] = common(lines, theirs)
    if (length > 3) {
      const words = `    ... ${length - 2} lines matching cause stack trace ...`
      lines.splice(at + 1, length - 2, context.paint(words, 'undefined'))
    }
  }
  return lines
    .map((line) => `\n${context.colors && /\(node:|at node:/.test(line) ? context.paint(line, 'undefined') : line}`)
    .join('')
}

/** The first longest run of `a` that is in `b`. */
function common(a: readonly string[], b: readonly string[]): readonly [at: number, length: number] {
  for (let at = 0; at < a.length - 3; at++) {
    const place = b.indexOf(a[at] ?? '')
    if (place < 0) continue
    let length = 1
    while (at + length < a.length && a[at + length] === b[place + length]) length++
    if (length > 3) return [at, length]
  }
  return [0, 0]
}
