import { bool, defineCommand, filter, FILTER_HELP, FORMAT_HELP, formatList, noArgs, string } from '@drydock/cli-plugin'
import { nodeFormat, nodeRow } from '../../formatter/nodes.ts'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List nodes in the swarm',
  aliasLine: 'docker node ls, docker node list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, flags }) {
    const nodes = await cli.client.nodes.list({ filters: toFilters(flags.filter) })
    const asks = nodes.length > 0 && !flags.quiet
    const swarm = asks ? (await cli.client.system.info()).Swarm : undefined
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.nodesFormat ?? ''))
    const sorted = nodes.toSorted((a, b) => naturalOrder(a.Description.Hostname ?? '', b.Description.Hostname ?? ''))
    const rows = sorted.map((node) => nodeRow(node, swarm))
    await cli.print(formatList(nodeFormat, format, flags.quiet, rows))
  },
})
