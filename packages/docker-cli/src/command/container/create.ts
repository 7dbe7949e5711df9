import { atLeast, bool, CliError, defineCommand, isProblem, problemText, string } from '@drydock/cli-plugin'
import { wantsTrust } from '../content-trust.ts'
import { containerRequest } from './container-config.ts'
import { containerFlags } from './container-flags.ts'
import { createContainer } from './create-container.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create a new container',
  aliasLine: 'docker container create, docker create',
  interspersed: false,
  args: atLeast(1),
  completes: ['images', 'none'],
  flags: {
    ...containerFlags,
    'disable-content-trust': bool('', 'Skip image verification', true),
    name: string('', 'Assign a name to the container'),
    platform: string('', 'Set platform if server is multi-platform capable'),
    pull: string('', 'Pull image before creating ("always", "|missing", "never")', 'missing'),
    quiet: bool('q', 'Suppress the pull output'),
    'use-api-socket': bool('', 'Bind mount Docker API socket and required auth'),
  },
  async run({ cli, args, flags, changed }) {
    const request = await orFail(() => containerRequest(cli, flags, changed, args))
    const { Id } = await createContainer(cli, request, flags, wantsTrust(cli, changed, flags['disable-content-trust']))
    await cli.print(`${Id}\n`)
  },
})

/** What is wrong with the flags is told with a hint at help. */
async function orFail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(`docker: ${problemText(error)}\n\nRun 'docker create --help' for more information`, 125)
  }
}
