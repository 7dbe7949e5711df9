import { atLeast, bool, CliError, defineCommand, forEachAtOnce } from '@drydock/cli-plugin'
import { isNotFound } from '@drydock/docker-api'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Remove one or more containers',
  aliasLine: 'docker container rm, docker container remove, docker rm',
  args: atLeast(1),
  completes: ['stopped'],
  flags: {
    force: bool('f', 'Force the removal of a running container (uses SIGKILL)'),
    link: bool('l', 'Remove the specified link'),
    volumes: bool('v', 'Remove anonymous volumes associated with the container'),
  },
  run: ({ cli, args, flags }) =>
    forEachAtOnce(cli, args, async (given) => {
      const name = given.replace(/^\/+|\/+$/g, '')
      if (name === '') throw new CliError('container name cannot be empty')
      try {
        await cli.client.containers.remove(name, { force: flags.force, v: flags.volumes, link: flags.link })
      } catch (error) {
        // With --force, what is not there is gone as wished: told, but no failure.
        if (!flags.force || !isNotFound(error)) throw error
        await cli.warn(`Error response from daemon: ${error.message}\n`)
        return ''
      }
      return `${given}\n`
    }),
})
