import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { ConfigError } from './config-error.ts'

/** One directive with its place, and the directives of its block. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly Directive[] | undefined
  readonly file: string
  readonly line: number
}

interface Token {
  readonly text: string
  readonly quoted: boolean
  readonly line: number
}

/** Words, `;`, `{` and `}`. */
function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (char === '\n') line++
    if (/\s/.test(char)) at++
    else if (char === '#') while (at < text.length && text[at] !== '\n') at++
    else if (char === ';' || char === '{' || char === '}') {
      tokens.push({ text: char, quoted: false, line })
      at++
    } else {
      const word = char === '"' || char === "'" ? readQuoted(text, at, char) : readWord(text, at)
      if (word.end > text.length)
        throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${text.split('\n').length}`)
      tokens.push({ text: word.text, quoted: char === '"' || char === "'", line })
      line += text.slice(at, word.end).split('\n').length - 1
      at = word.end
    }
  }
  return tokens
}

function readQuoted(text: string, start: number, quote: string): { text: string; end: number } {
  let word = ''
  let at = start + 1
  for (; at < text.length && text[at] !== quote; at++) {
    if (text[at] === '\\' && at + 1 < text.length) word += unescaped(text[++at] ?? '')
    else word += text[at] ?? ''
  }
  return { text: word, end: at + 1 }
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\' }
const unescaped = (char: string): string => ESCAPED[char] ?? `\\${char}`

/** `${name}` may stand inside a word. */
function readWord(text: string, start: number): { text: string; end: number } {
  let at = start
  while (at < text.length) {
    if (text[at] === '$' && text[at + 1] === '{') {
      const close = text.indexOf('}', at)
      at = close < 0 ? text.length : close + 1
    } else if (text[at] === '\\') at += 2
    else if (/[\s;{}]/.test(text.charAt(at))) break
    else at++
  }
  return { text: text.slice(start, at), end: at }
}

/** Files of a configuration by their paths, in the order of reading. */
export type ConfigFiles = Map<string, string>

/**
 * Reads a configuration with what it includes.
 * @param from  where it is included, for complaints
 * @param read  gets the text of every file
 * @throws ConfigError
 */
export async function parseConfig(
  sys: Sys,
  file: string,
  from = '',
  read: ConfigFiles = new Map(),
): Promise<Directive[]> {
  const text = await readConfig(sys, file, from)
  read.set(file, text)
  return new Parser(sys, file, text, read).directives(false)
}

/** Directives from a text, such as that of -g. @param place what complaints call it */
export const parseDirectives = (sys: Sys, place: string, text: string): Promise<Directive[]> =>
  new Parser(sys, place, text.trim() === '' || /[;}]\s*$/.test(text) ? text : `${text};`, new Map()).directives(false)

async function readConfig(sys: Sys, file: string, from: string): Promise<string> {
  try {
    return await readTextFile(sys, file)
  } catch (error) {
    if (isErrno(error)) throw new ConfigError(`open() "${file}" failed (${error.errno}: ${error.message})${from}`)
    throw error
  }
}

class Parser {
  private at = 0
  private readonly sys: Sys
  private readonly file: string
  private readonly tokens: readonly Token[]
  private readonly read: ConfigFiles
  /** How many there are. */
  private readonly lines: number

  constructor(sys: Sys, file: string, text: string, read: ConfigFiles) {
    this.sys = sys
    this.file = file
    this.tokens = tokenize(text, file)
    this.lines = text.split('\n').length
    this.read = read
  }

  async directives(inside: boolean): Promise<Directive[]> {
    const found: Directive[] = []
    for (;;) {
      const token = this.tokens[this.at]
      if (!token) {
        if (inside) throw this.error('unexpected end of file, expecting "}"', this.lastLine())
        return found
      }
      if (token.text === '}' && !token.quoted) {
        if (!inside) throw this.error('unexpected "}"', token.line)
        this.at++
        return found
      }
      if (!token.quoted && (token.text === ';' || token.text === '{'))
        throw this.error(`unexpected "${token.text}"`, token.line)
      found.push(...(await this.directive()))
    }
  }

  private async directive(): Promise<Directive[]> {
    const words: Token[] = []
    for (;;) {
      const token = this.tokens[this.at++]
      if (!token) throw this.error('unexpected end of file, expecting ";" or "}"', this.lastLine())
      if (token.quoted || !/^[;{}]$/.test(token.text)) {
        words.push(token)
        continue
      }
      if (token.text === '}') throw this.error('unexpected "}"', token.line)
      const [first, ...rest] = words
      const row = {
        name: first?.text ?? '',
        args: rest.map(({ text }) => text),
        file: this.file,
        line: token.line,
      }
      if (token.text === '{') return [{ ...row, block: await this.directives(true) }]
      return row.name === 'include' ? this.include(row.args[0] ?? '', token.line) : [{ ...row, block: undefined }]
    }
  }

  private async include(pattern: string, line: number): Promise<Directive[]> {
    const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`
    const found: Directive[] = []
    for (const file of expandPattern(this.sys, path))
      found.push(...(await parseConfig(this.sys, file, ` in ${this.file}:${line}`, this.read)))
    return found
  }

  private lastLine(): number {
    return this.lines
  }

  private error(message: string, line: number): ConfigError {
    return new ConfigError(`${message} in ${this.file}:${line}`)
  }
}

/** `*` in the last part of a path; a pattern that finds nothing includes nothing. */
function expandPattern(sys: Sys, path: string): string[] {
  if (!/[*?]/.test(path)) return [path]
  const slash = path.lastIndexOf('/')
  const source = path
    .slice(slash + 1)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const pattern = new RegExp(`^${source}$`)
  try {
    const names = sys.readdir(path.slice(0, slash)).map(({ name }) => name)
    return names
      .filter((name) => pattern.test(name) && !name.startsWith('.'))
      .toSorted()
      .map((name) => `${path.slice(0, slash)}/${name}`)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
