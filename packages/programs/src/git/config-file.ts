/** Files of git-config(1), "CONFIGURATION FILE", read and edited in place. */
export interface ConfigRow {
  /** `user.name`, `branch.main.merge`: section and key in small letters, what stands between as it is. */
  readonly key: string
  readonly value: string
  /** Which lines of the file it takes. */
  readonly from: number
  readonly to: number
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\' }

/** Quotes keep what is in them, `#` and `;` begin comments. */
function valueOf(text: string): string {
  let out = ''
  let kept = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '"') quoted = !quoted
    else if (char === '\\') out += ESCAPES[text.charAt(++i)] ?? text.charAt(i)
    else if (!quoted && (char === '#' || char === ';')) break
    else {
      out += char
      if (!quoted && /\s/.test(char)) continue
    }
    kept = out.length
  }
  return out.slice(0, kept)
}

const SECTION = /^\s*\[([\w.-]+)(?:\s+"((?:\\.|[^"])*)")?\]/

const sectionName = (name: string, sub: string | undefined): string =>
  sub === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${sub.replace(/\\(.)/g, '$1')}`

export function parseConfig(text: string): ConfigRow[] {
  const rows: ConfigRow[] = []
  const lines = text.split('\n')
  let section = ''
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at] ?? ''
    const from = at
    const head = SECTION.exec(line)
    if (head) {
      section = sectionName(head[1] ?? '', head[2])
      line = line.slice(head[0].length)
    }
    while (line.endsWith('\\') && at + 1 < lines.length) line = line.slice(0, -1) + (lines[++at] ?? '')
    const [, key, given] = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line) ?? []
    if (key)
      rows.push({
        key: `${section}.${key.toLowerCase()}`,
        value: given === undefined ? 'true' : valueOf(given),
        from,
        to: at + 1,
      })
  }
  return rows
}

/** Section and last key as they are compared; the middle keeps its letters. */
export function normalKey(key: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')]
  return `${key.slice(0, first).toLowerCase()}${key.slice(first, last)}${key.slice(last).toLowerCase()}`
}

function printed(value: string): string {
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
  return /^\s|\s$|[#;]/.test(value) ? `"${escaped}"` : escaped
}

function headOf(key: string): { name: string; head: string; last: string } {
  const [first, end] = [key.indexOf('.'), key.lastIndexOf('.')]
  const [name, last] = [key.slice(0, first), key.slice(end + 1)]
  const sub = end > first ? key.slice(first + 1, end) : undefined
  return {
    name: sectionName(name, sub),
    head: sub === undefined ? `[${name}]` : `[${name} "${sub.replace(/["\\]/g, '\\$&')}"]`,
    last,
  }
}

const sectionOf = (line: string): string | undefined => {
  const found = SECTION.exec(line)
  return found ? sectionName(found[1] ?? '', found[2]) : undefined
}

/** Adds a row at the end of its section. @returns the file's new text */
export function addRow(text: string, key: string, value: string): string {
  const { name, head, last } = headOf(key)
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const row = `\t${last} = ${printed(value)}`
  const start = lines.findLastIndex((line) => sectionOf(line) === name)
  if (start < 0) return [...lines, head, row, ''].join('\n')
  let end = start + 1
  while (end < lines.length && sectionOf(lines[end] ?? '') === undefined) end++
  while (end > start + 1 && (lines[end - 1] ?? '').trim() === '') end--
  return [...lines.slice(0, end), row, ...lines.slice(end), ''].join('\n')
}

export function replaceRow(text: string, row: ConfigRow, key: string, value: string): string {
  const lines = text.split('\n')
  lines.splice(row.from, row.to - row.from, `\t${headOf(key).last} = ${printed(value)}`)
  return lines.join('\n')
}

/** Takes rows out, and a section that holds nothing any more. */
export function removeRows(text: string, rows: readonly ConfigRow[]): string {
  const lines = text.split('\n')
  for (const { from, to } of [...rows].reverse()) lines.splice(from, to - from)
  return dropEmpty(lines).join('\n')
}

function dropEmpty(lines: readonly string[]): string[] {
  return lines.filter((line, at) => {
    if (sectionOf(line) === undefined || /\]\s*\S/.test(line)) return true
    const next = lines.slice(at + 1).find((each) => each.trim() !== '')
    return next !== undefined && sectionOf(next) === undefined
  })
}

/** @returns undefined where there is no such section */
export function removeSection(text: string, name: string): string | undefined {
  return rewriteSection(text, name, () => [])
}
export function renameSection(text: string, name: string, to: string): string | undefined {
  return rewriteSection(text, name, (lines) => [headOf(`${to}.x`).head, ...lines.slice(1)])
}

function rewriteSection(
  text: string,
  name: string,
  make: (lines: readonly string[]) => readonly string[],
): string | undefined {
  const wanted = normalKey(`${name}.x`).slice(0, -2)
  const lines = text.split('\n')
  const out: string[] = []
  let found = false
  for (let at = 0; at < lines.length; ) {
    let end = at + 1
    while (end < lines.length && sectionOf(lines[end] ?? '') === undefined) end++
    const group = lines.slice(at, end)
    const hit = sectionOf(group[0] ?? '') === wanted
    found ||= hit
    out.push(...(hit ? make(group) : group))
    at = end
  }
  if (out.at(-1) !== '') out.push('')
  return found ? out.join('\n') : undefined
}
