import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  Scalar,
  type YAMLError,
} from 'yaml'
import { resolvePlain } from './plain-scalar.ts'
import { ComposeError, type Mapping, type Path, type Tree } from './tree.ts'

/** A place in a file; both count from one. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What stands between two `---` of a file. */
export interface ComposeDocument {
  readonly tree: Tree
  /** Places marked `!reset` or `!override`: what was there before goes. */
  readonly dropped: readonly Path[]
}

/** Where each key and item of a file stands. */
export class Positions {
  private readonly known = new Map<string, Position>()
  set(path: Path, position: Position): void {
    this.known.set(path.join('\0'), position)
  }
  has(path: Path): boolean {
    return this.known.has(path.join('\0'))
  }
  /** The nearest known place, going up. */
  find(path: Path): Position {
    for (let length = path.length; length > 0; length--) {
      const position = this.known.get(path.slice(0, length).join('\0'))
      if (position) return position
    }
    return { line: 1, column: 1 }
  }
}

/** A file that is no YAML; the words are go-yaml's. */
export class YamlError extends ComposeError {
  readonly position: Position
  constructor(message: string, position: Position) {
    super(message)
    this.position = position
  }
}

/** @throws YamlError, ComposeError */
export function readYaml(text: string): { documents: ComposeDocument[]; positions: Positions } {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, merge: false, logLevel: 'silent' })
  const positions = new Positions()
  if (!Array.isArray(parsed)) return { documents: [], positions }
  const documents = (parsed as Document.Parsed[]).map((document) => {
    const [error] = document.errors
    if (error) throw goError(error, lines)
    return new Walk(document, lines, positions).read()
  })
  return { documents, positions }
}

/** The scanner of go-yaml counts lines from one, its parser from nought. */
const WORDS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: "could not find expected ':'",
  KEY_OVER_1024_CHARS: "could not find expected ':'",
  MISSING_CHAR: 'did not find expected key',
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_INDENT: 'did not find expected key',
  UNEXPECTED_TOKEN: 'did not find expected key',
  BLOCK_IN_FLOW: "did not find expected ',' or '}'",
  BAD_SCALAR_START: 'found character that cannot start any token',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
  MULTIPLE_ANCHORS: 'did not find expected key',
  MULTIPLE_TAGS: 'did not find expected key',
}
function goError(error: YAMLError, lines: LineCounter): YamlError {
  const { line, col } = lines.linePos(error.pos[0])
  return new YamlError(`yaml: line ${line}: ${wordsFor(error)}`, { line, column: col })
}
function wordsFor(error: YAMLError): string {
  if (error.code === 'MISSING_CHAR' && /implicit map keys/i.test(error.message)) return "could not find expected ':'"
  if (error.code === 'MISSING_CHAR' && /quote/.test(error.message)) return 'found unexpected end of stream'
  if (/flow sequence/i.test(error.message)) return "did not find expected ',' or ']'"
  if (/flow map/i.test(error.message)) return "did not find expected ',' or '}'"
  return WORDS[error.code] ?? error.message
}

class Walk {
  private readonly dropped: Path[] = []
  private readonly document: Document.Parsed
  private readonly lines: LineCounter
  private readonly positions: Positions
  private readonly open = new Set<Node>()

  constructor(document: Document.Parsed, lines: LineCounter, positions: Positions) {
    this.document = document
    this.lines = lines
    this.positions = positions
  }

  read(): ComposeDocument {
    const tree = this.document.contents === null ? null : this.value(this.document.contents, [])
    return { tree: tree ?? null, dropped: this.dropped }
  }

  /** Undefined for what `!reset` takes away. */
  private value(node: Node | null | undefined, path: Path): Tree | undefined {
    if (!node) return null
    const target = isAlias(node) ? this.follow(node) : node
    if (target.tag === '!reset' || target.tag === '!override') this.dropped.push(path)
    if (target.tag === '!reset') return undefined
    if (isScalar(target)) return scalar(target)
    if (this.open.has(target))
      throw new ComposeError(`cycle detected: node at path ${path.join('.')} references itself`, path)
    this.open.add(target)
    try {
      return isSeq(target) ? this.list(target.items as Node[], path) : isMap(target) ? this.mapping(target, path) : null
    } finally {
      this.open.delete(target)
    }
  }

  private follow(alias: Node): Node {
    const target = isAlias(alias) ? alias.resolve(this.document) : undefined
    if (target) return target
    const name = isAlias(alias) ? alias.source : ''
    throw new YamlError(`yaml: unknown anchor '${name}' referenced`, this.place(alias))
  }

  private list(items: readonly Node[], path: Path): Tree[] {
    return items.flatMap((item, i) => {
      const at = [...path, String(i)]
      this.positions.set(at, this.place(item))
      const value = this.value(item, at)
      return value === undefined ? [] : [value]
    })
  }

  private mapping(node: Extract<Node, { items: { key: unknown; value: unknown }[] }>, path: Path): Mapping {
    const read: Mapping = new Map()
    const inherited: Mapping[] = []
    const seen = new Map<string, number>()
    for (const { key, value } of node.items as { key: Node; value: Node | null }[]) {
      const name = this.key(key, path)
      const { line } = this.place(key)
      const before = seen.get(name)
      if (before !== undefined)
        throw new YamlError(
          `line ${line}: mapping key ${JSON.stringify(name)} already defined at line ${before}`,
          this.place(key),
        )
      seen.set(name, line)
      if (name === '<<') inherited.push(...this.merged(value, path))
      else {
        const at = [...path, name]
        this.positions.set(at, this.place(key))
        const known = this.value(value, at)
        if (known !== undefined) read.set(name, known)
      }
    }
    for (const base of inherited) for (const [name, value] of base) if (!read.has(name)) read.set(name, value)
    return read
  }

  /** What `<<` brings: a mapping or a list of them. */
  private merged(node: Node | null, path: Path): Mapping[] {
    const value = this.value(node, path)
    const mappings = Array.isArray(value) ? value : [value ?? null]
    if (mappings.every((each) => each instanceof Map)) return mappings as Mapping[]
    throw new YamlError(
      'yaml: map merge requires map or sequence of maps as the value',
      this.place(node ?? this.document.contents),
    )
  }

  private key(key: Node, path: Path): string {
    const value = isScalar(key) ? scalar(key) : null
    if (typeof value === 'string') return value
    const where = path.length === 0 ? 'at top level' : `in ${path.join('.')}`
    throw new ComposeError(`non-string key ${where}: ${value === null ? '<nil>' : String(value)}`, path)
  }

  private place(node: Node | null): Position {
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

const STANDARD = 'tag:yaml.org,2002:'
function scalar(node: Scalar): Tree {
  const tag = node.tag?.startsWith(STANDARD) ? node.tag.slice(STANDARD.length) : undefined
  if (tag === 'str' || tag === 'binary') return node.source ?? String(node.value ?? '')
  if (node.type !== Scalar.PLAIN) return typeof node.value === 'string' ? node.value : (node.source ?? '')
  return resolvePlain(node.source ?? '')
}
