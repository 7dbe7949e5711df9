import { CliError } from '../session/cli-error.ts'
import {
  compileTemplate,
  type FunctionTable,
  headerFunctions,
  type Row,
  tabulate,
  type Template,
  TemplateError,
  TemplateSyntaxError,
} from '@drydock/go-template'

/** How a kind of thing is listed. */
export interface ListFormat {
  /** Without the word `table`: `{{.ID}}\t{{.Names}}`. */
  readonly table: string
  /** With --quiet; default `{{.ID}}`. */
  readonly quiet?: string
  /** What `--format raw` means, where it means something. */
  readonly raw?: string
  /** The same with --quiet; default `container_id: {{.ID}}`. */
  readonly rawQuiet?: string
  readonly headers: Readonly<Record<string, string>>
  /** Go's type of a row, for errors. */
  readonly typeName: string
}

/** The text that is printed for `rows`. @param format '' for the default table @throws CliError */
export function formatList(list: ListFormat, format: string, quiet: boolean, rows: readonly Row[]): string {
  const { isTable, template } = choose(list, format, quiet)
  const source = template
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n')
  const compiled = compile(source, list.typeName)
  const body = rows.map((row) => `${execute(compiled, row)}\n`).join('')
  if (!isTable) return body
  const headers = compile(source, list.typeName, headerFunctions)
  return tabulate(`${execute(headers, headerRow(list))}\n${body}`)
}

function choose(list: ListFormat, format: string, quiet: boolean): { isTable: boolean; template: string } {
  const quietTemplate = list.quiet ?? '{{.ID}}'
  if (format === '' || format === 'table') {
    return quiet ? { isTable: false, template: quietTemplate } : { isTable: true, template: list.table }
  }
  if (format === 'json') return { isTable: false, template: '{{json .}}' }
  if (format === 'raw' && list.raw !== undefined)
    return { isTable: false, template: quiet ? (list.rawQuiet ?? `container_id: ${quietTemplate}`) : list.raw }
  if (format.startsWith('table')) return { isTable: true, template: format.slice(5).trim() }
  return { isTable: false, template: format }
}

const headerRow = (list: ListFormat): Row => {
  const label = (name: unknown): string => headerOfLabel(String(name))
  return new Map<string, unknown>([...Object.entries(list.headers), ['Label', label]])
}
/** `com.example.some-name` heads its column as `some name`. */
const headerOfLabel = (name: string): string => (name.split('.').at(-1) ?? '').replaceAll('-', ' ').replaceAll('_', ' ')

/**
 * Runs a template on a row that shows nothing, as the client does before it asks.
 * @throws CliError
 */
export function checkFormat(format: string, typeName: string, empty: Row): void {
  try {
    compileTemplate(format, { typeName }).run(empty)
  } catch (error) {
    if (error instanceof TemplateSyntaxError) throw new CliError(`failed to parse template: ${error.message}`)
    if (error instanceof TemplateError) throw new CliError(`failed to execute template: ${error.message}`)
    throw error
  }
}

function compile(source: string, typeName: string, functions?: FunctionTable): Template {
  try {
    return compileTemplate(source, { typeName, ...(functions ? { functions } : {}) })
  } catch (error) {
    if (error instanceof TemplateSyntaxError) throw new CliError(`template parsing error: ${error.message}`)
    throw error
  }
}

function execute(template: Template, row: Row): string {
  try {
    return template.run(row)
  } catch (error) {
    if (error instanceof TemplateError) throw new CliError(`template parsing error: ${error.message}`)
    throw error
  }
}

/** A row from a record of fields; functions with parameters are methods. */
export const row = (fields: Readonly<Record<string, unknown>>): Row => new Map(Object.entries(fields))
