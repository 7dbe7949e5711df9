import { inspect } from './inspect.ts'

/** Columns that a text takes on a terminal. */
export const columnsOf = (text: string): number => {
  let columns = 0
  for (const char of text.replaceAll(/\x1b\[\d+m/g, '').normalize('NFC')) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x20 || (code >= 0x300 && code < 0x370) || code === 0x200d || (code >= 0xfe00 && code < 0xfe10)) continue
    const wide =
      (code >= 0x1100 && code < 0x1160) ||
      (code >= 0x2e80 && code < 0xa4d0) ||
      (code >= 0xac00 && code < 0xd7a4) ||
      (code >= 0xff00 && code < 0xff61) ||
      code >= 0x1f300
    columns += wide ? 2 : 1
  }
  return columns
}

/** A box of rows and columns, for arrays and objects of records. @returns what is to be logged */
export function table(value: unknown, wanted?: readonly string[]): unknown[] {
  if (typeof value !== 'object' || value === null) return [value]
  if (value instanceof Map) {
    const rows = [...value].map(([key, each], at) => [String(at), cell(key), cell(each)])
    return [box(['(iteration index)', 'Key', 'Values'], rows)]
  }
  const counted = value instanceof Set
  const rows = counted ? [...value].map((each, at) => [String(at), each] as const) : Object.entries(value)
  return [records(counted ? '(iteration index)' : '(index)', rows, wanted)]
}

const cell = (value: unknown): string => {
  const nested = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 2
  return inspect(value, { maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY, depth: nested ? -1 : 0 })
}
const isRecord = (value: unknown): value is Record<string, unknown> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

function records(index: string, rows: readonly (readonly [string, unknown])[], wanted?: readonly string[]): string {
  const columns = new Set(wanted)
  let values = false
  for (const [, row] of rows) {
    if (!isRecord(row)) values = wanted === undefined
    else if (!wanted) for (const key of Object.keys(row)) columns.add(key)
  }
  const body = rows.map(([name, row]) => [
    name,
    ...[...columns].map((key) => (isRecord(row) && Object.hasOwn(row, key) ? cell(row[key]) : '')),
    ...(values ? [isRecord(row) ? '' : cell(row)] : []),
  ])
  return box([index, ...columns, ...(values ? ['Values'] : [])], body)
}

function box(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((row) => columnsOf(row[at] ?? ''))) + 2)
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((columns) => '─'.repeat(columns)).join(middle) + right
  const line = (row: readonly string[]): string =>
    `│${row.map((text, at) => ` ${text}${' '.repeat((widths[at] ?? 0) - 1 - columnsOf(text))}`).join('│')}│`
  return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')].join('\n')
}
