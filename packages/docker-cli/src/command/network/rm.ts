import { atLeast, bool, CliError, defineCommand, isProblem, problemText } from '@drydock/cli-plugin'
import { isNotFound } from '@drydock/docker-api'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm NETWORK [NETWORK...]',
  short: 'Remove one or more networks',
  aliasLine: 'docker network rm, docker network remove',
  args: atLeast(1),
  completes: ['networks'],
  flags: {
    force: bool('f', 'Do not error if the network does not exist'),
  },
  async run({ cli, args, flags }) {
    let status = 0
    for (const name of args)
      try {
        await cli.client.networks.remove(name)
        await cli.print(`${name}\n`)
      } catch (error) {
        if (!isProblem(error)) throw error
        if (flags.force && isNotFound(error)) continue
        await cli.warn(`${problemText(error)}\n`)
        status = 1
      }
    // Go's StatusError without words prints its number.
    if (status !== 0) throw new CliError('exit status 1')
  },
})
