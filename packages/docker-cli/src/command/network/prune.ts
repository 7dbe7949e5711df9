import { bool, defineCommand, filter, noArgs } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'

export const prune = defineCommand({
  name: 'prune',
  use: 'prune [OPTIONS]',
  short: 'Remove all unused networks',
  args: noArgs,
  flags: {
    filter: filter('', 'Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('f', 'Do not prompt for confirmation'),
  },
  async run({ cli, flags }) {
    await confirm(
      cli,
      flags.force,
      'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?',
    )
    const { NetworksDeleted } = await cli.client.networks.prune(toFilters(flags.filter))
    const deleted = NetworksDeleted ?? []
    if (deleted.length > 0) await cli.print(`Deleted Networks:\n${deleted.map((name) => `${name}\n`).join('')}\n`)
  },
})
