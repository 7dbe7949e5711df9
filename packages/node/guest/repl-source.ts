import { type Token, tokensOf } from './async-frames.ts'
import { misspelt } from './misspelt.ts'
import { aloneWhile } from './stack.ts'

declare function __compile(source: string, filename: string): unknown

const BEGIN = '(async function () { '
const SYNC_BEGIN = '(function () { '

/** Whether what is typed is whole, wants another line, or makes no sense. */
export function checkSource(text: string, name: string): 'whole' | 'unfinished' | Error {
  const begin = awaits(text) ? BEGIN : SYNC_BEGIN
  if (aloneWhile(() => __compile(`${begin}${text}\n})`, name)) !== undefined) return 'whole'
  const error = (globalThis as unknown as { __thrown: Error }).__thrown
  const wrong = misspelt(error, text, name, begin.length)
  if (!(wrong instanceof SyntaxError)) return 'whole'
  if (wrong.message === 'Unexpected end of input' || openTemplate(text)) return 'unfinished'
  return /\bunexpected end|unterminated/i.test(error.message) && openTemplate(text) ? 'unfinished' : wrong
}

/** A template or a comment that goes on in the next line. */
function openTemplate(text: string): boolean {
  const last = [...tokensOf(text)].at(-1)
  const open =
    last?.text.startsWith('`') && (last.text.length === 1 || !/(?:^|[^\\])(?:\\\\)*`$/.test(last.text.slice(1)))
  return Boolean(open) || (text.includes('/*') && text.lastIndexOf('/*') > text.lastIndexOf('*/'))
}

/** Tokens of no inner block or function, with the brackets that surround them. */
function outer(text: string): { readonly token: Token; readonly depth: number; readonly at: number }[] {
  let depth = 0
  return [...tokensOf(text)].map((token, at) => {
    const mark = token.kind === 'mark' ? token.text : ''
    if (mark === ')' || mark === ']' || mark === '}') depth--
    const own = { token, depth, at }
    if (mark === '(' || mark === '[' || mark === '{') depth++
    return own
  })
}

/** `await` where no function is around it. */
export function awaits(text: string): boolean {
  if (!text.includes('await')) return false
  let within = 0
  const tokens = [...tokensOf(text)]
  const ends: boolean[] = []
  for (const [at, { text: word, kind }] of tokens.entries()) {
    const before = tokens[at - 1]?.text
    const starts = before === '=>' || (before === ')' && isFunctionHead(tokens, at - 1))
    if (kind === 'mark' && word === '{') ends.push(starts && ++within > 0)
    else if (kind === 'mark' && word === '}' && ends.pop()) within--
    else if (word === 'await' && kind === 'word' && within === 0 && before !== '.' && !isArrow(tokens, at)) return true
  }
  return false
}
const isArrow = (tokens: readonly Token[], at: number): boolean => tokens[at - 1]?.text === '=>'
function isFunctionHead(tokens: readonly Token[], closing: number): boolean {
  let depth = 0
  for (let at = closing; at >= 0; at--) {
    const { text } = tokens[at] ?? { text: '' }
    if (text === ')') depth++
    if (text === '(' && --depth === 0) {
      const [name, before] = [tokens[at - 1]?.text ?? '', tokens[at - 2]?.text ?? '']
      if (name === 'function' || before === 'function' || before === '*') return true
      return !['if', 'for', 'while', 'switch', 'catch', 'with', 'await'].includes(name) && /^[\w$]+$/.test(name)
    }
  }
  return false
}

export interface Declared {
  readonly name: string
  readonly constant: boolean
  readonly lexical: boolean
}
interface Rewritten {
  readonly text: string
  readonly names: readonly Declared[]
}

/** Lexical declarations at the top live on: they are made variables of the global scope. */
export function rewritten(text: string): Rewritten {
  const tokens = outer(text)
  const names: Declared[] = []
  let [result, from] = ['', 0]
  const replace = ({ start, end }: Token, by: string): void => {
    result += text.slice(from, start) + by
    from = end
  }
  for (const [at, { token, depth }] of tokens.entries()) {
    if (depth !== 0 || token.kind !== 'word') continue
    const next = tokens[at + 1]?.token
    const before = tokens[at - 1]?.token.text
    const begins =
      before === undefined ||
      ';})'.includes(before) ||
      text.slice(0, token.start).trimEnd().length < text.slice(0, token.start).replace(/[ \t]+$/, '').length
    if (!begins || !next) continue
    if ((token.text === 'let' || token.text === 'const') && (next.kind === 'word' || '[{'.includes(next.text))) {
      replace(token, 'var')
      if (next.kind === 'word') names.push({ name: next.text, constant: token.text === 'const', lexical: true })
    } else if (token.text === 'class' && next.kind === 'word') {
      replace(token, `var ${next.text} = class`)
      names.push({ name: next.text, constant: false, lexical: true })
    }
  }
  return { text: result + text.slice(from), names }
}

const DECLARES = /^\s*(?:const|let|var)\s+(?:([\w$]+)|([{[][^=]*[}\]]))\s*=\s*([^]*?);?\s*$/

/** What awaits at the top runs in a function of its own; what it declares is assigned to. */
export function awaiting(text: string): Rewritten {
  const [, name, pattern, value] = DECLARES.exec(text) ?? []
  if (value !== undefined && singleExpression(value)) {
    const names = (pattern ?? name ?? '').match(/[\w$]+(?=\s*(?:[,}\]=]|$))/g) ?? []
    const constant = /^\s*const/.test(text)
    const target = pattern === undefined ? `${name} = ${value}` : `(${pattern} = ${value})`
    return {
      text: `var ${names.join(', ')}; (async () => { ${target} })()`,
      names: names.map((each) => ({ name: each, constant, lexical: !/^\s*var/.test(text) })),
    }
  }
  const bare = text.trim().replace(/;$/, '')
  if (singleExpression(bare)) return { text: `(async () => (${bare}\n))()`, names: [] }
  const { text: plain, names } = rewritten(text)
  const cut = lastStatement(plain)
  const last = plain.slice(cut).trim().replace(/;$/, '')
  const body = last !== '' && singleExpression(last) ? `${plain.slice(0, cut)} return (${last}\n)` : plain
  const hoisted = names.map((each) => each.name)
  const opened = hoisted.reduce((code, each) => code.replace(new RegExp(`\\bvar(\\s+${each}\\b)`), '$1'), body)
  return { text: `${hoisted.length > 0 ? `var ${hoisted.join(', ')}; ` : ''}(async () => { ${opened} })()`, names }
}
function lastStatement(text: string): number {
  let cut = 0
  for (const { token, depth } of outer(text.trimEnd().replace(/;$/, '')))
    if (depth === 0 && token.text === ';' && token.kind === 'mark') cut = token.end
  return cut
}
const singleExpression = (text: string): boolean =>
  aloneWhile(() => __compile(`(async function () { return (${text}\n) })`, 'REPL')) !== undefined
/** An object where a block could be meant as well. */
export const asObject = (text: string): string =>
  /^\s*\{/.test(text) && !/;\s*$/.test(text) && singleExpression(text) ? `(${text.trim()}\n)` : text
