/** An element of a document, without attributes: a POM has none that count. */
export interface Element {
  readonly name: string
  readonly children: readonly Element[]
  readonly text: string
  readonly line: number
  /** Where its start tag ends: Maven places mistakes there. */
  readonly column: number
}

/** The document is not well-formed. */
export class XmlError extends Error {
  readonly line: number
  readonly column: number
  constructor(message: string, line: number, column: number) {
    super(message)
    this.line = line
    this.column = column
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE[^>]*>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g

interface Open {
  readonly name: string
  readonly children: Element[]
  readonly line: number
  readonly column: number
  text: string
}

const decoded = (text: string): string => text.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)

/** Extensible Markup Language 1.0, as much as a POM uses. @throws XmlError */
export function parseXml(text: string): Element {
  const stack: Open[] = [{ name: '', children: [], line: 1, column: 1, text: '' }]
  let line = 1
  let last = 0
  for (const token of text.matchAll(TOKEN)) {
    line += text.slice(last, token.index).split('\n').length - 1
    last = token.index
    const column = token.index - text.lastIndexOf('\n', token.index)
    const [whole, data, closing, name, , empty] = token
    const top = stack.at(-1) as Open
    if (name === undefined) {
      if (whole === '<')
        throw new XmlError(
          `expected start tag name and not ${JSON.stringify(text[token.index + 1] ?? '').replaceAll('"', "'")}`,
          line,
          column + 1,
        )
      if (data !== undefined) top.text += data
      else if (!whole.startsWith('<')) top.text += decoded(whole)
    } else if (closing === '/') {
      if (top.name !== name)
        throw new XmlError(
          `end tag name </${name}> must match start tag name <${top.name}> from line ${top.line}`,
          line,
          column + whole.length,
        )
      stack.pop()
      stack.at(-1)?.children.push({ ...top, text: top.text.trim() })
    } else if (empty === '/') top.children.push({ name, children: [], text: '', line, column: column + whole.length })
    else stack.push({ name, children: [], line, column: column + whole.length, text: '' })
  }
  const open = stack.at(-1) as Open
  if (stack.length > 1)
    throw new XmlError(
      `no more data available - expected end tag </${open.name}> to close start tag <${open.name}> from line ${open.line}`,
      line,
      1,
    )
  const [root] = open.children
  if (!root) throw new XmlError('only whitespace content allowed before start tag', 1, 1)
  return root
}

export const child = (of: Element | undefined, ...path: readonly string[]): Element | undefined => {
  const [name, ...rest] = path
  if (name === undefined) return of
  return child(
    of?.children.find((each) => each.name === name),
    ...rest,
  )
}

export const childrenOf = (of: Element | undefined, ...path: readonly string[]): readonly Element[] =>
  child(of, ...path)?.children ?? []
