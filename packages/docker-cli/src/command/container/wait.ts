import { atLeast, CliError, defineCommand, forEach } from '@drydock/cli-plugin'

export const wait = defineCommand({
  name: 'wait',
  use: 'wait CONTAINER [CONTAINER...]',
  short: 'Block until one or more containers stop, then print their exit codes',
  aliasLine: 'docker container wait, docker wait',
  args: atLeast(1),
  completes: ['running'],
  flags: {},
  run: ({ cli, args }) =>
    forEach(cli, args, async (name) => {
      const { result } = await cli.client.containers.wait(name)
      const { StatusCode, Error: failure } = await result
      if (failure?.Message) throw new CliError(failure.Message)
      await cli.print(`${StatusCode}\n`)
    }),
})
