import type { BuildCacheItem } from '@drydock/docker-api'
import {
  bool,
  bytes,
  defineCommand,
  filter,
  formatList,
  hidden,
  humanDuration,
  humanSize,
  type ListFormat,
  noArgs,
  row,
  string,
  tabulate,
} from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'

const FORMAT: ListFormat = {
  table: '{{.ID}}\t{{.Reclaimable}}\t{{.Size}}\t{{.LastUsedAt}}',
  headers: {
    ID: 'ID',
    Parents: 'PARENTS',
    CreatedAt: 'CREATED AT',
    Mutable: 'MUTABLE',
    Reclaimable: 'RECLAIMABLE',
    Shared: 'SHARED',
    Size: 'SIZE',
    Description: 'DESCRIPTION',
    UsageCount: 'USAGE COUNT',
    LastUsedAt: 'LAST ACCESSED',
    Type: 'TYPE',
  },
  typeName: '*commands.diskusageContext',
}

const PRETTY = `ID:		{{.ID}}
Created at:	{{.CreatedAt}}
Mutable:	{{.Mutable}}
Reclaimable:	{{.Reclaimable}}
Shared:		{{.Shared}}
Size:		{{.Size}}
Description:	{{.Description}}
Usage count:	{{.UsageCount}}
Last used:	{{.LastUsedAt}}
Type:		{{.Type}}
`

const isMutable = ({ Type }: BuildCacheItem): boolean => Type === 'exec.cachemount' || Type === 'source.local'
const ago = (now: number, time: string | null): string =>
  time === null ? '' : `${humanDuration((now - Date.parse(time)) / 1000)} ago`

const cacheRow = (now: number, item: BuildCacheItem, table: boolean) =>
  row({
    ID: item.ID + (table && isMutable(item) ? '*' : ''),
    Parents: item.Parents ?? [],
    CreatedAt: item.CreatedAt.replace('T', ' ').replace('Z', ' +0000 UTC'),
    Mutable: isMutable(item),
    Reclaimable: !item.InUse,
    Shared: item.Shared,
    Size: humanSize(item.Size) + (table && item.Shared ? '*' : ''),
    Description: item.Description,
    UsageCount: item.UsageCount,
    LastUsedAt: ago(now, item.LastUsedAt),
    Type: item.Type,
  })

const sum = (items: readonly BuildCacheItem[]): number => items.reduce((total, { Size }) => total + Size, 0)

function summary(items: readonly BuildCacheItem[]): string {
  const shared = sum(items.filter(({ Shared }) => Shared))
  const lines = [
    ...(shared > 0 ? [`Shared:\t${humanSize(shared)}`, `Private:\t${humanSize(sum(items) - shared)}`] : []),
    `Reclaimable:\t${humanSize(sum(items.filter(({ InUse }) => !InUse)))}`,
    `Total:\t${humanSize(sum(items))}`,
  ]
  return tabulate(`${lines.join('\n')}\n`, 8, 2)
}

const newestFirst = (a: BuildCacheItem, b: BuildCacheItem): number =>
  Date.parse(b.LastUsedAt ?? '') - Date.parse(a.LastUsedAt ?? '')

export const du = defineCommand({
  name: 'du',
  use: 'du',
  short: 'Disk usage',
  args: noArgs,
  flags: {
    builder: string('', 'Override the configured builder instance'),
    filter: filter('', 'Provide filter values'),
    format: string('', 'Format the output'),
    verbose: bool('', 'Shorthand for "--format=pretty"'),
  },
  async run({ cli, flags }) {
    const { BuildCache } = await cli.client.system.diskUsage()
    const items = (BuildCache ?? []).toSorted(newestFirst)
    const now = cli.sys.clock.now()
    const pretty = flags.verbose || flags.format === 'pretty'
    const format = pretty ? PRETTY : flags.format
    const table = !pretty && (flags.format === '' || flags.format.startsWith('table'))
    await cli.print(
      formatList(
        FORMAT,
        format,
        false,
        items.map((item) => cacheRow(now, item, table)),
      ),
    )
    if ((table || pretty) && !flags.format.startsWith('table ')) await cli.print(summary(items))
  },
})

export const prune = defineCommand({
  name: 'prune',
  use: 'prune',
  short: 'Remove build cache',
  args: noArgs,
  flags: {
    all: bool('a', 'Include internal/frontend images'),
    builder: string('', 'Override the configured builder instance'),
    filter: filter('', 'Provide filter values'),
    force: bool('f', 'Do not prompt for confirmation'),
    'keep-storage': hidden(bytes('', 'Amount of disk space to keep for cache')),
    'max-used-space': bytes('', 'Maximum amount of disk space allowed to keep for cache'),
    'min-free-space': bytes('', 'Target amount of free disk space after pruning'),
    'reserved-space': bytes('', 'Amount of disk space always allowed to keep for cache'),
    verbose: bool('', 'Provide a more verbose output'),
  },
  async run({ cli, flags }) {
    const which = flags.all ? 'all build cache' : 'all dangling build cache'
    await confirm(cli, flags.force, `WARNING! This will remove ${which}. Are you sure you want to continue?`)
    const before = (await cli.client.system.diskUsage()).BuildCache ?? []
    const filters = toFilters(flags.filter)
    const { CachesDeleted, SpaceReclaimed } = await cli.client.images.pruneBuildCache({ all: flags.all, filters })
    const gone = before.filter(({ ID }) => CachesDeleted?.includes(ID))
    const now = cli.sys.clock.now()
    if (gone.length > 0)
      await cli.print(
        formatList(
          FORMAT,
          '',
          false,
          gone.map((item) => cacheRow(now, item, true)),
        ),
      )
    await cli.print(`Total:\t${humanSize(SpaceReclaimed)}\n`)
  },
})
