import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { errorText, format, inspect } from './inspect.ts'

declare function __now(): number

/** The global `console`. Lines go out at once, indented by the open groups. */
export function createConsole(colors: readonly [boolean, boolean]) {
  let indent = ''
  const counts = new Map<string, number>()
  const timers = new Map<string, number>()
  const print = (fd: 1 | 2, args: readonly unknown[]): void => {
    const text = format(args, colors[fd - 1])
    const lines =
      indent === ''
        ? text
        : text
            .split('\n')
            .map((line) => indent + line)
            .join('\n')
    callSync('write', [fd], Buffer.from(`${lines}\n`))
  }
  const log = (...args: unknown[]): void => print(1, args)
  const warn = (...args: unknown[]): void => print(2, args)
  const elapsed = (label: string): string => {
    const ms = __now() - (timers.get(label) ?? __now())
    return ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${ms.toFixed(3)}ms`
  }
  const group = (...args: unknown[]): void => {
    if (args.length > 0) log(...args)
    indent += '  '
  }
  return {
    log,
    info: log,
    debug: log,
    warn,
    error: warn,
    dir: (value: unknown, options = {}) => log(inspect(value, options)),
    dirxml: log,
    trace: (...args: unknown[]) =>
      warn(`Trace: ${format(args)}\n${errorText(new Error('')).split('\n').slice(1).join('\n')}`),
    assert(condition: unknown, ...args: unknown[]) {
      if (condition) return
      warn(
        ...(typeof args[0] === 'string'
          ? [`Assertion failed: ${args[0]}`, ...args.slice(1)]
          : ['Assertion failed', ...args]),
      )
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2)
    },
    count(label = 'default') {
      counts.set(label, (counts.get(label) ?? 0) + 1)
      log(`${label}: ${counts.get(label)}`)
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void timers.set(label, __now()),
    timeLog: (label = 'default', ...args: unknown[]) => log(`${label}: ${elapsed(label)}`, ...args),
    timeEnd(label = 'default') {
      log(`${label}: ${elapsed(label)}`)
      timers.delete(label)
    },
    table: (value: unknown) => log(table(value)),
    clear() {},
  }
}

/** A box of rows and columns, for arrays and objects of records. */
function table(value: unknown): string {
  if (typeof value !== 'object' || value === null) return inspect(value)
  const rows = Object.entries(value as Record<string, unknown>)
  const columns = new Set<string>()
  for (const [, row] of rows)
    if (typeof row === 'object' && row !== null) for (const key of Object.keys(row)) columns.add(key)
  const plain = rows.some(([, row]) => typeof row !== 'object' || row === null)
  const head = ['(index)', ...columns, ...(plain ? ['Values'] : [])]
  const cell = (row: unknown, key: string): string => {
    const record = row as Record<string, unknown> | null
    return typeof record === 'object' && record !== null && key in record ? inspect(record[key]) : ''
  }
  const body = rows.map(([index, row]) => [
    index,
    ...[...columns].map((key) => cell(row, key)),
    ...(plain ? [typeof row === 'object' && row !== null ? '' : inspect(row)] : []),
  ])
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((row) => (row[at] ?? '').length)) + 2)
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right
  const line = (row: readonly string[]): string =>
    `│${row.map((text, at) => ` ${text.padEnd((widths[at] ?? 0) - 1)}`).join('│')}│`
  return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')].join('\n')
}
