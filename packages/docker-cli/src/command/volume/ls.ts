import {
  bool,
  defineCommand,
  filter,
  FORMAT_HELP,
  formatList,
  humanSize,
  labelList,
  labelOf,
  type ListFormat,
  noArgs,
  row,
  string,
  wanting,
} from '@drydock/cli-plugin'
import type { Volume } from '@drydock/docker-api'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const volumeFormat: ListFormat = {
  table: '{{.Driver}}\t{{.Name}}',
  quiet: '{{.Name}}',
  raw: 'name: {{.Name}}\ndriver: {{.Driver}}\n',
  headers: {
    Name: 'VOLUME NAME',
    Driver: 'DRIVER',
    Scope: 'SCOPE',
    Availability: 'AVAILABILITY',
    Mountpoint: 'MOUNTPOINT',
    Labels: 'LABELS',
    Links: 'LINKS',
    Size: 'SIZE',
    Group: 'GROUP',
    Status: 'STATUS',
  },
  typeName: '*formatter.volumeContext',
}

export const volumeRow = (volume: Volume) =>
  row({
    Availability: 'N/A',
    Driver: volume.Driver,
    Group: 'N/A',
    Label: labelOf(volume.Labels),
    Labels: labelList(volume.Labels),
    Links: volume.UsageData ? String(volume.UsageData.RefCount) : 'N/A',
    Mountpoint: volume.Mountpoint,
    Name: volume.Name,
    Scope: volume.Scope,
    Size: volume.UsageData ? humanSize(volume.UsageData.Size) : 'N/A',
    Status: 'N/A',
  })

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List volumes',
  aliasLine: 'docker volume ls, docker volume list',
  args: noArgs,
  flags: {
    cluster: wanting(
      { since: '1.42', needs: 'manager' },
      bool('', 'Display only cluster volumes, and use cluster volume list formatting'),
    ),
    filter: filter('f', 'Provide filter values (e.g. "dangling=true")'),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display volume names'),
  },
  async run({ cli, flags }) {
    const { Volumes } = await cli.client.volumes.list({ filters: toFilters(flags.filter) })
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.volumesFormat ?? ''))
    const rows = (Volumes ?? []).toSorted((a, b) => naturalOrder(a.Name, b.Name)).map(volumeRow)
    await cli.print(formatList(volumeFormat, format, flags.quiet, rows))
  },
})
