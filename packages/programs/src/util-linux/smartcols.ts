/** One line of a tree: for each column its lines, which are several for mount points. */
export interface Shown {
  readonly name: string
  readonly parent: string | undefined
  readonly cells: readonly (readonly string[])[]
}
export interface Head {
  readonly name: string
  readonly right: boolean | undefined
  /** A truth value: JSON has it without quotes. */
  readonly plain: boolean | undefined
  /** A number: JSON has it without quotes. */
  readonly number?: boolean
  /** Of its width. */
  readonly least?: number
}
interface Form {
  /** What JSON calls the whole. */
  readonly title: string
  /** The column that shows the tree. */
  readonly branches: string
  readonly form: 'tree' | 'list' | 'raw' | 'pairs' | 'json'
  readonly headings: boolean
  readonly ascii: boolean
  /** Names of columns become names of shell variables. */
  readonly shell: boolean
}

/** As libsmartcols prints it. */
export function print(heads: readonly Head[], rows: readonly Shown[], look: Form): string {
  const { form, headings } = look
  if (form === 'json') return `${json(heads, rows, look.title)}\n`
  if (form === 'pairs') return rows.map((row) => `${pairs(heads, row, look.shell)}\n`).join('')
  const names = heads.map(({ name }) => name)
  if (form === 'raw') {
    const lines = rows.map(({ cells }) => cells.map((cell) => cell.map(escaped).join('\\x0a')).join(' '))
    return [...(headings ? [names.join(' ')] : []), ...lines].map((line) => `${line}\n`).join('')
  }
  const shown = form === 'tree' ? inTree(heads, rows, look) : rows
  return table(heads, shown, headings)
}

/** Without a parent among those shown. */
function topOf(rows: readonly Shown[]): Shown[] {
  const known = new Set(rows.map(({ name }) => name))
  return rows.filter(({ parent }) => parent === undefined || !known.has(parent))
}

const BRANCHES = { middle: '├─', last: '└─', through: '│ ' } as const
const ASCII_BRANCHES = { middle: '|-', last: '`-', through: '| ' } as const

/** Children below their parents, with branches before their names. */
function inTree(heads: readonly Head[], rows: readonly Shown[], { branches, ascii }: Form): Shown[] {
  const at = heads.findIndex(({ name }) => name === branches)
  const lines = ascii ? ASCII_BRANCHES : BRANCHES
  const below = (row: Shown, indent: string): Shown[] => {
    const children = rows.filter(({ parent }) => parent === row.name)
    return children.flatMap((child, i) => {
      const isLast = i === children.length - 1
      const branch = indent + (isLast ? lines.last : lines.middle)
      const cells = child.cells.map((cell, j) => (j === at ? [branch + (cell[0] ?? '')] : cell))
      return [{ ...child, cells }, ...below(child, indent + (isLast ? '  ' : lines.through))]
    })
  }
  return topOf(rows).flatMap((row) => [row, ...below(row, '')])
}

function table(heads: readonly Head[], rows: readonly Shown[], headings: boolean): string {
  const columns = heads.map(({ name }, at) => aligned(name, rows, at))
  const width = columns.map(({ head, texts }, at) =>
    Math.max(
      headings ? head.length : 0,
      heads[at]?.least ?? 0,
      ...texts.flatMap((lines) => lines.map((line) => line.length)),
    ),
  )
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, at) =>
        heads[at]?.right ? cell.padStart(width[at] ?? 0) : at === cells.length - 1 ? cell : cell.padEnd(width[at] ?? 0),
      )
      .join(' ')}\n`
  const body = rows.flatMap((_, at) => {
    const height = Math.max(...columns.map(({ texts }) => texts[at]?.length ?? 1))
    return Array.from({ length: height }, (__, row) => line(columns.map(({ texts }) => texts[at]?.[row] ?? '')))
  })
  return (headings ? line(columns.map(({ head }) => head)) : '') + body.join('')
}

/** The colons of device numbers stand below one another. */
function aligned(name: string, rows: readonly Shown[], at: number): { head: string; texts: (readonly string[])[] } {
  const texts = rows.map(({ cells }) => cells[at] ?? [''])
  if (name !== 'MAJ:MIN') return { head: name, texts }
  const parts = texts.map(([text = '']) => text.split(':'))
  const [left, right] = [3, Math.max(3, ...parts.map(([, minor = '']) => minor.length))]
  return {
    head: name,
    texts: parts.map(([major = '', minor = '']) => [`${major.padStart(left)}:${minor.padEnd(right)}`]),
  }
}

const escaped = (text: string): string => text.replace(/[\s\\]/g, (char) => `\\x${hex(char)}`)
const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0')

const pairs = (heads: readonly Head[], { cells }: Shown, shell: boolean): string =>
  heads.map(({ name }, at) => `${shell ? variable(name) : name}="${(cells[at] ?? []).join('\\x0a')}"`).join(' ')
const variable = (name: string): string => name.replace('%', '_PCT').replace(/[^A-Z_]/g, '_')

function json(heads: readonly Head[], rows: readonly Shown[], title: string): string {
  const object = (row: Shown): Record<string, unknown> => {
    const entries = heads.map((head, at) => [head.name.toLowerCase(), jsonValue(head, row.cells[at] ?? [])])
    const children = rows.filter(({ parent }) => parent === row.name).map(object)
    return { ...Object.fromEntries(entries), ...(children.length > 0 ? { children } : {}) }
  }
  return inSmartcols(JSON.stringify({ [title]: topOf(rows).map(object) }, undefined, 3))
}

function jsonValue({ name, plain, number }: Head, lines: readonly string[]): unknown {
  if (name === 'MOUNTPOINTS') return lines.map((line) => line || null)
  const text = lines[0] ?? ''
  if (plain) return text === '1'
  if (number && text !== '') return Number(text)
  return text === '' ? null : text
}

/** libsmartcols puts the brace of the next object behind the one before, and what stands in a cell on one line. */
const inSmartcols = (text: string): string =>
  text
    .replace(/\},\n\s*\{/g, '},{')
    .replace(/\[\n\s*((?:null|"[^\n]*")(?:,\n\s*(?:null|"[^\n]*"))*)\n(\s*)\]/g, (_, items: string, indent: string) => {
      return `[\n${indent}    ${items.replace(/,\n\s*/g, ', ')}\n${indent}]`
    })
