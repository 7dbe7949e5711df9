export type HeaderInit = HeaderMap | Iterable<readonly [string, string]> | Readonly<Record<string, string>>

/** Header fields: names without regard to case, order and repetition kept. RFC 9110 section 5. */
export class HeaderMap {
  private fields: [string, string][] = []

  constructor(init: HeaderInit = []) {
    const pairs = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init)
    for (const [name, value] of pairs) this.append(name, value)
  }

  /** All values of the field joined by a comma; undefined when it is not there. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase()
    let joined: string | undefined
    for (const [each, value] of this.fields)
      if (isName(each, wanted)) joined = joined === undefined ? value : `${joined}, ${value}`
    return joined
  }

  getAll(name: string): string[] {
    const wanted = name.toLowerCase()
    return this.fields.filter(([each]) => isName(each, wanted)).map(([, value]) => value)
  }

  has(name: string): boolean {
    const wanted = name.toLowerCase()
    return this.fields.some(([each]) => isName(each, wanted))
  }

  /** Whether the comma-separated list of the field holds `token`, without regard to case. */
  hasToken(name: string, token: string): boolean {
    const list = this.get(name)?.toLowerCase().split(',') ?? []
    return list.some((each) => each.trim() === token.toLowerCase())
  }

  append(name: string, value: string): void {
    this.fields.push([name, value])
  }

  /** In the place of the first field of that name, which it keeps; at the end where there is none. */
  set(name: string, value: string): void {
    const wanted = name.toLowerCase()
    const at = this.fields.findIndex(([each]) => isName(each, wanted))
    if (at < 0) return this.append(name, value)
    const rest = this.fields.slice(at + 1).filter(([each]) => !isName(each, wanted))
    this.fields = [...this.fields.slice(0, at), [name, value], ...rest]
  }

  delete(name: string): void {
    const wanted = name.toLowerCase()
    this.fields = this.fields.filter(([each]) => !isName(each, wanted))
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.fields.map(([name, value]): [string, string] => [name, value])[Symbol.iterator]()
  }
}

/** @param wanted in lower case */
const isName = (name: string, wanted: string): boolean => name.length === wanted.length && name.toLowerCase() === wanted
