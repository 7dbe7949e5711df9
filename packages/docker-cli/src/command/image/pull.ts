import { bool, canonical, CliError, defineCommand, exactly, parseReference, string, tagged } from '@drydock/cli-plugin'
import { requireSigned, wantsTrust } from '../content-trust.ts'
import { pullImage } from './pull-image.ts'

export const pull = defineCommand({
  name: 'pull',
  use: 'pull [OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Download an image from a registry',
  aliasLine: 'docker image pull, docker pull',
  args: exactly(1),
  completes: ['none'],
  flags: {
    'all-tags': bool('a', 'Download all tagged images in the repository'),
    'disable-content-trust': bool('', 'Skip image verification', true),
    platform: string('', 'Set platform if server is multi-platform capable'),
    quiet: bool('q', 'Suppress verbose output'),
  },
  async run({ cli, args, flags, changed }) {
    const reference = parseReference(args[0] ?? '')
    const untagged = reference.tag === undefined && reference.digest === undefined
    if (flags['all-tags'] && !untagged) throw new CliError("tag can't be used with --all-tags/-a")
    const wanted = flags['all-tags'] ? reference : tagged(reference)
    if (wanted !== reference && !flags.quiet) await cli.print('Using default tag: latest\n')
    if (wantsTrust(cli, changed, flags['disable-content-trust'])) requireSigned(cli, wanted)
    await pullImage(cli, wanted, { platform: flags.platform, quiet: flags.quiet, fd: 1 })
    await cli.print(`${canonical(wanted)}\n`)
  },
})
