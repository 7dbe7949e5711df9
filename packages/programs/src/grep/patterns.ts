import { type Finder, findExpression, findLiteral } from './text-search.ts'
import { compilePerl, compileRegex, RegexError, translate } from '../regex/posix.ts'

export interface PatternOptions {
  readonly kind: string
  readonly ignoreCase: boolean
  readonly word: boolean
  readonly line: boolean
}

export interface Matcher {
  test(line: string): boolean
  /** Start and end of each match that is not empty. */
  all(line: string): [number, number][]
  /** Finds a line that matches in a text of many; undefined where lines have to be looked at one by one. */
  readonly inText: Finder | undefined
}

const WORD = /[\p{L}\p{Nd}_]/u
const escapeFixed = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function sourceOf(text: string, kind: string): string {
  if (kind === 'fixed') return escapeFixed(text)
  return translate(text, kind === 'extended' ? 'extended' : 'basic')
}

/** Patterns joined by alternation; those with groups keep their numbers because each is tried by itself. */
function expressions(patterns: readonly string[], { kind, ignoreCase, line }: PatternOptions): RegExp[] {
  const flags = ignoreCase ? 'gui' : 'gu'
  if (kind === 'perl') return patterns.map((text) => compilePerl(line ? `^(?:${text})$` : text, ignoreCase))
  const alone = (source: string): string => (line ? `^(?:${source})$` : source)
  for (const text of patterns) compileRegex(kind === 'fixed' ? '' : text, kind === 'extended' ? 'extended' : 'basic')
  const sources = patterns.map((text) => sourceOf(text, kind))
  try {
    if (sources.some((source) => /\\[1-9]/.test(source)))
      return sources.map((source) => new RegExp(alone(source), flags))
    return sources.length ? [new RegExp(sources.map((source) => alone(`(?:${source})`)).join('|'), flags)] : []
  } catch (error) {
    if (error instanceof SyntaxError) throw new RegexError('Invalid preceding regular expression')
    throw error
  }
}

/** -w: neither side touches a word character. GNU tries shorter matches at the same place, then later ones. */
function wordMatch(pattern: RegExp, line: string, from: number): [number, number] | undefined {
  pattern.lastIndex = from
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    const start = match.index
    for (let length = match[0].length; length > 0 || length === match[0].length; length--) {
      const sticky = length === match[0].length || exact(pattern, line.slice(start, start + length))
      if (sticky && isolated(line, start, start + length)) return [start, start + length]
      if (length === 0) break
    }
    pattern.lastIndex = start + 1
    if (start >= line.length) return undefined
  }
  return undefined
}
const exact = (pattern: RegExp, text: string): boolean =>
  new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace('g', '')).test(text)
const isolated = (line: string, start: number, end: number): boolean =>
  !WORD.test(line.charAt(start - 1)) && !WORD.test(line.charAt(end))

function nextMatch(pattern: RegExp, line: string, from: number): [number, number] | undefined {
  pattern.lastIndex = from
  const match = pattern.exec(line)
  return match ? [match.index, match.index + match[0].length] : undefined
}

/** Means the same in each syntax. */
const LITERAL = /^[\w ,:;=@%&~"'<>/!#-]+$/

/** Looks through a text of many lines, none of which a match leaves. */
function textFinder(patterns: readonly string[], options: PatternOptions): Finder | undefined {
  const [only] = patterns
  const plain = patterns.length === 1 && only !== undefined && LITERAL.test(only)
  if (plain && !options.ignoreCase && !options.word && !options.line) return findLiteral(only)
  const expression = textExpression(patterns, options)
  return expression && findExpression(expression)
}

function textExpression(patterns: readonly string[], options: PatternOptions): RegExp | undefined {
  const { kind, ignoreCase, word, line } = options
  if (kind === 'perl' || word || patterns.length === 0) return undefined
  const syntax = kind === 'extended' ? 'extended' : 'basic'
  const byLine = (text: string): string =>
    kind === 'fixed' ? escapeFixed(text) : translate(text, syntax, { byLine: true })
  const sourceOfOne = (text: string): string =>
    line ? `(?<![^\\n])(?:${byLine(text)})(?![^\\n])` : `(?:${byLine(text)})`
  const source = patterns.map(sourceOfOne).join('|')
  // Numbers of groups change when expressions are joined.
  if (/\\[1-9]/.test(source)) return undefined
  try {
    return new RegExp(source, ignoreCase ? 'giu' : 'gu')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** @throws RegexError */
export function compilePatterns(patterns: readonly string[], options: PatternOptions): Matcher {
  const compiled = expressions(patterns, options)
  const find = options.word ? wordMatch : nextMatch
  const first = (line: string, from: number): [number, number] | undefined => {
    let best: [number, number] | undefined
    for (const pattern of compiled) {
      const found = find(pattern, line, from)
      if (found && (!best || found[0] < best[0] || (found[0] === best[0] && found[1] > best[1]))) best = found
    }
    return best
  }
  const [only] = compiled
  // A pattern for yes or no needs no place to go on from.
  const single =
    only && compiled.length === 1 && !options.word ? new RegExp(only.source, only.flags.replace('g', '')) : undefined
  return {
    inText: textFinder(patterns, options),
    test: single ? (line) => single.test(line) : (line) => first(line, 0) !== undefined,
    all(line) {
      const found: [number, number][] = []
      let at = 0
      while (at <= line.length) {
        const match = first(line, at)
        if (!match) break
        if (match[1] > match[0]) found.push(match)
        at = match[1] > match[0] ? match[1] : match[1] + 1
      }
      return found
    },
  }
}
