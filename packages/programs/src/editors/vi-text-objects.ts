/** Text objects of vim within one line: words, quotes and brackets. vim's motion.txt, "text-objects". */
export type Span = readonly [start: number, end: number]
type Finder = (line: string, column: number, around: boolean) => Span | undefined

/** Blank, keyword or punctuation: what belongs together in a word. */
const kindOf = (char: string, big: boolean): number =>
  /\s/.test(char) ? 0 : big || /[\p{L}\p{N}_]/u.test(char) ? 1 : 2

function run(line: string, column: number, big: boolean): Span {
  const kind = kindOf(line.charAt(column), big)
  let start = column
  let end = column + 1
  while (start > 0 && kindOf(line.charAt(start - 1), big) === kind) start--
  while (end < line.length && kindOf(line.charAt(end), big) === kind) end++
  return [start, end]
}

/** `aw` takes the white space behind the word, or else that in front of it. */
const word =
  (big: boolean): Finder =>
  (line, column, around) => {
    if (line === '') return undefined
    const [start, end] = run(line, column, big)
    if (!around) return [start, end]
    const behind = /^\s+/.exec(line.slice(end))?.[0].length ?? 0
    const before = /\s+$/.exec(line.slice(0, start))?.[0].length ?? 0
    return behind > 0 ? [start, end + behind] : [start - before, end]
  }

/** Quotes pair from the start of the line; the pair that holds the cursor or follows it. */
const quoted =
  (mark: string): Finder =>
  (line, column, around) => {
    const places = Array.from(line.matchAll(new RegExp(`(?<!\\\\)${mark}`, 'g')), (match) => match.index)
    for (let i = 0; i + 1 < places.length; i += 2) {
      const [open = 0, close = 0] = [places[i], places[i + 1]]
      if (close < column) continue
      if (!around) return [open + 1, close]
      return [open, close + 1 + (/^\s+/.exec(line.slice(close + 1))?.[0].length ?? 0)]
    }
    return undefined
  }

/** Where the bracket that is open at `column` stands, going `step` by `step`. */
function bracket(line: string, column: number, step: 1 | -1, wanted: string, other: string): number {
  let depth = 0
  for (let at = column; at >= 0 && at < line.length; at += step) {
    const char = line.charAt(at)
    if (char === wanted && depth-- === 0) return at
    if (char === other && at !== column) depth++
  }
  return -1
}

const bracketed =
  (open: string, close: string): Finder =>
  (line, column, around) => {
    const start = bracket(line, column, -1, open, close)
    const end = bracket(line, column, 1, close, open)
    if (start < 0 || end < 0) return undefined
    return around ? [start, end + 1] : [start + 1, end]
  }

const PAIRS: readonly (readonly [keys: string, open: string, close: string])[] = [
  ['()b', '(', ')'],
  ['[]', '[', ']'],
  ['{}B', '{', '}'],
  ['<>', '<', '>'],
]
const OBJECTS: ReadonlyMap<string, Finder> = new Map<string, Finder>([
  ['w', word(false)],
  ['W', word(true)],
  ...['"', "'", '`'].map((mark): [string, Finder] => [mark, quoted(mark)]),
  ...PAIRS.flatMap(([keys, open, close]) => Array.from(keys, (key): [string, Finder] => [key, bracketed(open, close)])),
])

/** @param around  `a` objects take the marks or white space too @returns undefined where there is none */
export const textObject = (key: string, line: string, column: number, around: boolean): Span | undefined =>
  OBJECTS.get(key)?.(line, column, around)
