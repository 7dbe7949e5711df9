import { DockerfileError } from './dockerfile-error.ts'

/** One place of a pattern: any text, any character, or this one. */
type Piece = '*' | '?' | { readonly char: string }

/** `*`, `?` and `\` of a pattern in `${x#…}` and its like; brackets are ordinary here. @throws DockerfileError */
function piecesOf(pattern: string): Piece[] {
  const pieces: Piece[] = []
  const chars = [...pattern]
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? ''
    if (char === '*' || char === '?') pieces.push(char)
    else if (char !== '\\') pieces.push({ char })
    else {
      const next = chars[++i] ?? ''
      if (!'}/*?\\'.includes(next) || next === '')
        throw new DockerfileError(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next}'`)
      pieces.push({ char: next })
    }
  }
  return pieces
}

const escapeChar = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function regexOf(pieces: readonly Piece[], greedy: boolean, anchored: boolean, flags = ''): RegExp {
  const source = pieces.map((piece) => {
    if (piece === '*') return greedy ? '.*' : '.*?'
    return piece === '?' ? '.' : escapeChar(piece.char)
  })
  return new RegExp((anchored ? '^' : '') + source.join(''), `u${flags}`)
}

export const trimPrefix = (value: string, pattern: string, longest: boolean): string =>
  value.replace(regexOf(piecesOf(pattern), longest, true), '')

const reversed = (text: string): string => [...text].reverse().join('')

/** The shortest or longest end is the shortest or longest beginning of the text read backwards. */
export const trimSuffix = (value: string, pattern: string, longest: boolean): string =>
  reversed(reversed(value).replace(regexOf(piecesOf(pattern).reverse(), longest, true), ''))

export const replacePattern = (value: string, pattern: string, by: string, all: boolean): string =>
  value.replace(regexOf(piecesOf(pattern), true, false, all ? 'g' : ''), () => by)
