import {
  bool,
  CliError,
  defineCommand,
  exactly,
  parseReference,
  registryKey,
  since,
  string,
  tagged,
} from '@drydock/cli-plugin'
import { signPushed, wantsTrust } from '../content-trust.ts'
import { showJsonMessages } from '../../progress/json-messages.ts'

export const push = defineCommand({
  name: 'push',
  use: 'push [OPTIONS] NAME[:TAG]',
  short: 'Upload an image to a registry',
  aliasLine: 'docker image push, docker push',
  args: exactly(1),
  completes: ['images', 'none'],
  flags: {
    'all-tags': bool('a', 'Push all tags of an image to the repository'),
    'disable-content-trust': bool('', 'Skip image signing', true),
    platform: since(
      '1.46',
      string(
        '',
        "Push a platform-specific manifest as a single-platform image to the registry.\nImage index won't be pushed, meaning that other manifests, including attestations won't be preserved.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      ),
    ),
    quiet: bool('q', 'Suppress verbose output'),
  },
  async run({ cli, args, flags, changed }) {
    const given = parseReference(args[0] ?? '')
    if (flags['all-tags'] && given.tag !== undefined) throw new CliError("tag can't be used with --all-tags/-a")
    const reference = flags['all-tags'] ? given : tagged(given)
    if (!flags['all-tags'] && given.tag === undefined && !flags.quiet) await cli.print('Using default tag: latest\n')
    const auth = (await cli.credentials.get(registryKey(reference))) ?? {}
    const messages = cli.client.images.push(`${reference.domain}/${reference.path}`, { tag: reference.tag }, auth)
    const trusted = wantsTrust(cli, changed, flags['disable-content-trust'])
    if (!flags.quiet) {
      const status = await showJsonMessages(cli, messages, { fd: 1 })
      if (trusted) await signPushed(cli, reference)
      return status
    }
    for await (const message of messages) {
      const failure = message.errorDetail?.message ?? message.error
      if (failure !== undefined) throw new CliError(failure)
    }
    if (trusted) await signPushed(cli, reference)
    await cli.print(`${reference.domain}/${reference.path}${reference.tag ? `:${reference.tag}` : ''}\n`)
  },
})
