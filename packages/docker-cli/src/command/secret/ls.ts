import { bool, defineCommand, filter, FILTER_HELP, FORMAT_HELP, formatList, noArgs, string } from '@drydock/cli-plugin'
import { secretFormat, secretRow } from '../../formatter/secrets.ts'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List secrets',
  aliasLine: 'docker secret ls, docker secret list',
  args: noArgs,
  completes: ['secrets'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, flags }) {
    const found = await cli.client.secrets.list({ filters: toFilters(flags.filter) })
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.secretFormat ?? ''))
    const sorted = found.toSorted((a, b) => naturalOrder(a.Spec.Name, b.Spec.Name))
    const rows = sorted.map((each) => secretRow(cli, each))
    await cli.print(formatList(secretFormat, format, flags.quiet, rows))
  },
})
