import { CaddyfileError, type Token, tokensOf } from './tokens.ts'

/** A directive with its arguments and what stands in its braces. */
export interface Segment {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly Segment[] | undefined
  readonly line: number
  readonly file: string
}

export interface ServerBlock {
  readonly keys: readonly string[]
  readonly segments: readonly Segment[]
}

export interface Caddyfile {
  readonly options: readonly Segment[]
  readonly blocks: readonly ServerBlock[]
}

export interface ParseSources {
  readonly env: (name: string) => string
  /** The texts of the files that a pattern of `import` fits, by their paths. */
  readonly read: (pattern: string, from: string) => Promise<ReadonlyMap<string, string>>
}

/** `{$NAME}` and `{$NAME:default}` stand for the environment before anything else is read. */
const withEnvironment = (text: string, env: ParseSources['env']): string =>
  text.replaceAll(/\{\$([^}:]+)(?::([^}]*))?\}/g, (_, name: string, other = '') => env(name) || other)

/** @throws CaddyfileError */
export async function parseCaddyfile(text: string, file: string, sources: ParseSources): Promise<Caddyfile> {
  const parser = new Parser(file, tokensOf(withEnvironment(text, sources.env), file), sources, new Map())
  return parser.whole()
}

type Snippets = Map<string, readonly Segment[]>

class Parser {
  private readonly file: string
  private readonly tokens: readonly Token[]
  private readonly sources: ParseSources
  private readonly snippets: Snippets
  private at = 0

  constructor(file: string, tokens: readonly Token[], sources: ParseSources, snippets: Snippets) {
    this.file = file
    this.tokens = tokens
    this.sources = sources
    this.snippets = snippets
  }

  async whole(): Promise<Caddyfile> {
    let options: readonly Segment[] = []
    const blocks: ServerBlock[] = []
    if (this.opens(this.peek())) {
      this.at++
      options = await this.segments(true)
    }
    while (this.peek()) {
      const imported = this.peek()?.text === 'import' ? await this.importedBlocks() : undefined
      if (imported) blocks.push(...imported)
      else {
        const block = await this.serverBlock(blocks.length === 0)
        if (block) blocks.push(block)
      }
    }
    return { options, blocks }
  }

  private peek(): Token | undefined {
    return this.tokens[this.at]
  }
  private opens(token: Token | undefined): boolean {
    return token?.text === '{' && !token.quoted
  }
  private closes(token: Token | undefined): boolean {
    return token?.text === '}' && !token.quoted
  }

  private async importedBlocks(): Promise<readonly ServerBlock[]> {
    const { line } = this.take()
    const pattern = this.take().text
    const files = await this.sources.read(pattern, this.file)
    if (files.size === 0 && !pattern.includes('*'))
      throw new CaddyfileError(`${this.file}:${line} - Error during parsing: File to import not found: ${pattern}`)
    const all: ServerBlock[] = []
    for (const [path, text] of files) {
      const tokens = tokensOf(withEnvironment(text, this.sources.env), path)
      all.push(...(await new Parser(path, tokens, this.sources, this.snippets).whole()).blocks)
    }
    return all
  }

  private take(): Token {
    const token = this.peek()
    if (!token) throw new CaddyfileError(`${this.file}:${this.tokens.at(-1)?.line ?? 1} - Error during parsing: EOF`)
    this.at++
    return token
  }

  /** Keys, with commas or on lines of their own; braces may be left away where there is one site only. */
  private async serverBlock(first: boolean): Promise<ServerBlock | undefined> {
    const keys: string[] = []
    let braces = false
    let goesOn = true
    while (goesOn && this.peek()) {
      const { text, line } = this.take()
      const bare = text.replace(/,$/, '')
      if (bare !== '') keys.push(bare)
      const next = this.peek()
      braces = this.opens(next)
      goesOn = !braces && (text.endsWith(',') || next?.line === line)
    }
    if (braces) this.at++
    const snippet = /^\((.+)\)$/.exec(keys[0] ?? '')?.[1]
    if (!braces && !first && this.peek())
      throw new CaddyfileError(
        `${this.file}:${this.peek()?.line}: unrecognized directive: ${keys[0] ?? ''}\nDid you mean to define a second site? If so, you must use curly braces around each site to separate their configurations.`,
      )
    const segments = await this.segments(braces)
    if (snippet === undefined) return { keys, segments }
    this.snippets.set(snippet, segments)
    return undefined
  }

  /** Directives up to the closing brace, or to the end where there are no braces. */
  private async segments(braces: boolean): Promise<readonly Segment[]> {
    const all: Segment[] = []
    for (;;) {
      const token = this.peek()
      if (!token) {
        const last = this.tokens.at(-1)
        if (braces)
          throw new CaddyfileError(
            `${this.file}:${last?.line} - Syntax error: Unexpected token '${last?.text}', expecting '}'`,
          )
        return all
      }
      if (this.closes(token)) {
        this.at++
        if (braces) return all
        throw new CaddyfileError(`${this.file}:${token.line}: unrecognized directive: }`)
      }
      all.push(...(await this.segment()))
    }
  }

  private async segment(): Promise<readonly Segment[]> {
    const { text: name, line } = this.take()
    const args: string[] = []
    while (this.peek()?.line === line && !this.opens(this.peek()) && !this.closes(this.peek()))
      args.push(this.take().text)
    if (name === 'import') return this.imported(args, line)
    let block: readonly Segment[] | undefined
    if (this.opens(this.peek()) && this.peek()?.line === line) {
      this.at++
      block = await this.segments(true)
    }
    return [{ name, args, block, line, file: this.file }]
  }

  /** A snippet, or files: `{args[0]}` stands for what is given to it. */
  private async imported([name = '', ...args]: readonly string[], line: number): Promise<readonly Segment[]> {
    const filled = (text: string): string =>
      text.replaceAll(/\{args[.[](\d+)\]?\}/g, (whole, index) => args[Number(index)] ?? whole)
    const fill = (segment: Segment): Segment => ({
      ...segment,
      name: filled(segment.name),
      args: segment.args.map(filled),
      block: segment.block?.map(fill),
    })
    const snippet = this.snippets.get(name)
    if (snippet) return snippet.map(fill)
    const files = await this.sources.read(name, this.file)
    if (files.size === 0 && !name.includes('*'))
      throw new CaddyfileError(`${this.file}:${line} - Error during parsing: File to import not found: ${name}`)
    const all: Segment[] = []
    for (const [path, text] of files) {
      const tokens = tokensOf(withEnvironment(text, this.sources.env), path)
      all.push(...(await new Parser(path, tokens, this.sources, this.snippets).segments(false)).map(fill))
    }
    return all
  }
}
