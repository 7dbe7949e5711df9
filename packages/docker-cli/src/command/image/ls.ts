import {
  atMost,
  bool,
  type Cli,
  CliError,
  defineCommand,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  formatList,
  since,
  string,
} from '@drydock/cli-plugin'
import type { ImageSummary } from '@drydock/docker-api'
import { imageFormat, imageRows } from '../../formatter/images.ts'
import { imageTree } from '../../formatter/image-tree.ts'
import { toFilters } from '../filters.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  aliasLine: 'docker image ls, docker image list, docker images',
  args: atMost(1),
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
    if (flags.tree) refuseWithTree(flags)
    const format = flags.format || (flags.quiet ? '' : (cli.config.values.imagesFormat ?? ''))
    const filters = toFilters(flags.filter)
    if (args[0] !== undefined) filters.reference = [...(filters.reference ?? []), args[0]]
    const images = await cli.client.images.list({ all: flags.all, filters })
    if (flags.tree) return printTree(cli, images)
    const now = cli.sys.clock.now() / 1000
    const digests = flags.digests || /\{\{.*\.Digest\b/.test(format)
    const rows = images.flatMap((image) => imageRows(image, digests, !flags['no-trunc'], now))
    await cli.print(formatList(imageFormat(flags.digests), format, flags.quiet, rows))
  },
})

/** @throws CliError */
function refuseWithTree(flags: { quiet: boolean; 'no-trunc': boolean; digests: boolean; format: string }): void {
  const refused = {
    quiet: flags.quiet,
    'no-trunc': flags['no-trunc'],
    'show-digest': flags.digests,
    format: flags.format,
  }
  const [first] = Object.entries(refused).find(([, given]) => given) ?? []
  if (first !== undefined) throw new CliError(`--${first} is not yet supported with --tree`)
}

const EXPERIMENTAL = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on."
const NO_TERMINAL_COLUMNS = 80

async function printTree(cli: Cli, images: readonly ImageSummary[]): Promise<void> {
  const terminal = cli.isTerminal(1)
  const columns = (terminal && cli.sys.getWindowSize(1).cols) || NO_TERMINAL_COLUMNS
  await cli.warn(cli.isTerminal(2) ? `\x1b[93m${EXPERIMENTAL}\x1b[0m\n` : `${EXPERIMENTAL}\n`)
  await cli.print(imageTree(images, columns, terminal))
}
