import { type Cli, CliError } from '@drydock/cli-plugin'
import { type BakeFile, BakeScope } from './bake-file.ts'
import { listTargets } from './bake-targets.ts'
import { evaluate, textOf } from './hcl/evaluate.ts'

interface Wish {
  readonly type: string
  readonly format: string
}

/** `targets`, or `type=variables,format=json`. @throws CliError */
function readWish(text: string): Wish {
  const pairs = text.includes('=') ? text.split(',').map((pair) => pair.split('=')) : [['type', text]]
  const fields = new Map(pairs.map(([key = '', value = '']): [string, string] => [key.trim().toLowerCase(), value]))
  const unknown = [...fields.keys()].find((key) => key !== 'type' && key !== 'format')
  if (unknown !== undefined)
    throw new CliError(`ERROR: unexpected key '${unknown}' in '${unknown}=${fields.get(unknown) ?? ''}'`)
  const wish = { type: fields.get('type') ?? '', format: fields.get('format') ?? 'table' }
  if (!['targets', 'variables'].includes(wish.type))
    throw new CliError(`ERROR: invalid list type ${JSON.stringify(wish.type)}`)
  if (!['table', 'json'].includes(wish.format))
    throw new CliError(`ERROR: invalid list format ${JSON.stringify(wish.format)}`)
  return wish
}

/** A table as Go's tabwriter makes it with tabs of eight. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => {
    const longest = Math.max(...rows.map((row) => (row[i] ?? '').length))
    return Math.ceil((longest + 1) / 8) * 8
  })
  const cell = (text: string, i: number, last: boolean): string =>
    last ? text : text + '\t'.repeat(Math.ceil(((widths[i] ?? 0) - text.length) / 8))
  return rows.map((row) => `${row.map((text, i) => cell(text, i, i === row.length - 1)).join('')}\n`).join('')
}

/** `bake --list`. buildx commands/bake.go */
export async function tellList(cli: Cli, file: BakeFile, text: string): Promise<number> {
  const { type, format } = readWish(text)
  const env = (name: string): string | undefined => cli.env.get(name)
  const targets = type === 'targets'
  const rows = targets ? listTargets(file, env) : variables(file, env)
  if (format === 'json') await cli.print(`${JSON.stringify(rows.map(shown), undefined, 2)}\n`)
  else {
    const head = targets ? ['TARGET', 'DESCRIPTION'] : ['VARIABLE', 'VALUE', 'DESCRIPTION']
    await cli.print(table([head, ...rows.map((row) => cells(row))]))
  }
  return 0
}

interface Row {
  readonly name: string
  readonly description: string
  readonly group?: boolean
  readonly value?: string | null
}

const cells = ({ name, value, description }: Row): string[] =>
  value === undefined ? [name, description] : [name, value ?? '<null>', description]

const shown = ({ name, value, description, group }: Row): object => ({
  name,
  ...(description === '' ? {} : { description }),
  ...(typeof value === 'string' ? { value } : {}),
  ...(group === true ? { group } : {}),
})

function variables(file: BakeFile, env: (name: string) => string | undefined): Row[] {
  const scope = new BakeScope(file, env)
  return [...file.variables]
    .filter(([, { read }]) => read !== undefined)
    .map(([name, { description }]) => {
      const value = scope.variable(name)
      const told = description ? textOf(evaluate(description, scope)) : ''
      return { name, value: value === null ? null : textOf(value), description: told }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
