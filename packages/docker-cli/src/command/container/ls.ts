import {
  bool,
  checkFormat,
  defineCommand,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  formatList,
  int,
  noArgs,
  string,
} from '@drydock/cli-plugin'
import { containerFormat, containerRow, emptyContainerRow } from '../../formatter/containers.ts'
import { toFilters } from '../filters.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list', 'ps'],
  use: 'ls [OPTIONS]',
  short: 'List containers',
  aliasLine: 'docker container ls, docker container list, docker container ps, docker ps',
  args: noArgs,
  flags: {
    all: bool('a', 'Show all containers (default shows just running)'),
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    last: int('n', 'Show n last created containers (includes all states)', -1),
    latest: bool('l', 'Show the latest created container (includes all states)'),
    'no-trunc': bool('', "Don't truncate output"),
    quiet: bool('q', 'Only display container IDs'),
    size: bool('s', 'Display total file sizes'),
  },
  async run({ cli, flags, changed }) {
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.psFormat ?? ''))
    if (format !== '' && !['table', 'raw', 'json'].includes(format))
      checkFormat(format, containerFormat(flags.size).typeName, emptyContainerRow(cli.sys.clock.now() / 1000))
    const size = flags.size || (format !== '' && /\.Size\b/.test(format))
    const limit = flags.latest && !changed.has('last') ? 1 : flags.last
    const containers = await cli.client.containers.list({
      all: flags.all,
      size,
      filters: toFilters(flags.filter),
      ...(limit > 0 ? { limit } : {}),
    })
    const now = cli.sys.clock.now() / 1000
    const rows = containers.map((each) => containerRow(each, !flags['no-trunc'], now))
    const isIgnored = flags.quiet && flags.format !== '' && !['table', 'raw'].includes(flags.format)
    if (isIgnored) await cli.warn('WARNING: Ignoring custom format, because both --format and --quiet are set.\n')
    await cli.print(formatList(containerFormat(flags.size), isIgnored ? '' : format, flags.quiet, rows))
  },
})
