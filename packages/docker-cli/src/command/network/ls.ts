import { bool, defineCommand, filter, FORMAT_HELP, formatList, noArgs, string } from '@drydock/cli-plugin'
import { networkFormat, networkRow } from '../../formatter/networks.ts'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List networks',
  aliasLine: 'docker network ls, docker network list',
  args: noArgs,
  flags: {
    filter: filter('f', 'Provide filter values (e.g. "driver=bridge")'),
    format: string('', FORMAT_HELP),
    'no-trunc': bool('', 'Do not truncate the output'),
    quiet: bool('q', 'Only display network IDs'),
  },
  async run({ cli, flags }) {
    const networks = await cli.client.networks.list({ filters: toFilters(flags.filter) })
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.networksFormat ?? ''))
    const sorted = networks.toSorted((a, b) => naturalOrder(a.Name, b.Name))
    const rows = sorted.map((network) => networkRow(network, !flags['no-trunc']))
    await cli.print(formatList(networkFormat, format, flags.quiet, rows))
  },
})
