import { invalid } from './problem.ts'

/** The `filters` parameter of lists: names with their wanted values. */
export class Filters {
  private readonly wanted: ReadonlyMap<string, readonly string[]>

  constructor(wanted: ReadonlyMap<string, readonly string[]>) {
    this.wanted = wanted
  }

  /**
   * Reads `{"label":["a=b"]}` or the older `{"label":{"a=b":true}}`.
   * @param known the names the list understands; undefined: it asks for no others
   * @throws Problem invalid
   */
  static parse(text: string | null, known?: readonly string[]): Filters {
    const filters = new Filters(readWanted(text))
    for (const name of filters.wanted.keys())
      if (known && !known.includes(name)) throw invalid(`invalid filter '${name}'`)
    return filters
  }

  has(name: string): boolean {
    return (this.wanted.get(name)?.length ?? 0) > 0
  }

  get(name: string): readonly string[] {
    return this.wanted.get(name) ?? []
  }

  /** No wish, or one of the wanted values passes. */
  any(name: string, passes: (value: string) => boolean): boolean {
    const values = this.get(name)
    return values.length === 0 || values.some(passes)
  }

  /** Every wanted label is there. `label!` excludes. */
  labels(labels: Readonly<Record<string, string>> | null | undefined): boolean {
    return (
      this.get('label').every((wish) => hasLabel(labels ?? {}, wish)) &&
      !this.get('label!').some((wish) => hasLabel(labels ?? {}, wish))
    )
  }

  /** @throws Problem invalid for anything but a boolean */
  flag(name: string): boolean | undefined {
    const [value] = this.get(name)
    if (value === undefined) return undefined
    if (['1', 'true', 't', 'True', 'TRUE'].includes(value)) return true
    if (['0', 'false', 'f', 'False', 'FALSE'].includes(value)) return false
    throw invalid(`invalid filter '${name}=[${value}]'`)
  }
}

function readWanted(text: string | null): Map<string, string[]> {
  if (text === null || text === '') return new Map()
  const parsed = parse(text)
  const lists = Object.entries(parsed).map(([name, values]): [string, string[]] => [
    name,
    Array.isArray(values) ? values.map(String) : Object.keys(Object(values)),
  ])
  return new Map(lists)
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    throw invalid(`invalid filter`)
  }
}

function hasLabel(labels: Readonly<Record<string, string>>, wish: string): boolean {
  const at = wish.indexOf('=')
  const name = at < 0 ? wish : wish.slice(0, at)
  return Object.hasOwn(labels, name) && (at < 0 || labels[name] === wish.slice(at + 1))
}

/** moby's name filters: a regular expression, or the plain text when it is none. */
export function matchesName(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name)
  } catch {
    return name === pattern
  }
}
