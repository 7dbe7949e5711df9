import {
  anyArgs,
  bool,
  bytesSize,
  type Cli,
  CliError,
  defineCommand,
  FORMAT_HELP,
  formatList,
  humanSize,
  inBackground,
  isProblem,
  type ListFormat,
  problemText,
  row,
  shortId,
  string,
} from '@drydock/cli-plugin'
import type { Stats } from '@drydock/docker-api'

const statsFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}',
  headers: {
    Container: 'CONTAINER',
    Name: 'NAME',
    ID: 'CONTAINER ID',
    CPUPerc: 'CPU %',
    MemUsage: 'MEM USAGE / LIMIT',
    MemPerc: 'MEM %',
    NetIO: 'NET I/O',
    BlockIO: 'BLOCK I/O',
    PIDs: 'PIDS',
  },
  typeName: '*container.statsContext',
}

function cpuPercent({ cpu_stats: now, precpu_stats: before }: Stats): number {
  const used = now.cpu_usage.total_usage - (before?.cpu_usage?.total_usage ?? 0)
  const system = (now.system_cpu_usage ?? 0) - (before?.system_cpu_usage ?? 0)
  const cpus = now.online_cpus || now.cpu_usage.percpu_usage?.length || 1
  return system > 0 && used > 0 ? (used / system) * cpus * 100 : 0
}

/** Without the page cache, as cgroup v1 or v2 counts it. */
function memoryUsed({ memory_stats: { usage = 0, stats = {} } }: Stats): number {
  const cache = stats.total_inactive_file ?? stats.inactive_file ?? 0
  return cache < usage ? usage - cache : usage
}

function blockBytes(stats: Stats): [number, number] {
  const of = (op: string): number =>
    (stats.blkio_stats?.io_service_bytes_recursive ?? [])
      .filter((each) => each.op.toLowerCase().startsWith(op))
      .reduce((sum, each) => sum + each.value, 0)
  return [of('r'), of('w')]
}

const networkBytes = (stats: Stats, key: 'rx_bytes' | 'tx_bytes'): number =>
  Object.values(stats.networks ?? {}).reduce((sum, each) => sum + each[key], 0)

/** One line of the screen; `stats` undefined while none came, or when the container stopped. */
interface Watched {
  readonly given: string
  stats: Stats | undefined
  failed: boolean
}

function statsRow({ given, stats }: Watched, truncate: boolean) {
  if (!stats)
    return row({
      BlockIO: '-- / --',
      CPUPerc: '--',
      Container: given,
      ID: '--',
      MemPerc: '--',
      MemUsage: '-- / --',
      Name: '--',
      NetIO: '-- / --',
      PIDs: '--',
    })
  const limit = stats.memory_stats.limit ?? 0
  const used = memoryUsed(stats)
  const [read, written] = blockBytes(stats)
  return row({
    BlockIO: `${humanSize(read, 3)} / ${humanSize(written, 3)}`,
    CPUPerc: `${cpuPercent(stats).toFixed(2)}%`,
    Container: given,
    ID: truncate ? shortId(stats.id) : stats.id,
    MemPerc: `${(limit > 0 ? (used / limit) * 100 : 0).toFixed(2)}%`,
    MemUsage: `${bytesSize(used)} / ${bytesSize(limit)}`,
    Name: stats.name.replace(/^\//, ''),
    NetIO: `${humanSize(networkBytes(stats, 'rx_bytes'), 3)} / ${humanSize(networkBytes(stats, 'tx_bytes'), 3)}`,
    PIDs: String(stats.pids_stats.current ?? 0),
  })
}

export const stats = defineCommand({
  name: 'stats',
  use: 'stats [OPTIONS] [CONTAINER...]',
  short: 'Display a live stream of container(s) resource usage statistics',
  aliasLine: 'docker container stats, docker stats',
  args: anyArgs,
  completes: ['running'],
  flags: {
    all: bool('a', 'Show all containers (default shows just running)'),
    format: string('', FORMAT_HELP),
    'no-stream': bool('', 'Disable streaming stats and only pull the first result'),
    'no-trunc': bool('', 'Do not truncate output'),
  },
  async run({ cli, args, flags }) {
    const format = flags.format || cli.config.values.statsFormat || ''
    const names = args.length > 0 ? args : await present(cli, flags.all)
    const watched = names.map((given): Watched => ({ given, stats: undefined, failed: false }))
    const show = (): string =>
      formatList(
        statsFormat,
        format,
        false,
        watched.filter((each) => !each.failed).map((each) => statsRow(each, !flags['no-trunc'])),
      )
    if (flags['no-stream']) {
      await Promise.all(watched.map((each) => once(cli, each)))
      return cli.print(show())
    }
    return follow(cli, watched, args.length === 0 ? flags.all : undefined, show)
  },
})

async function present(cli: Cli, all: boolean): Promise<string[]> {
  return (await cli.client.containers.list({ all })).map((each) => shortId(each.Id))
}

async function once(cli: Cli, watched: Watched): Promise<void> {
  try {
    for await (const sample of cli.client.containers.stats(watched.given, { stream: false })) watched.stats = sample
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(problemText(error))
  }
}

/** Samples come in by themselves; the screen is drawn twice a second. @param all follow containers that come and go */
async function follow(cli: Cli, watched: Watched[], all: boolean | undefined, show: () => string): Promise<number> {
  let failure: unknown
  const watch = async (each: Watched): Promise<void> => {
    try {
      for await (const sample of cli.client.containers.stats(each.given, { stream: true })) each.stats = sample
      each.stats = undefined
    } catch (error) {
      if (all === undefined) failure = error
      each.failed = true
    }
    if (all === false) each.failed = true
  }
  for (const each of watched) inBackground(watch(each))
  await cli.print('\u001b[2J\u001b[H')
  for (;;) {
    if (failure !== undefined) throw failure
    if (all !== undefined)
      for (const name of await present(cli, all)) join(watched, name, (each) => inBackground(watch(each)))
    await cli.print(`\u001b[H${show().replaceAll('\n', '\u001b[K\n')}\u001b[J`)
    await cli.io.out.flush()
    if (all === undefined && watched.every((each) => each.failed)) return 0
    await cli.sys.sleep(500)
  }
}

function join(watched: Watched[], name: string, start: (each: Watched) => void): void {
  if (watched.some((each) => each.given === name && !each.failed)) return
  const fresh: Watched = { given: name, stats: undefined, failed: false }
  watched.push(fresh)
  start(fresh)
}
