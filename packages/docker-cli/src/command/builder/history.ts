import {
  anyArgs,
  atMost,
  bool,
  type Cli,
  CliError,
  defineCommand,
  filter,
  formatList,
  hidden,
  humanDuration,
  type ListFormat,
  noArgs,
  noun,
  row,
  string,
} from '@drydock/cli-plugin'
import type { BuildRecord } from '@drydock/docker-api'
import { records, removeRecord } from './history-store.ts'

const FORMAT: ListFormat = {
  table: '{{.Ref}}\t{{.Name}}\t{{.Status}}\t{{.CreatedAt}}\t{{.Duration}}\t{{.Link}}',
  headers: {
    Ref: 'BUILD ID',
    Name: 'NAME',
    Status: 'STATUS',
    CreatedAt: 'CREATED AT',
    Duration: 'DURATION',
    Link: '',
  },
  typeName: '*history.lsContext',
}

const builderFlag = () => hidden(string('', 'Override the configured builder instance'))

/** `1.2s`, `2m  5s`. */
function duration({ createdAt, completedAt }: BuildRecord): string {
  const seconds = (completedAt - createdAt) / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  return `${Math.floor(seconds / 60)}m ${String(Math.floor(seconds % 60)).padStart(2)}s`
}

const ago = (cli: Cli, time: number): string => `${humanDuration((cli.sys.clock.now() - time) / 1000)} ago`

/** By its id or the begin of it; `^1` is the one before the last. @throws CliError */
async function find(cli: Cli, wanted: string): Promise<BuildRecord> {
  const all = await records(cli)
  const back = wanted === '' ? 0 : /^\^(\d+)$/.exec(wanted)?.[1]
  const found =
    back === undefined ? all.find(({ ref }) => ref.startsWith(wanted.split('/').at(-1) ?? '')) : all[Number(back)]
  if (found) return found
  throw new CliError(
    wanted === '' ? 'ERROR: no records found' : `ERROR: no record found for ref ${JSON.stringify(wanted)}`,
  )
}

const ls = defineCommand({
  name: 'ls',
  use: 'ls [OPTIONS]',
  short: 'List build records',
  args: noArgs,
  flags: {
    builder: builderFlag(),
    filter: filter('', 'Provide filter values (e.g., "status=error")'),
    format: string('', 'Format the output', 'table'),
    local: bool('', 'List records for current repository only'),
    'no-trunc': bool('', "Don't truncate output"),
  },
  async run({ cli, flags }) {
    const all = (await records(cli)).filter((record) =>
      flags.filter.every(
        (each) => !each.startsWith('status=') || each.slice(7).toLowerCase() === record.status.toLowerCase(),
      ),
    )
    const rows = all.map((record) =>
      row({
        Ref: flags.format === 'table' ? record.ref : `default/default/${record.ref}`,
        Name: record.name,
        Status: record.status,
        CreatedAt: ago(cli, record.createdAt),
        Duration: duration(record),
        Link: '',
      }),
    )
    await cli.print(formatList(FORMAT, flags.format === 'table' ? '' : flags.format, false, rows))
  },
})

const logs = defineCommand({
  name: 'logs',
  use: 'logs [OPTIONS] [REF]',
  short: 'Print the logs of a build record',
  args: atMost(1),
  flags: {
    builder: builderFlag(),
    progress: string('', 'Set type of progress output (plain, rawjson, tty)', 'plain'),
  },
  run: async ({ cli, args }) => cli.warn((await find(cli, args[0] ?? '')).log),
})

const rm = defineCommand({
  name: 'rm',
  use: 'rm [OPTIONS] [REF...]',
  short: 'Remove build records',
  args: anyArgs,
  flags: { all: bool('', 'Remove all build records'), builder: builderFlag() },
  async run({ cli, args, flags }) {
    if (args.length === 0 && !flags.all) throw new CliError('ERROR: rm requires at least one argument')
    if (args.length > 0 && flags.all) throw new CliError('ERROR: rm requires either --all or at least one argument')
    const gone: BuildRecord[] = flags.all ? [...(await records(cli))] : []
    for (const ref of args) gone.push(await find(cli, ref))
    for (const { ref } of gone) removeRecord(cli, ref)
  },
})

/** Docker Desktop shows it, in what opens addresses of the machine: here there is neither. */
const open = defineCommand({
  name: 'open',
  use: 'open [OPTIONS] [REF]',
  short: 'Open a build record in Docker Desktop',
  args: atMost(1),
  flags: { builder: builderFlag() },
  async run({ cli, args }) {
    await find(cli, args[0] ?? '')
    throw new CliError('ERROR: exec: "xdg-open,x-www-browser,www-browser": executable file not found in $PATH')
  },
})

const WIDTH = 16
const line = (name: string, value: string): string => (value === '' ? '' : `${`${name}:`.padEnd(WIDTH)}${value}\n`)

const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] [REF]',
  short: 'Inspect a build record',
  args: atMost(1),
  flags: { builder: builderFlag(), format: string('', 'Format the output', 'pretty') },
  async run({ cli, args, flags }) {
    const record = await find(cli, args[0] ?? '')
    if (flags.format === 'json') {
      const { log: _, vertexes: _steps, source: _source, ...shown } = record
      return cli.print(`${JSON.stringify(shown, undefined, 2)}\n`)
    }
    const share = record.steps === 0 ? 0 : Math.floor((record.cached / record.steps) * 100)
    const head =
      line('Name', record.name) +
      line('Context', record.context) +
      line('Dockerfile', record.dockerfile) +
      line('Target', record.target) +
      line('Platform', record.platform)
    const when =
      line('Created', new Date(record.createdAt).toISOString().slice(0, 19).replace('T', ' ')) +
      line('Duration', duration(record)) +
      line('Build Steps', `${record.steps}/${record.steps} (${share}% cached)`) +
      line('Status', record.status === 'Error' ? 'Error' : '')
    const args_ = record.args.map((each) => line(each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1))).join('')
    await cli.print(
      `${head}\n${when}${args_ === '' ? '' : `\nBuild Arg\n${args_}`}${record.error === '' ? '' : `\nError:\n${record.error}\n`}`,
    )
  },
})

export const history = noun({
  name: 'history',
  short: 'Commands to work on build records',
  lacks: 'export, import, trace; records are kept beside the settings',
  children: [inspect, logs, ls, open, rm],
})
