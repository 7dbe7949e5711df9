import { askWeb } from './ask-web.ts'
import { nodeError } from './errors.ts'
import { customInspect, inspect, type InspectOptions } from './inspect.ts'

const encode = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const decode = (text: string): string => {
  const plain = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(plain)
  } catch {
    // What is no UTF-8 is replaced, byte by byte.
    return plain.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return '\ufffd'
      }
    })
  }
}
const parsePairs = (text: string): [string, string][] =>
  text
    .replace(/^\?/, '')
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]
    })

type Given = string | Record<string, string> | Iterable<readonly [string, string]> | undefined | null

/** application/x-www-form-urlencoded, in the order given. https://url.spec.whatwg.org/#interface-urlsearchparams */
export class Params {
  #pairs: [string, string][]
  #onChange: () => void = () => undefined
  constructor(from: Given = '') {
    if (typeof from !== 'object' || from === null) this.#pairs = parsePairs(String(from ?? ''))
    else if (typeof (from as Iterable<unknown>)[Symbol.iterator] === 'function')
      this.#pairs = Array.from(from as Iterable<readonly [string, string]>, (pair) => {
        const two = [...pair]
        if (two.length !== 2)
          throw nodeError(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple')
        return [String(two[0]), String(two[1])]
      })
    else this.#pairs = Object.entries(from as Record<string, string>).map(([name, value]) => [name, String(value)])
  }
  /** Of an address: a change is told to it, and it tells changes. */
  static of(search: string, onChange: () => void): Params {
    const params = new Params(search)
    params.#onChange = onChange
    return params
  }
  static reset(params: Params, search: string): void {
    params.#pairs = parsePairs(search)
  }
  get(name: string): string | null {
    return this.#pairs.find(([key]) => key === String(name))?.[1] ?? null
  }
  getAll(name: string): string[] {
    return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value)
  }
  has(name: string, value?: string): boolean {
    return this.#pairs.some(([key, each]) => key === String(name) && (value === undefined || each === String(value)))
  }
  set(name: string, value: string): void {
    const at = this.#pairs.findIndex(([key]) => key === String(name))
    if (at < 0) this.#pairs.push([String(name), String(value)])
    else
      this.#pairs = this.#pairs.flatMap(([key, each], i) =>
        i === at
          ? [[key, String(value)] as [string, string]]
          : key === String(name)
            ? []
            : [[key, each] as [string, string]],
      )
    this.#onChange()
  }
  append(name: string, value: string): void {
    this.#pairs.push([String(name), String(value)])
    this.#onChange()
  }
  delete(name: string, value?: string): void {
    this.#pairs = this.#pairs.filter(
      ([key, each]) => key !== String(name) || (value !== undefined && each !== String(value)),
    )
    this.#onChange()
  }
  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    this.#onChange()
  }
  forEach(each: (value: string, key: string, params: Params) => void, self?: unknown): void {
    for (const [key, value] of this.#pairs) each.call(self, value, key, this)
  }
  keys(): PairIterator<string> {
    return new PairIterator(this.#pairs, ([key]) => key)
  }
  values(): PairIterator<string> {
    return new PairIterator(this.#pairs, ([, value]) => value)
  }
  entries(): PairIterator<[string, string]> {
    return new PairIterator(this.#pairs, ([key, value]) => [key, value])
  }
  get size(): number {
    return this.#pairs.length
  }
  [Symbol.iterator](): PairIterator<[string, string]> {
    return this.entries()
  }
  toString(): string {
    return this.#pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&')
  }
  get [Symbol.toStringTag](): string {
    return 'URLSearchParams'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const shown = this.#pairs.map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`)
    return braced('URLSearchParams', shown)
  }
}
Object.defineProperty(Params, 'name', { value: 'URLSearchParams', configurable: true })

const braced = (head: string, shown: readonly string[]): string => {
  if (shown.length === 0) return `${head} {}`
  const line = shown.join(', ')
  return line.length > 72 ? `${head} {\n  ${shown.join(',\n  ')} }` : `${head} { ${line} }`
}

class PairIterator<T> {
  #pairs: readonly [string, string][]
  #pick: (pair: [string, string]) => T
  #at = 0
  constructor(pairs: readonly [string, string][], pick: (pair: [string, string]) => T) {
    this.#pairs = pairs
    this.#pick = pick
  }
  next(): { done: boolean; value: T | undefined } {
    const pair = this.#pairs[this.#at++]
    return pair ? { done: false, value: this.#pick(pair) } : { done: true, value: undefined }
  }
  [Symbol.iterator](): this {
    return this
  }
  get [Symbol.toStringTag](): string {
    return 'URLSearchParams Iterator'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    return braced(
      'URLSearchParams Iterator',
      this.#pairs.slice(this.#at).map((pair) => inspect(this.#pick(pair), options)),
    )
  }
}

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const
type Part = (typeof PARTS)[number]
type Parts = Readonly<Record<Part, string>>

/** An address, https://url.spec.whatwg.org/, parsed by the JavaScript around the machine. */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the parts are defined below, all alike
export class Address {
  #parts: Parts
  #params: Params | undefined

  constructor(text: unknown, base?: unknown) {
    if (arguments.length === 0) throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified')
    const input = String(text)
    try {
      this.#parts = askWeb<Parts>('url', input, base === undefined ? null : String(base))
    } catch {
      const wrong = nodeError(TypeError, 'ERR_INVALID_URL', 'Invalid URL')
      throw Object.assign(wrong, { input, ...(base === undefined ? {} : { base: String(base) }) })
    }
  }
  static canParse(text: string, base?: string): boolean {
    try {
      return Boolean(new Address(text, base))
    } catch {
      return false
    }
  }
  static parse(text: string, base?: string): Address | null {
    return Address.canParse(text, base) ? new Address(text, base) : null
  }
  static createObjectURL(): string {
    return 'blob:nodedata:00000000-0000-4000-8000-000000000000'
  }
  static revokeObjectURL(): void {}
  get searchParams(): Params {
    this.#params ??= Params.of(this.search, () => {
      const query = this.#params?.toString() ?? ''
      this.#parts = askWeb<Parts>('urlWith', this.href, 'search', query)
    })
    return this.#params
  }
  /** @internal */
  change(part: Part, value: unknown): void {
    if (part === 'href') this.#parts = new Address(value).#parts
    else this.#parts = askWeb<Parts>('urlWith', this.href, part, String(value))
    if (this.#params && (part === 'search' || part === 'href')) Params.reset(this.#params, this.search)
  }
  /** @internal */
  part(name: Part): string {
    return this.#parts[name]
  }
  toString(): string {
    return this.href
  }
  toJSON(): string {
    return this.href
  }
  get [Symbol.toStringTag](): string {
    return 'URL'
  }
  [customInspect](depth: number | null, options: InspectOptions): string {
    if (typeof depth === 'number' && depth < 0) return '[URL]'
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash } =
      this
    const shown = {
      href,
      origin,
      protocol,
      username,
      password,
      host,
      hostname,
      port,
      pathname,
      search,
      searchParams,
      hash,
    }
    return `URL ${inspect(shown, options)}`
  }
}
export interface Address extends Record<Part, string> {}
for (const name of PARTS)
  Object.defineProperty(Address.prototype, name, {
    get(this: Address) {
      return this.part(name)
    },
    ...(name === 'origin'
      ? {}
      : {
          set(this: Address, value: unknown) {
            this.change(name, value)
          },
        }),
    enumerable: true,
    configurable: true,
  })
for (const name of ['change', 'part']) Object.defineProperty(Address.prototype, name, { enumerable: false })
Object.defineProperty(Address, 'name', { value: 'URL', configurable: true })
