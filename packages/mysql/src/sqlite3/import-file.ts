import { isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { literal, quotedName } from './output-modes.ts'
import type { Shell } from './shell.ts'

/** Fields of rows, in quotes where they hold separators, quotes or line breaks. RFC 4180 */
function rowsOf(text: string, separator: string, rowSeparator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let started = false
  const end = rowSeparator === '\r\n' ? '\n' : rowSeparator
  for (let at = 0; at < text.length; ) {
    if (!started && text[at] === '"') {
      const close = closing(text, at + 1)
      field = text.slice(at + 1, close).replaceAll('""', '"')
      at = close + 1
      started = true
    } else if (text.startsWith(separator, at)) {
      row.push(field)
      field = ''
      started = false
      at += separator.length
    } else if (text.startsWith(end, at)) {
      rows.push([...row, end === '\n' ? field.replace(/\r$/, '') : field])
      row = []
      field = ''
      started = false
      at += end.length
    } else {
      field += text[at] ?? ''
      started = true
      at++
    }
  }
  if (field !== '' || row.length > 0) rows.push([...row, field])
  return rows
}

function closing(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] !== '"') continue
    if (text[at + 1] !== '"') return at
    at++
  }
  return text.length
}

const USAGE = `.import FILE TABLE       Import data from FILE into TABLE
   Options:
     --ascii               Use \\037 and \\036 as column and row separators
     --csv                 Use , and \\n as column and row separators
     --skip N              Skip the first N rows of input
     --schema S            Target table to be S.TABLE
     -v                    "Verbose" - increase auxiliary output
   Notes:
     *  If TABLE does not exist, it is created.  The first row of input
        determines the column names.
     *  If neither --csv or --ascii are used, the input mode is derived
        from the ".mode" output mode
     *  If FILE begins with "|" then it is a command that generates the
        input text.
`

/** .import: rows of a file into a table, which is made by the first of them when it is not there. */
export async function importFile(shell: Shell, args: readonly string[]): Promise<boolean> {
  const { look, connection, process } = shell
  const skipAt = args.indexOf('--skip')
  const skip = skipAt < 0 ? 0 : Number(args[skipAt + 1])
  const [file, table] = args.filter((each, at) => !each.startsWith('-') && (skipAt < 0 || at !== skipAt + 1))
  if (file === undefined || table === undefined) {
    await shell.print(`ERROR: missing ${file === undefined ? 'FILE' : 'TABLE'} argument. Usage:\n${USAGE}`)
    return false
  }
  const csv = args.some((each) => /^--?csv$/.test(each)) || look.mode === 'csv'
  const ascii = args.some((each) => /^--?ascii$/.test(each))
  let text: string
  try {
    text = await readTextFile(process.sys, file)
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.warn(`Error: cannot open "${file}"\n`)
    return false
  }
  const rows = rowsOf(
    text,
    csv ? ',' : ascii ? '\x1f' : look.separator,
    csv ? '\n' : ascii ? '\x1e' : look.rowSeparator,
  ).slice(skip)
  const known = await connection.run(
    `SELECT count(*) FROM pragma_table_info(${literal({ type: 'text', text: table })})`,
  )
  let width = Number(known.rows[0]?.[0]?.text ?? 0)
  let passed = skip
  if (width === 0) {
    passed++
    const names = rows.shift() ?? []
    width = names.length
    const columns = names.map((name) => `"${name.replaceAll('"', '""')}" TEXT`).join(', ')
    await connection.run(`CREATE TABLE "${table.replaceAll('"', '""')}"(\n${columns})`)
  }
  await connection.run('BEGIN')
  for (const [at, row] of rows.entries())
    await insertRow(shell, { table, row, width, place: `${file}:${at + 1 + passed}` })
  await connection.run('COMMIT')
  return true
}

async function insertRow(
  shell: Shell,
  {
    table,
    row,
    width,
    place,
  }: { readonly table: string; readonly row: readonly string[]; readonly width: number; readonly place: string },
): Promise<void> {
  if (row.length < width)
    await shell.warn(`${place}: expected ${width} columns but found ${row.length} - filling the rest with NULL\n`)
  if (row.length > width)
    await shell.warn(`${place}: expected ${width} columns but found ${row.length} - extras ignored\n`)
  const values = Array.from({ length: width }, (_, at) =>
    row[at] === undefined ? 'NULL' : literal({ type: 'text', text: row[at] }),
  )
  const { problem } = await shell.connection.run(`INSERT INTO ${quotedName(table)} VALUES(${values.join(',')})`)
  if (problem) await shell.warn(`${place}: INSERT failed: ${problem.message}\n`)
}
