import {
  bool,
  type Cli,
  CliError,
  defineCommand,
  ellipsis,
  FORMAT_HELP,
  formatList,
  type ListFormat,
  noArgs,
  row,
  type Row,
  string,
} from '@drydock/cli-plugin'
import { naturalOrder } from '../natural-order.ts'
import { contextStore, readContext } from './docker-endpoint.ts'

const MOST_ERROR = 45

const contextFormat: ListFormat = {
  table: '{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}',
  quiet: '{{.Name}}',
  headers: { Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', Error: 'ERROR', Current: '' },
  typeName: '*formatter.clientContextContext',
}

/** @param what  a context's name in quotes, or "a context" */
export async function warnOfHost(cli: Cli, what: string): Promise<void> {
  if (cli.env.get('DOCKER_HOST'))
    await cli.warn(
      `Warning: DOCKER_HOST environment variable overrides the active context. To use ${what}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n`,
    )
}

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List contexts',
  aliasLine: 'docker context ls, docker context list',
  args: noArgs,
  flags: {
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only show context names'),
  },
  async run({ cli, flags }) {
    const records = [await readContext(cli, 'default'), ...(await contextStore(cli).list())]
    const rows = records
      .toSorted((a, b) => naturalOrder(a.name, b.name))
      .map(({ name, description, host }) => contextRow(cli, name, description, host, ''))
    if (!records.some(({ name }) => name === cli.context)) rows.push(await missingRow(cli))
    await cli.print(formatList(contextFormat, flags.format, flags.quiet, rows))
    await warnOfHost(cli, 'a context')
  },
})

const contextRow = (cli: Cli, name: string, description: string, host: string, problem: string): Row =>
  row({ Current: name === cli.context, Description: description, DockerEndpoint: host, Error: problem, Name: name })

/** The context in force, though there is none of its name. */
async function missingRow(cli: Cli): Promise<Row> {
  try {
    const { name, description, host } = await readContext(cli, cli.context)
    return contextRow(cli, name, description, host, '')
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return contextRow(cli, cli.context, '', '', ellipsis(error.message, MOST_ERROR))
  }
}
