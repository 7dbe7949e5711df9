import { isErrno } from '@drydock/abi'
import { askPassword, writeFile } from '@drydock/libc'
import { crosstab } from './crosstab.ts'
import { functionText, viewText } from './describe.ts'
import { literal } from './pattern.ts'
import { errorText } from './problem-text.ts'
import { pset, setOption } from './pset.ts'
import { interpolate } from './scan.ts'
import type { Shell } from './shell.ts'

type Command = (shell: Shell, words: readonly string[], text: string) => Promise<void> | void

/** The statement that stands in the buffer, or was there last; the buffer is empty afterwards. */
export function takeQuery(shell: Shell): string {
  const query = shell.buffer.trim() === '' ? shell.lastQuery : shell.buffer
  shell.buffer = ''
  return query
}

/** Lines with their numbers, as \sf+ shows them from the body on. */
function numbered(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n')
  const body = Math.max(
    0,
    lines.findIndex((line) => /^(AS |BEGIN |RETURN )/.test(line)),
  )
  return lines.map((line, i) => `${(i < body ? '' : String(i - body + 1)).padEnd(7)} ${line}\n`).join('')
}

const showFunction =
  (withNumbers: boolean): Command =>
  async (shell, [name]) => {
    if (name === undefined) return shell.complain('function name is required')
    const found = await shell.ask(functionText(name))
    const text = found?.rows[0]?.[0]
    if (text) await shell.say(withNumbers ? numbered(text) : `${text.replace(/\n$/, '')}\n`)
  }

const showView =
  (withNumbers: boolean): Command =>
  async (shell, [name]) => {
    if (name === undefined) return shell.complain('view name is required')
    const found = await shell.ask(viewText(name))
    const [schema, view, text] = found?.rows[0] ?? []
    if (!text) return
    const whole = `CREATE OR REPLACE VIEW ${schema}.${view} AS\n${text.replace(/;\s*$/, '')}\n`
    const lines = whole.trimEnd().split('\n')
    await shell.say(withNumbers ? lines.map((line, i) => `${String(i + 1).padEnd(7)} ${line}\n`).join('') : whole)
  }

/** \gdesc: the columns that a statement would give, without running it. */
const describeResult: Command = async (shell) => {
  const sql = interpolate(takeQuery(shell), shell.variables).replace(/;\s*$/, '')
  const name = 'drydock_gdesc'
  // A view of nothing has the columns, and says what they are.
  const found = await shell.ask(`SELECT * FROM (${sql}) ${name} LIMIT 0`)
  if (!found) return
  if (found.columns.length === 0) return shell.say('The command has no result, or the result has no columns.\n')
  const rows = found.columns.map((column) => `(${literal(column.name)}, ${column.type}, ${column.modifier ?? -1})`)
  const types = await shell.ask(
    `SELECT name AS "Column", pg_catalog.format_type(tp::pg_catalog.oid, tpm) AS "Type" FROM (VALUES ${rows.join(', ')}) s(name, tp, tpm)`,
  )
  if (types) await shell.show(types)
}

const crosstabview: Command = async (shell, words) => {
  const found = await shell.ask(interpolate(takeQuery(shell), shell.variables))
  if (!found) return
  const table = crosstab(found, words)
  await (typeof table === 'string' ? shell.complain(table) : shell.show(table))
}

const errverbose: Command = (shell) =>
  shell.lastError
    ? shell.io.warn(`${errorText(shell.lastError, shell.lastQuery, 'verbose')}\n`)
    : shell.say('There is no previous error.\n')

/** \setenv and \getenv are about psql's own surroundings, which `\!` hands on. */
const environment =
  (get: boolean): Command =>
  (shell, [name, value = '']) => {
    if (name === undefined || (get && value === ''))
      return shell.complain(`\\${get ? 'getenv' : 'setenv'}: missing required argument`)
    if (get) {
      const found = shell.environment.get(value)
      if (found !== undefined) shell.variables.set(name, found)
    } else if (name.includes('=')) return shell.complain('\\setenv: environment variable name must not contain "="')
    else shell.environment.set(name, value)
    return undefined
  }

const write: Command = async (shell, [path]) => {
  if (path === undefined) return shell.complain('\\w: missing required argument')
  try {
    await writeFile(shell.sys, path, `${takeKept(shell)}\n`, 0o644)
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.complain(`${path}: ${error.message}`)
  }
}
const takeKept = (shell: Shell): string => (shell.buffer.trim() === '' ? shell.lastQuery : shell.buffer)

/** \password: asks twice, and sends the statement. */
const password: Command = async (shell, [given]) => {
  const user = given ?? shell.session.target.user
  const first = await askPassword(shell.process, shell.io, `Enter new password for user "${user}": `)
  const again = await askPassword(shell.process, shell.io, 'Enter it again: ')
  if (first !== again) return shell.complain("Passwords didn't match.")
  await shell.ask(`ALTER USER "${user.replaceAll('"', '""')}" PASSWORD ${literal(first)}`)
}

const prompt: Command = async (shell, words) => {
  const name = words.at(-1)
  if (name === undefined) return shell.complain('\\prompt: missing required argument')
  const text = words.length > 1 ? (words[0] ?? '') : ''
  shell.variables.set(name, (await shell.readLine(text)) ?? '')
}

/** \g (format=csv) file: options for this once. */
export async function sendWith(shell: Shell, text: string, expanded: boolean): Promise<void> {
  const [, options = '', path = ''] = /^\s*(?:\(([^)]*)\))?\s*(.*)$/.exec(text) ?? []
  const print = { ...shell.print, ...(expanded ? { expanded: true } : {}) }
  for (const each of options.split(/\s+/).filter(Boolean)) {
    const [name = '', value] = each.split('=')
    const problem = setOption(print, name, value?.replace(/^'|'$/g, ''))
    if (problem !== undefined) return shell.complain(problem)
  }
  const query = takeQuery(shell)
  const file = path.trim().replace(/^'|'$/g, '')
  if (file !== '') await shell.output(file)
  if (query !== '') await shell.run(query, print)
  if (file !== '') await shell.output('')
}

export const MORE_COMMANDS: readonly (readonly [string, Command])[] = [
  ['sf', showFunction(false)],
  ['sf+', showFunction(true)],
  ['sv', showView(false)],
  ['sv+', showView(true)],
  ['gdesc', describeResult],
  ['crosstabview', crosstabview],
  ['errverbose', errverbose],
  ['setenv', environment(false)],
  ['getenv', environment(true)],
  ['w', write],
  ['write', write],
  ['password', password],
  ['prompt', prompt],
  ['pset', pset],
  [
    'f',
    (shell, [value]) =>
      pset(shell, value === undefined ? ['fieldsep', shell.print.fieldSeparator] : ['fieldsep', value]),
  ],
  ['C', (shell, [value]) => pset(shell, value === undefined ? ['title'] : ['title', value])],
  ['T', (shell, [value]) => pset(shell, value === undefined ? ['tableattr'] : ['tableattr', value])],
  ['H', (shell) => pset(shell, ['format', shell.print.format === 'html' ? 'aligned' : 'html'])],
]
