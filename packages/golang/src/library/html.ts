import { Opaque, Slice, stringOf, type Value } from '../values.ts'

type Members = Readonly<Record<string, Value>>

/** Kinds of tokens in the order of the package's constants. */
const KINDS = ['Error', 'Text', 'StartTag', 'EndTag', 'SelfClosingTag', 'Comment', 'Doctype'] as const
type Kind = (typeof KINDS)[number]

interface Token {
  readonly kind: Kind
  readonly data: string
  readonly attributes: readonly (readonly [name: string, value: string])[]
}

const TOKEN =
  /<!--(?<comment>[^]*?)-->|<!(?<doctype>[^>]*)>|<(?<end>\/?)(?<name>[a-zA-Z][^\s/>]*)(?<rest>(?:"[^"]*"|'[^']*'|[^>"'])*)>/g
const ATTRIBUTE = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|([a-z]+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  )

function* tokensOf(text: string): Generator<Token, void, void> {
  let at = 0
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) yield { kind: 'Text', data: unescaped(text.slice(at, match.index)), attributes: [] }
    at = match.index + match[0].length
    const { comment, doctype, end, name = '', rest = '' } = match.groups ?? {}
    if (comment !== undefined) yield { kind: 'Comment', data: comment, attributes: [] }
    else if (doctype !== undefined) yield { kind: 'Doctype', data: doctype.replace(/^doctype\s+/i, ''), attributes: [] }
    else {
      const attributes = Array.from(rest.matchAll(ATTRIBUTE), ([, key = '', a, b, c]): [string, string] => [
        key.toLowerCase(),
        unescaped(a ?? b ?? c ?? ''),
      ])
      const kind = end === '/' ? 'EndTag' : rest.trimEnd().endsWith('/') ? 'SelfClosingTag' : 'StartTag'
      yield { kind, data: name.toLowerCase(), attributes }
    }
  }
  if (at < text.length) yield { kind: 'Text', data: unescaped(text.slice(at)), attributes: [] }
}

const tokenValue = ({ kind, data, attributes }: Token): Opaque =>
  new Opaque('html.Token', {
    Type: KINDS.indexOf(kind),
    Data: data,
    Attr: new Slice(
      attributes.map(([Key, Val]) => new Opaque('html.Attribute', { Namespace: '', Key, Val })),
      'html.Attribute',
    ),
  })

async function textOf(reader: Value): Promise<string> {
  const all = reader instanceof Opaque ? reader.members['all bytes'] : undefined
  return typeof all === 'function' ? stringOf(await all([])) : ''
}

function tokenizer(reader: Value): Opaque {
  let tokens: Iterator<Token, void> | undefined
  let current: Token = { kind: 'Error', data: '', attributes: [] }
  return new Opaque('*html.Tokenizer', {
    Next: async () => {
      tokens ??= tokensOf(await textOf(reader))
      current = tokens.next().value ?? { kind: 'Error', data: '', attributes: [] }
      return KINDS.indexOf(current.kind)
    },
    Token: () => tokenValue(current),
    Text: () => current.data,
    Raw: () => current.data,
    Err: () => new Opaque('error', { Error: () => 'EOF' }, 'EOF'),
  })
}

/** Package golang.org/x/net/html: its tokenizer. */
export const htmlPackage: Members = {
  ...Object.fromEntries(KINDS.map((kind, at) => [`${kind}Token`, at])),
  NewTokenizer: ([reader]) => tokenizer(reader),
  EscapeString: ([text]) =>
    stringOf(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&#34;')
      .replaceAll("'", '&#39;'),
  UnescapeString: ([text]) => unescaped(stringOf(text)),
}
