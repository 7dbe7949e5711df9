import { CliError, defineCommand, exactly } from '@drydock/cli-plugin'
import { ApiError } from '@drydock/docker-api'

export const rename = defineCommand({
  name: 'rename',
  use: 'rename CONTAINER NEW_NAME',
  short: 'Rename a container',
  aliasLine: 'docker container rename, docker rename',
  args: exactly(2),
  completes: ['containers', 'none'],
  flags: {},
  async run({ cli, args }) {
    const [from = '', to = ''] = args.map((name) => name.trim())
    if (from === '' || to === '') throw new CliError('Error: Neither old nor new names may be empty')
    try {
      await cli.client.containers.rename(from, to)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      await cli.warn(`Error response from daemon: ${error.message}\n`)
      throw new CliError(`Error: failed to rename container named ${from}`)
    }
  },
})
