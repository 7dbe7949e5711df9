import { bool, bytes, defineCommand, filter, humanSize, noArgs, noun } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'
import { build } from '../image/build.ts'
import { buildkitIsOff } from './buildkit-choice.ts'
import { prune as buildxPrune } from './cache-commands.ts'

const prune = defineCommand({
  name: 'prune',
  use: 'prune',
  short: 'Remove build cache',
  args: noArgs,
  ...(build.preface ? { preface: build.preface } : {}),
  instead: (cli) => (buildkitIsOff(cli) ? undefined : { command: buildxPrune, parentPath: 'docker buildx' }),
  flags: {
    all: bool('a', 'Remove all unused build cache, not just dangling ones'),
    filter: filter('', 'Provide filter values (e.g. "until=24h")'),
    force: bool('f', 'Do not prompt for confirmation'),
    'keep-storage': bytes('', 'Amount of disk space to keep for cache'),
  },
  async run({ cli, flags }) {
    const which = flags.all ? 'all build cache' : 'all dangling build cache'
    await confirm(cli, flags.force, `WARNING! This will remove ${which}. Are you sure you want to continue?`)
    const report = await cli.client.images.pruneBuildCache({ all: flags.all, filters: toFilters(flags.filter) })
    const deleted = report.CachesDeleted ?? []
    if (deleted.length > 0)
      await cli.print(`Deleted build cache objects:\n${deleted.map((id) => `${id}\n`).join('')}\n`)
    await cli.print(`Total reclaimed space: ${humanSize(report.SpaceReclaimed)}\n`)
  },
})

export const builder = noun({
  name: 'builder',
  short: 'Manage builds',
  group: 'management',
  ...(build.preface ? { preface: build.preface } : {}),
  children: [build, prune],
})
