import { bool, defineCommand, filter, FILTER_HELP, FORMAT_HELP, formatList, noArgs, string } from '@drydock/cli-plugin'
import { configFormat, configRow } from '../../formatter/configs.ts'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List configs',
  aliasLine: 'docker config ls, docker config list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, flags }) {
    const found = await cli.client.configs.list({ filters: toFilters(flags.filter) })
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.configFormat ?? ''))
    const sorted = found.toSorted((a, b) => naturalOrder(a.Spec.Name, b.Spec.Name))
    const rows = sorted.map((each) => configRow(cli, each))
    await cli.print(formatList(configFormat, format, flags.quiet, rows))
  },
})
