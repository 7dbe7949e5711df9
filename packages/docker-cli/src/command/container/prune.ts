import { bool, defineCommand, filter, humanSize, noArgs } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'

export const prune = defineCommand({
  name: 'prune',
  use: 'prune [OPTIONS]',
  short: 'Remove all stopped containers',
  args: noArgs,
  flags: {
    filter: filter('', 'Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('f', 'Do not prompt for confirmation'),
  },
  async run({ cli, flags }) {
    await confirm(
      cli,
      flags.force,
      'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?',
    )
    const { ContainersDeleted, SpaceReclaimed } = await cli.client.containers.prune(toFilters(flags.filter))
    const deleted = ContainersDeleted ?? []
    if (deleted.length > 0) await cli.print(`Deleted Containers:\n${deleted.map((id) => `${id}\n`).join('')}\n`)
    await cli.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`)
  },
})
