const WIDTH = 72

const isName = (key: string): boolean => /^[A-Za-z_$][\w$]*$/.test(key)

/** A value of JSON as node's console shows it. util.inspect() */
export function shownValue(value: unknown, indent = 0): string {
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((each) => shownValue(each, indent + 2))
    : Object.entries(value).map(([key, each]) => `${isName(key) ? key : `'${key}'`}: ${shownValue(each, indent + 2)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  const length = parts.reduce((sum, part) => sum + part.length + 2, indent)
  if (parts.every((part) => !part.includes('\n')) && length <= WIDTH && (isList ? parts.length <= 6 : true))
    return `${open} ${parts.join(', ')} ${close}`
  const pad = ' '.repeat(indent + 2)
  const rows = isList && parts.length > 6 ? inColumns(parts) : parts
  return `${open}\n${rows.map((row) => pad + row).join(',\n')}\n${' '.repeat(indent)}${close}`
}

/** Long lists stand in columns. lib/internal/util/inspect.js, groupArrayElements */
function inColumns(parts: readonly string[]): readonly string[] {
  const widths = parts.map((part) => part.length + 2)
  const widest = Math.max(...widths)
  const total = widths.reduce((sum, each) => sum + each, 0)
  if (widest * 3 + 2 >= 80 || !(total / widest > 5 || widest <= 6)) return parts
  const biased = Math.sqrt(widest - total / parts.length)
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * Math.max(biased, 1) * parts.length) / Math.max(biased, 1)),
    Math.floor((80 - 2) / widest),
    12,
    15,
  )
  if (columns <= 1) return parts
  const rows: string[] = []
  const lengths = Array.from({ length: columns }, (_, at) =>
    Math.max(...widths.filter((_each, i) => i % columns === at)),
  )
  for (let at = 0; at < parts.length; at += columns) {
    const row = parts.slice(at, at + columns)
    rows.push(row.map((part, i) => (i === row.length - 1 ? part : `${part}, `.padEnd(lengths[i] ?? 0))).join(''))
  }
  return rows
}
