import { UsageError } from '@drydock/libc'
import { compileRegex, RegexError } from '../regex/posix.ts'

interface Replacement {
  readonly pattern: RegExp
  readonly text: string
  readonly from: number
  readonly global: boolean
}

const WRONG = 'Invalid transform expression'

/** The expressions of --transform, one after the other: `s/RE/TEXT/FLAGS;…`. */
function parse(expression: string): Replacement[] {
  const found: Replacement[] = []
  let rest = expression
  while (rest !== '') {
    const delimiter = rest.charAt(1)
    const parts = rest.startsWith('s') && delimiter !== '' ? split(rest.slice(2), delimiter) : undefined
    if (!parts) throw new UsageError(WRONG)
    const flags = /^[a-zA-Z\d]*/.exec(parts.rest)?.[0] ?? ''
    const tail = parts.rest.slice(flags.length)
    if (tail !== '' && !tail.startsWith(';')) throw new UsageError(WRONG)
    found.push({
      pattern: compiled(parts.pattern, flags),
      text: parts.text,
      from: Number(/\d+/.exec(flags)?.[0] ?? 1),
      global: flags.includes('g'),
    })
    rest = tail.slice(1)
  }
  return found
}

function compiled(pattern: string, flags: string): RegExp {
  try {
    return compileRegex(pattern, flags.includes('x') ? 'extended' : 'basic', {
      global: true,
      ignoreCase: flags.includes('i'),
    })
  } catch (error) {
    if (!(error instanceof RegexError)) throw error
    throw new UsageError(`${WRONG}: ${error.message}`)
  }
}

/** Pattern and text between three delimiters, the first of which is gone. */
function split(text: string, delimiter: string): { pattern: string; text: string; rest: string } | undefined {
  const parts = ['', '']
  let part = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && at + 1 < text.length) {
      const next = text.charAt(++at)
      parts[part] += next === delimiter ? next : char + next
    } else if (char !== delimiter) parts[part] += char
    else if (part++ === 1) return { pattern: parts[0] ?? '', text: parts[1] ?? '', rest: text.slice(at + 1) }
  }
  return undefined
}

function replace(name: string, { pattern, text, from, global }: Replacement): string {
  let seen = 0
  return name.replace(pattern, (match: string, ...groups: unknown[]) => {
    seen++
    if (seen < from || (seen > from && !global)) return match
    return text.replace(/\\(\d)|\\([^])|&/g, (all: string, group?: string, char?: string) => {
      if (group !== undefined) return group === '0' ? match : String(groups[Number(group) - 1] ?? '')
      return char ?? (all === '&' ? match : all)
    })
  })
}

/** What becomes of the names of members. @throws UsageError for an expression that is none */
export function transformer(expressions: readonly string[]): (name: string) => string {
  const all = expressions.flatMap(parse)
  return (name) => all.reduce(replace, name)
}
