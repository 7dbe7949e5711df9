/** What a condition is made of: operators and words as they are, texts with their variables, lists of regular expressions. */
export interface Token {
  readonly kind: 'op' | 'word' | 'text' | 'regex' | 'variable' | 'group' | 'number'
  readonly text: string
  /** Flags of a regular expression. */
  readonly flags?: string
}

const OPERATOR =
  /^(==|!=|<=|>=|=~|!~|&&|\|\||[<>!(){},.]|=|-?(?:eq|ne|lt|le|gt|ge|in|strmatch|strcmatch|fnmatch|ipmatch)\b|-[a-zA-Z](?=\s))/

/** @throws SyntaxError */
export function tokens(source: string): Token[] {
  const found: Token[] = []
  for (let rest = source.trimStart(); rest !== ''; ) {
    const [token, left] = next(rest)
    found.push(token)
    rest = left.trimStart()
  }
  return found
}

function next(rest: string): readonly [Token, string] {
  const quote = rest[0]
  if (quote === '"' || quote === "'") return quoted(rest, quote)
  if (rest.startsWith('%{')) {
    const end = closing(rest)
    return [{ kind: 'variable', text: rest.slice(2, end) }, rest.slice(end + 1)]
  }
  const regex = /^m([^\w\s])|^(\/)/.exec(rest)
  if (regex) return regexToken(rest, regex[1] === undefined ? 1 : 2, regex[1] ?? '/')
  const operator = OPERATOR.exec(rest)
  // Words may be written without the dash.
  if (operator) return [{ kind: 'op', text: operator[0].replace(/^(?=\w)/, '-') }, rest.slice(operator[0].length)]
  const group = /^\$(\d)/.exec(rest)
  if (group) return [{ kind: 'group', text: group[1] ?? '' }, rest.slice(2)]
  const number = /^-?\d+/.exec(rest)
  if (number) return [{ kind: 'number', text: number[0] }, rest.slice(number[0].length)]
  const word = /^\w+/.exec(rest)
  if (!word) throw new SyntaxError('syntax error, unexpected $undefined')
  return [{ kind: 'word', text: word[0] }, rest.slice(word[0].length)]
}

/** Where the brace that opens at the second character ends. */
function closing(rest: string): number {
  const end = rest.indexOf('}')
  if (end < 0) throw new SyntaxError('syntax error, unexpected $end')
  return end
}

function quoted(rest: string, quote: string): readonly [Token, string] {
  let text = ''
  for (let at = 1; at < rest.length; at++) {
    if (rest[at] === quote) return [{ kind: 'text', text }, rest.slice(at + 1)]
    if (rest[at] === '\\') at++
    text += rest[at] ?? ''
  }
  throw new SyntaxError('Unterminated string or variable')
}

function regexToken(rest: string, from: number, delimiter: string): readonly [Token, string] {
  for (let at = from; at < rest.length; at++) {
    if (rest[at] === '\\') at++
    else if (rest[at] === delimiter) {
      const [flags = ''] = /^[a-z]*/.exec(rest.slice(at + 1)) ?? []
      return [{ kind: 'regex', text: rest.slice(from, at), flags }, rest.slice(at + 1 + flags.length)]
    }
  }
  throw new SyntaxError('Unterminated regex')
}
