/** A URL that a pattern stands for, with what each of its sets was: `#1` of -o. */
export interface GlobbedUrl {
  readonly url: string
  readonly parts: readonly string[]
}

/** `{a,b}` and `[1-10:2]`, `[a-z]` in a URL. curl(1), URL @returns undefined when the pattern is wrong */
export function expandUrl(pattern: string): readonly GlobbedUrl[] | undefined {
  let found: readonly GlobbedUrl[] = [{ url: '', parts: [] }]
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at)
    const [set, values] = readSet(rest)
    if (values) {
      found = found.flatMap(({ url, parts }) => values.map((value) => ({ url: url + value, parts: [...parts, value] })))
      at += set.length
      continue
    }
    // An address of IPv6 is no range.
    const literal =
      /^\[[0-9a-fA-F:.%]*\]/.exec(rest)?.[0] ?? (rest.startsWith('\\') ? rest.slice(0, 2) : rest.charAt(0))
    if (/^[{[]$/.test(literal)) return undefined
    const text = literal.length === 2 && literal.startsWith('\\') ? literal.slice(1) : literal
    found = found.map(({ url, parts }) => ({ url: url + text, parts }))
    at += literal.length
  }
  return found
}

function readSet(text: string): readonly [string, readonly string[] | undefined] {
  const list = /^\{([^{}]*)\}/.exec(text)
  if (list) return [list[0], (list[1] ?? '').split(',')]
  const [whole = '', from = '', to = '', step = '1'] =
    /^\[(\d+)-(\d+)(?::(\d+))?\]/.exec(text) ?? /^\[([a-zA-Z])-([a-zA-Z])(?::(\d+))?\]/.exec(text) ?? []
  return [whole, whole === '' ? undefined : range(from, to, Number(step))]
}

function range(from: string, to: string, step: number): string[] {
  const digits = /\d/.test(from)
  const code = (end: string): number => (digits ? Number(end) : end.charCodeAt(0))
  const values: string[] = []
  for (let value = code(from); value <= code(to) && step > 0; value += step)
    values.push(
      digits ? String(value).padStart(from.startsWith('0') ? from.length : 0, '0') : String.fromCharCode(value),
    )
  return values
}

/** `#1` in the name of a file is what the first set was. */
export const fillName = (name: string, parts: readonly string[]): string =>
  name.replace(/#(\d+)/g, (mark, number: string) => parts[Number(number) - 1] ?? mark)
