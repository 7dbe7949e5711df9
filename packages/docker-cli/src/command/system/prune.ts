import { bool, type Cli, CliError, defineCommand, filter, humanSize, noArgs } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'
import { deletedImages } from '../image/prune.ts'
import type { Filters } from '@drydock/docker-api'

interface Wanted {
  readonly all: boolean
  readonly volumes: boolean
  readonly filters: Filters
}

function question({ all, volumes }: Wanted, filter: readonly string[]): string {
  const things = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ]
  const lines = things.map((thing) => `  - ${thing}\n`).join('')
  const filters =
    filter.length > 0
      ? `\n  Items to be pruned will be filtered with:\n${filter.map((each) => `  - ${each}\n`).join('')}`
      : ''
  return `WARNING! This will remove:\n${lines}${filters}\nAre you sure you want to continue?`
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `${line}\n`).join('')}\n`

/** @returns bytes reclaimed */
async function pruneAll(cli: Cli, wanted: Wanted): Promise<number> {
  const { client } = cli
  const containers = await client.containers.prune(wanted.filters)
  await cli.print(section('Deleted Containers', containers.ContainersDeleted ?? []))
  const networks = await client.networks.prune(wanted.filters)
  await cli.print(section('Deleted Networks', networks.NetworksDeleted ?? []))
  const volumes = wanted.volumes ? await client.volumes.prune(wanted.filters) : undefined
  await cli.print(section('Deleted Volumes', volumes?.VolumesDeleted ?? []))
  const images = await client.images.prune({ ...wanted.filters, dangling: [String(!wanted.all)] })
  const items = images.ImagesDeleted ?? []
  if (items.length > 0) await cli.print(`Deleted Images:\n${deletedImages(items)}\n`)
  const cache = await client.images.pruneBuildCache({ all: wanted.all, filters: wanted.filters })
  await cli.print(section('Deleted build cache objects', cache?.CachesDeleted ?? []))
  return [containers, volumes, images, cache].reduce((sum, report) => sum + (report?.SpaceReclaimed ?? 0), 0)
}

export const prune = defineCommand({
  name: 'prune',
  use: 'prune [OPTIONS]',
  short: 'Remove unused data',
  args: noArgs,
  flags: {
    all: bool('a', 'Remove all unused images not just dangling ones'),
    filter: filter('', 'Provide filter values (e.g. "label=<key>=<value>")'),
    force: bool('f', 'Do not prompt for confirmation'),
    volumes: bool('', 'Prune anonymous volumes'),
  },
  async run({ cli, flags }) {
    const wanted = { all: flags.all, volumes: flags.volumes, filters: toFilters(flags.filter) }
    if (flags.volumes && wanted.filters.until)
      throw new CliError('ERROR: The "until" filter is not supported with "--volumes"')
    await confirm(cli, flags.force, question(wanted, flags.filter))
    await cli.print(`Total reclaimed space: ${humanSize(await pruneAll(cli, wanted))}\n`)
  },
})
