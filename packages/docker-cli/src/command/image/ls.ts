import {
  atMost,
  bool,
  CliError,
  defineCommand,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  formatList,
  since,
  string,
} from '@drydock/cli-plugin'
import { imageFormat, imageRows } from '../../formatter/images.ts'
import { toFilters } from '../filters.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  aliasLine: 'docker image ls, docker image list, docker images',
  args: atMost(1),
  lacks: '--tree',
  completes: ['files'],
  flags: {
    all: bool('a', 'Show all images (default hides intermediate images)'),
    digests: bool('', 'Show digests'),
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    'no-trunc': bool('', "Don't truncate output"),
    quiet: bool('q', 'Only show image IDs'),
    tree: since('1.47', bool('', 'List multi-platform images as a tree (EXPERIMENTAL)')),
  },
  async run({ cli, args, flags }) {
    if (flags.tree) throw new CliError('images: option --tree is not supported here')
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.imagesFormat ?? ''))
    const filters = toFilters(flags.filter)
    if (args[0] !== undefined) filters.reference = [...(filters.reference ?? []), args[0]]
    const images = await cli.client.images.list({ all: flags.all, filters })
    const now = cli.sys.clock.now() / 1000
    const digests = flags.digests || /\{\{.*\.Digest\b/.test(format)
    const rows = images.flatMap((image) => imageRows(image, digests, !flags['no-trunc'], now))
    await cli.print(formatList(imageFormat(flags.digests), format, flags.quiet, rows))
  },
})
