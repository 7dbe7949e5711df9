import { atLeast, defineCommand, tabulate } from '@drydock/cli-plugin'

export const top = defineCommand({
  name: 'top',
  use: 'top CONTAINER [ps OPTIONS]',
  short: 'Display the running processes of a container',
  aliasLine: 'docker container top, docker top',
  interspersed: false,
  args: atLeast(1),
  completes: ['running', 'none'],
  flags: {},
  async run({ cli, args }) {
    const [name = '', ...ps] = args
    const { Titles, Processes } = await cli.client.containers.top(name, ps.length > 0 ? ps.join(' ') : undefined)
    const lines = [Titles, ...(Processes ?? [])].map((cells) => `${cells.join('\t')}\n`)
    await cli.print(tabulate(lines.join(''), 20))
  },
})
