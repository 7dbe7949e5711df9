import type { TextBuffer } from './text-buffer.ts'

/** Where a motion ends. `lines`: it takes whole lines; `inclusive`: the character there belongs to it. */
export interface Target {
  readonly row: number
  readonly column: number
  readonly lines?: boolean
  readonly inclusive?: boolean
}
export interface MotionContext {
  readonly buffer: TextBuffer
  readonly count: number
  /** A count was typed. */
  readonly counted: boolean
  /** For f, t, F and T. */
  readonly char: string
  readonly height: number
  readonly top: number
}
type Motion = (context: MotionContext) => Target | undefined

const kind = (char: string, big: boolean): number =>
  char === '' || /\s/.test(char) ? 0 : big || /\w/.test(char) ? 1 : 2

function wordForward({ buffer, count }: MotionContext, big: boolean): Target {
  let { row, column } = buffer
  for (let i = 0; i < count; i++) {
    const line = buffer.lines[row] ?? ''
    const start = kind(line.charAt(column), big)
    while (column < line.length && kind(line.charAt(column), big) === start && start !== 0) column++
    for (;;) {
      const text = buffer.lines[row] ?? ''
      while (column < text.length && kind(text.charAt(column), big) === 0) column++
      if (column < text.length || row >= buffer.lines.length - 1) break
      row++
      column = 0
      if (buffer.lines[row] === '') break
    }
  }
  return { row, column }
}

function wordBack({ buffer, count }: MotionContext, big: boolean): Target {
  let { row, column } = buffer
  for (let i = 0; i < count; i++) {
    for (;;) {
      const text = buffer.lines[row] ?? ''
      while (column > 0 && kind(text.charAt(column - 1), big) === 0) column--
      if (column > 0 || row === 0) break
      row--
      column = (buffer.lines[row] ?? '').length
      if (column === 0) break
    }
    const text = buffer.lines[row] ?? ''
    const at = kind(text.charAt(column - 1), big)
    while (column > 0 && kind(text.charAt(column - 1), big) === at) column--
  }
  return { row, column }
}

function wordEnd({ buffer, count }: MotionContext, big: boolean): Target {
  let { row, column } = buffer
  for (let i = 0; i < count; i++) {
    column++
    for (;;) {
      const text = buffer.lines[row] ?? ''
      while (column < text.length && kind(text.charAt(column), big) === 0) column++
      if (column < text.length || row >= buffer.lines.length - 1) break
      row++
      column = 0
    }
    const text = buffer.lines[row] ?? ''
    const at = kind(text.charAt(column), big)
    while (column + 1 < text.length && kind(text.charAt(column + 1), big) === at) column++
  }
  return { row, column, inclusive: true }
}

function findChar({ buffer, count, char }: MotionContext, forward: boolean, before: boolean): Target | undefined {
  let at = buffer.column
  for (let i = 0; i < count; i++) {
    at = forward ? buffer.line.indexOf(char, at + 1) : buffer.line.lastIndexOf(char, at - 1)
    if (at < 0) return undefined
  }
  return { row: buffer.row, column: at + (before ? (forward ? -1 : 1) : 0), inclusive: forward }
}

const firstText = (line: string): number => Math.max(0, line.search(/\S|$/))
const lineTarget = (buffer: TextBuffer, row: number): Target => {
  const to = Math.max(0, Math.min(buffer.lines.length - 1, row))
  return { row: to, column: firstText(buffer.lines[to] ?? ''), lines: true }
}

/** An empty line on the way. */
function paragraph({ buffer, count }: MotionContext, step: 1 | -1): Target {
  let { row } = buffer
  for (let i = 0; i < count; i++) {
    row += step
    while (row > 0 && row < buffer.lines.length - 1 && buffer.lines[row] !== '') row += step
  }
  row = Math.max(0, Math.min(buffer.lines.length - 1, row))
  return { row, column: 0 }
}

const PAIRS = '()[]{}'
function matching({ buffer }: MotionContext): Target | undefined {
  const start = buffer.line.slice(buffer.column).search(/[()[\]{}]/)
  if (start < 0) return undefined
  let { row } = buffer
  let column = buffer.column + start
  const open = buffer.line.charAt(column)
  const place = PAIRS.indexOf(open)
  const step = place % 2 === 0 ? 1 : -1
  const close = PAIRS.charAt(place + step)
  let depth = 0
  for (;;) {
    const char = (buffer.lines[row] ?? '').charAt(column)
    if (char === open) depth++
    if (char === close && --depth === 0) return { row, column, inclusive: true }
    column += step
    if (column < 0 || column >= (buffer.lines[row] ?? '').length) {
      row += step
      if (row < 0 || row >= buffer.lines.length) return undefined
      column = step > 0 ? 0 : (buffer.lines[row] ?? '').length - 1
    }
  }
}

const vertical =
  (by: (context: MotionContext) => number): Motion =>
  (context) => ({
    row: Math.max(0, Math.min(context.buffer.lines.length - 1, context.buffer.row + by(context))),
    column: context.buffer.column,
    lines: true,
  })
const sideways =
  (step: 1 | -1): Motion =>
  ({ buffer, count }) => ({
    row: buffer.row,
    column: Math.max(0, Math.min(buffer.line.length, buffer.column + step * count)),
  })

/** Motions by key. vi(1), POSIX. */
export const MOTIONS: ReadonlyMap<string, Motion> = new Map<string, Motion>([
  ...['h', 'LEFT', '\b', '\x7f'].map((key) => [key, sideways(-1)] as const),
  ...['l', 'RIGHT', ' '].map((key) => [key, sideways(1)] as const),
  ...['j', 'DOWN', '\x0e', '\n'].map((key) => [key, vertical(({ count }) => count)] as const),
  ...['k', 'UP', '\x10'].map((key) => [key, vertical(({ count }) => -count)] as const),
  ...['+', '\r'].map(
    (key) => [key, ({ buffer, count }: MotionContext) => lineTarget(buffer, buffer.row + count)] as const,
  ),
  ['-', ({ buffer, count }) => lineTarget(buffer, buffer.row - count)],
  ['_', ({ buffer, count }) => lineTarget(buffer, buffer.row + count - 1)],
  ...['0', 'HOME'].map((key) => [key, ({ buffer }: MotionContext) => ({ row: buffer.row, column: 0 })] as const),
  ['^', ({ buffer }) => ({ row: buffer.row, column: firstText(buffer.line) })],
  ...['$', 'END'].map(
    (key) =>
      [
        key,
        ({ buffer, count }: MotionContext) => ({
          row: Math.min(buffer.lines.length - 1, buffer.row + count - 1),
          column: Math.max(0, (buffer.lines[buffer.row + count - 1] ?? '').length - 1),
          inclusive: true,
        }),
      ] as const,
  ),
  ['w', (context) => wordForward(context, false)],
  ['W', (context) => wordForward(context, true)],
  ['b', (context) => wordBack(context, false)],
  ['B', (context) => wordBack(context, true)],
  ['e', (context) => wordEnd(context, false)],
  ['E', (context) => wordEnd(context, true)],
  ['G', ({ buffer, count, counted }) => lineTarget(buffer, counted ? count - 1 : buffer.lines.length - 1)],
  ['gg', ({ buffer, count }) => lineTarget(buffer, count - 1)],
  ['H', ({ buffer, top }) => lineTarget(buffer, top)],
  ['M', ({ buffer, top, height }) => lineTarget(buffer, top + Math.floor(height / 2))],
  ['L', ({ buffer, top, height }) => lineTarget(buffer, top + height - 1)],
  ['}', (context) => paragraph(context, 1)],
  ['{', (context) => paragraph(context, -1)],
  ['%', matching],
  ['f', (context) => findChar(context, true, false)],
  ['t', (context) => findChar(context, true, true)],
  ['F', (context) => findChar(context, false, false)],
  ['T', (context) => findChar(context, false, true)],
  ...['\x06', 'PAGEDOWN'].map((key) => [key, vertical(({ height, count }) => (height - 2) * count)] as const),
  ...['\x02', 'PAGEUP'].map((key) => [key, vertical(({ height, count }) => -(height - 2) * count)] as const),
  ['\x04', vertical(({ height }) => Math.floor(height / 2))],
  ['\x15', vertical(({ height }) => -Math.floor(height / 2))],
])
