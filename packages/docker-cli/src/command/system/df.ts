import {
  bool,
  compileTemplate,
  defineCommand,
  FORMAT_HELP,
  formatList,
  humanSize,
  type ListFormat,
  noArgs,
  type Row,
  row,
  shortId,
  string,
  tabulate,
} from '@drydock/cli-plugin'
import type { BuildCacheItem, DiskUsage } from '@drydock/docker-api'
import { containerRow } from '../../formatter/containers.ts'
import { imageRows } from '../../formatter/images.ts'
import { naturalOrder } from '../natural-order.ts'
import { volumeRow } from '../volume/ls.ts'

const summary: ListFormat = {
  table: '{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}',
  headers: { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' },
  typeName: '*formatter.diskUsageImagesContext',
}

interface Line {
  readonly type: string
  readonly total: number
  readonly active: number
  readonly size: number
  readonly reclaimable: number
  readonly percent?: boolean
}

const summaryRow = (line: Line) =>
  row({
    Active: String(line.active),
    Reclaimable:
      humanSize(line.reclaimable) +
      (line.percent !== false && line.size > 0 ? ` (${Math.trunc((line.reclaimable * 100) / line.size)}%)` : ''),
    Size: humanSize(line.size),
    TotalCount: String(line.total),
    Type: line.type,
  })

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0)
const RUNNING = ['running', 'paused', 'restarting']

function lines(usage: DiskUsage): Line[] {
  const images = usage.Images ?? []
  const containers = usage.Containers ?? []
  const volumes = usage.Volumes ?? []
  const cache = usage.BuildCache ?? []
  const used = sum(
    images.filter((image) => image.Containers > 0),
    (image) => image.Size - Math.max(0, image.SharedSize),
  )
  return [
    {
      type: 'Images',
      total: images.length,
      active: images.filter((image) => image.Containers > 0).length,
      size: usage.LayersSize,
      reclaimable: usage.LayersSize - used,
    },
    {
      type: 'Containers',
      total: containers.length,
      active: containers.filter((each) => RUNNING.includes(each.State)).length,
      size: sum(containers, (each) => each.SizeRw ?? 0),
      reclaimable: sum(
        containers.filter((each) => !RUNNING.includes(each.State)),
        (each) => each.SizeRw ?? 0,
      ),
    },
    {
      type: 'Local Volumes',
      total: volumes.length,
      active: volumes.filter((volume) => (volume.UsageData?.RefCount ?? 0) > 0).length,
      size: sum(volumes, (volume) => Math.max(0, volume.UsageData?.Size ?? 0)),
      reclaimable: sum(
        volumes.filter((volume) => (volume.UsageData?.RefCount ?? 0) === 0),
        (volume) => Math.max(0, volume.UsageData?.Size ?? 0),
      ),
    },
    {
      type: 'Build Cache',
      total: cache.length,
      active: cache.filter((item) => item.InUse).length,
      size: sum(cache, (item) => (item.Shared ? 0 : item.Size)),
      reclaimable: sum(
        cache.filter((item) => !item.InUse && !item.Shared),
        (item) => item.Size,
      ),
      percent: false,
    },
  ]
}

/** The rows of the four tables of --verbose, as a template sees them. */
interface Tables {
  readonly Images: readonly Row[]
  readonly Containers: readonly Row[]
  readonly Volumes: readonly Row[]
  readonly BuildCache: readonly Row[]
}

function tablesOf(usage: DiskUsage, now: number): Tables {
  const cacheRow = (item: BuildCacheItem): Row =>
    row({
      ID: shortId(item.ID),
      CacheType: item.Type,
      Size: humanSize(item.Size, 3),
      UsageCount: String(item.UsageCount),
      Shared: String(item.Shared),
      CreatedSince: '',
      LastUsedSince: '',
    })
  return {
    Images: (usage.Images ?? []).flatMap((image) => imageRows(image, false, true, now)),
    Containers: (usage.Containers ?? []).map(
      (each) => new Map([...containerRow(each, true, now), ['Size', humanSize(each.SizeRw ?? 0, 3)]]),
    ),
    Volumes: (usage.Volumes ?? []).toSorted((a, b) => naturalOrder(a.Name, b.Name)).map(volumeRow),
    BuildCache: (usage.BuildCache ?? []).map(cacheRow),
  }
}

/** The four tables of --verbose. */
function verbose(usage: DiskUsage, { Images, Containers, Volumes, BuildCache }: Tables): string {
  const cell = (table: string, rows: readonly ReadonlyMap<string, unknown>[], headers: string): string => {
    const template = compileTemplate(table)
    return tabulate(`${headers}\n${rows.map((each) => `${template.run(each)}\n`).join('')}`)
  }
  return [
    'Images space usage:\n\n',
    cell(
      '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.VirtualSize}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}',
      Images,
      'REPOSITORY\tTAG\tIMAGE ID\tCREATED\tSIZE\tSHARED SIZE\tUNIQUE SIZE\tCONTAINERS',
    ),
    '\nContainers space usage:\n\n',
    cell(
      '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}',
      Containers,
      'CONTAINER ID\tIMAGE\tCOMMAND\tLOCAL VOLUMES\tSIZE\tCREATED\tSTATUS\tNAMES',
    ),
    '\nLocal Volumes space usage:\n\n',
    cell('{{.Name}}\t{{.Links}}\t{{.Size}}', Volumes, 'VOLUME NAME\tLINKS\tSIZE'),
    `\nBuild cache usage: ${humanSize(lines(usage)[3]?.size ?? 0)}\n\n`,
    cell(
      '{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}',
      BuildCache,
      'CACHE ID\tCACHE TYPE\tSIZE\tCREATED\tLAST USED\tUSAGE\tSHARED',
    ),
  ].join('')
}

export const df = defineCommand({
  name: 'df',
  use: 'df [OPTIONS]',
  short: 'Show docker disk usage',
  args: noArgs,
  flags: {
    format: string('', FORMAT_HELP),
    verbose: bool('v', 'Show detailed information on space usage'),
  },
  async run({ cli, flags }) {
    const usage = await cli.client.system.diskUsage()
    if (flags.verbose) {
      const tables = tablesOf(usage, cli.sys.clock.now() / 1000)
      if (flags.format === '') return cli.print(verbose(usage, tables))
      const template = compileTemplate(flags.format === 'json' ? '{{json .}}' : flags.format, {
        typeName: '*formatter.diskUsageContext',
      })
      return cli.print(template.run(tables) + (flags.format === 'json' ? '\n' : ''))
    }
    await cli.print(formatList(summary, flags.format, false, lines(usage).map(summaryRow)))
  },
})
