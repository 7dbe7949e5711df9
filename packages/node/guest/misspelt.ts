import { misspellings } from './stack.ts'
import { misspelling } from './syntax-words.ts'

/** Where a line begins in a text. */
function lineStart(text: string, line: number): number {
  let at = 0
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return at
}

/**
 * What is wrong with a text, in V8's words and with its place in the text.
 * @param before characters that were put before the text's first line
 */
export function misspelt(error: unknown, source: string, file: string, before: number): unknown {
  if (!(error instanceof SyntaxError)) return error
  const [, at = '1', column = '1'] = /:(\d+):(\d+)\)?$/m.exec(error.stack ?? '') ?? []
  const lines = source.split('\n')
  const line = Number(at)
  const own = Math.max(1, line === 1 ? Number(column) - before : Number(column))
  const place = line > lines.length ? source.length : lineStart(source, line) + own - 1
  const found = misspelling(error.message, source, place)
  const told = new SyntaxError(found?.message ?? error.message)
  misspellings.set(told, { file, ...shown(found?.at, source, found ? undefined : place), width: found?.width ?? 1 })
  return told
}

/** Without a place the text has ended: its last line is shown, and nothing in it. */
function shown(at: number | undefined, source: string, place: number | undefined): { line: number; column: number } {
  const where = at ?? place
  if (where === undefined) return { line: source.split('\n').length, column: 0 }
  const before = source.slice(0, where).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
