import { bool, CliError, defineCommand, filter, humanSize, noArgs, since } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'

const question = (which: string): string =>
  `WARNING! This will remove ${which} local volumes not used by at least one container.\nAre you sure you want to continue?`

export const prune = defineCommand({
  name: 'prune',
  use: 'prune [OPTIONS]',
  short: 'Remove unused local volumes',
  args: noArgs,
  flags: {
    all: since('1.42', bool('a', 'Remove all unused volumes, not just anonymous ones')),
    filter: filter('', 'Provide filter values (e.g. "label=<label>")'),
    force: bool('f', 'Do not prompt for confirmation'),
  },
  async run({ cli, flags }) {
    const filters = toFilters(flags.filter)
    if (flags.all && filters.all)
      throw new CliError('conflicting options: cannot specify both --all and --filter all=1')
    if (flags.all) filters.all = ['true']
    await confirm(cli, flags.force, question(flags.all ? 'all' : 'anonymous'))
    const { VolumesDeleted, SpaceReclaimed } = await cli.client.volumes.prune(filters)
    const deleted = VolumesDeleted ?? []
    if (deleted.length > 0) await cli.print(`Deleted Volumes:\n${deleted.map((name) => `${name}\n`).join('')}\n`)
    await cli.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`)
  },
})
