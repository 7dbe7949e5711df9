/** A build in a bake file. docs.docker.com/build/bake/reference */
export interface BakeTarget {
  readonly inherits?: readonly string[]
  readonly context?: string
  readonly dockerfile?: string
  readonly 'dockerfile-inline'?: string
  readonly args?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly contexts?: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly target?: string
  readonly platforms?: readonly string[]
  readonly output?: readonly string[]
  readonly secret?: readonly string[]
  readonly 'no-cache'?: boolean
  readonly 'no-cache-filter'?: readonly string[]
  readonly pull?: boolean
  readonly network?: string
}

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }
type Block = Readonly<Record<string, Value>>

export interface BakeFile {
  readonly variables: ReadonlyMap<string, Value>
  readonly groups: ReadonlyMap<string, Block>
  readonly targets: ReadonlyMap<string, Block>
}

interface JsonForm {
  readonly variable?: Record<string, { default?: Value }>
  readonly group?: Record<string, Block>
  readonly target?: Record<string, Block>
}

/** @throws SyntaxError */
export function readJson(text: string): BakeFile {
  const { variable = {}, group = {}, target = {} } = JSON.parse(text) as JsonForm
  return {
    variables: new Map(Object.entries(variable).map(([name, { default: value = '' }]) => [name, value])),
    groups: new Map(Object.entries(group)),
    targets: new Map(Object.entries(target)),
  }
}

/** Later files win, key by key. */
export function mergeFiles(files: readonly BakeFile[]): BakeFile {
  const targets = new Map<string, Block>()
  for (const file of files)
    for (const [name, block] of file.targets) targets.set(name, { ...targets.get(name), ...block })
  return {
    variables: new Map(files.flatMap(({ variables }) => [...variables])),
    groups: new Map(files.flatMap(({ groups }) => [...groups])),
    targets,
  }
}

/** HCL as far as bake files mostly go: blocks, attributes, strings with `${name}`, lists, maps, comments. @throws SyntaxError */
export function readHcl(text: string, name: string): BakeFile {
  return new HclReader(text, name).read()
}

const TOKEN =
  /\s*(?:(#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/|<<-?(\w+)\n([\s\S]*?)\n\s*\2(?=\n|$)|"((?:[^"\\]|\\.)*)"|([A-Za-z_][\w-]*)|(-?\d+(?:\.\d+)?)|([{}[\]=:,]))/y

type Token = { readonly kind: 'text' | 'name' | 'number' | 'mark' | 'end'; readonly value: string }

class HclReader {
  private readonly tokens: readonly Token[]
  private at = 0
  private readonly name: string

  constructor(text: string, name: string) {
    this.name = name
    this.tokens = [...this.scan(text)]
  }

  read(): BakeFile {
    const file = {
      variables: new Map<string, Value>(),
      groups: new Map<string, Block>(),
      targets: new Map<string, Block>(),
    }
    while (this.peek().kind !== 'end') {
      const kind = this.take('name').value
      const label = this.peek().kind === 'text' ? this.take('text').value : ''
      if (label === '') {
        this.mark('=')
        file.variables.set(kind, this.value())
        continue
      }
      const block = this.block()
      if (kind === 'variable') file.variables.set(label, block['default'] ?? '')
      else if (kind === 'group') file.groups.set(label, block)
      else if (kind === 'target') file.targets.set(label, block)
      else throw this.wrong(`Blocks of type ${JSON.stringify(kind)} are not expected here.`)
    }
    return file
  }

  private *scan(text: string): Generator<Token, void, void> {
    const regex = new RegExp(TOKEN.source, 'y')
    while (regex.lastIndex < text.length) {
      const from = regex.lastIndex
      const match = regex.exec(text)
      if (!match) {
        if (text.slice(from).trim() === '') return
        throw this.wrong(`Invalid character near ${JSON.stringify(text.slice(from, from + 20).trim())}`)
      }
      const [, , here, document, string, word, number, mark] = match
      if (here !== undefined) yield { kind: 'text', value: `${document ?? ''}\n` }
      else if (string !== undefined) yield { kind: 'text', value: JSON.parse(`"${string}"`) as string }
      else if (word !== undefined) yield { kind: 'name', value: word }
      else if (number !== undefined) yield { kind: 'number', value: number }
      else if (mark !== undefined) yield { kind: 'mark', value: mark }
    }
  }

  private block(): Block {
    this.mark('{')
    const block: Record<string, Value> = {}
    while (!this.skip('}')) {
      const key = this.peek().kind === 'text' ? this.take('text') : this.take('name')
      if (!this.skip('=')) this.mark(':')
      block[key.value] = this.value()
      this.skip(',')
    }
    return block
  }

  private value(): Value {
    const { kind, value } = this.peek()
    if (kind === 'mark' && value === '{') return this.block()
    if (kind === 'mark' && value === '[') return this.listValue()
    this.at++
    if (kind === 'number') return Number(value)
    if (kind === 'text') return value
    if (kind !== 'name') throw this.wrong(`Invalid expression near ${JSON.stringify(value)}`)
    const words: Readonly<Record<string, Value>> = { true: true, false: false, null: null }
    return Object.hasOwn(words, value) ? (words[value] ?? null) : `\${${value}}`
  }

  private listValue(): Value {
    this.mark('[')
    const values: Value[] = []
    while (!this.skip(']')) {
      values.push(this.value())
      this.skip(',')
    }
    return values
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', value: 'end of file' }
  }
  private take(kind: Token['kind']): Token {
    const token = this.peek()
    if (token.kind !== kind)
      throw this.wrong(`Argument or block definition required near ${JSON.stringify(token.value)}`)
    this.at++
    return token
  }
  private skip(mark: string): boolean {
    const { kind, value } = this.peek()
    if (kind !== 'mark' || value !== mark) return false
    this.at++
    return true
  }
  private mark(mark: string): void {
    if (!this.skip(mark)) throw this.wrong(`Expected ${JSON.stringify(mark)} near ${JSON.stringify(this.peek().value)}`)
  }
  private wrong(message: string): SyntaxError {
    return new SyntaxError(`${this.name}: ${message}`)
  }
}

/** Puts variables into texts: the environment's win over defaults. */
function fill(value: Value, variables: ReadonlyMap<string, Value>, env: (name: string) => string | undefined): Value {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_all, name: string) => {
      if (!variables.has(name))
        throw new SyntaxError(`Unknown variable; There is no variable named ${JSON.stringify(name)}.`)
      return env(name) ?? String(fill(variables.get(name) ?? '', variables, env))
    })
  if (Array.isArray(value)) return (value as readonly Value[]).map((each) => fill(each, variables, env))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, variables, env)]))
}

/** @throws SyntaxError for what is not there */
export function resolveTargets(
  file: BakeFile,
  names: readonly string[],
  env: (name: string) => string | undefined,
  overrides: readonly string[],
): { groups: Map<string, { targets: string[] }>; targets: Map<string, BakeTarget> } {
  const wanted = names.length > 0 ? names : ['default']
  const flat = [...new Set(wanted.flatMap((name) => flatten(file, name)))]
  const targets = new Map(flat.map((name) => [name, override(name, target(file, name, env), overrides)]))
  return { groups: new Map([['default', { targets: names.length > 0 ? [...names] : flat }]]), targets }
}

function flatten(file: BakeFile, name: string): string[] {
  const group = file.groups.get(name)
  if (group) return ((group['targets'] ?? []) as string[]).flatMap((each) => flatten(file, each))
  if (file.targets.has(name)) return [name]
  if (name === 'default') return []
  throw new SyntaxError(`failed to find target ${name}`)
}

function target(file: BakeFile, name: string, env: (name: string) => string | undefined): BakeTarget {
  const block = file.targets.get(name)
  if (!block) throw new SyntaxError(`failed to find target ${name}`)
  const own = fill(block, file.variables, env) as BakeTarget
  const parents = (own.inherits ?? []).map((parent) => target(file, parent, env))
  const { inherits: _, ...merged } = [...parents, own].reduce(merge, {})
  return { context: '.', dockerfile: 'Dockerfile', ...merged }
}

const merge = (below: BakeTarget, above: BakeTarget): BakeTarget => ({
  ...below,
  ...above,
  args: { ...below.args, ...above.args },
  labels: { ...below.labels, ...above.labels },
  contexts: { ...below.contexts, ...above.contexts },
})

const LISTS: ReadonlySet<string> = new Set(['tags', 'platforms', 'output', 'secret', 'no-cache-filter'])

/** `--set name.args.KEY=value`; `*` names every target. */
function override(name: string, base: BakeTarget, overrides: readonly string[]): BakeTarget {
  return overrides.reduce((sofar, text) => {
    const [, pattern = '', key = '', inner, value = ''] = /^([^.]+)\.([^.=]+)(?:\.([^=]+))?=([\s\S]*)$/.exec(text) ?? []
    const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
    if (pattern === '' || !regex.test(name)) return sofar
    if (inner !== undefined) return { ...sofar, [key]: { ...sofar[key as 'args'], [inner]: value } }
    const typed = LISTS.has(key) ? [value] : value === 'true' ? true : value === 'false' ? false : value
    return { ...sofar, [key]: typed }
  }, base)
}
