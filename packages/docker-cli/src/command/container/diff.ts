import { defineCommand, exactly } from '@drydock/cli-plugin'
const LETTERS = ['C', 'A', 'D']

export const diff = defineCommand({
  name: 'diff',
  use: 'diff CONTAINER',
  short: "Inspect changes to files or directories on a container's filesystem",
  aliasLine: 'docker container diff, docker diff',
  args: exactly(1),
  completes: ['running', 'none'],
  flags: {},
  async run({ cli, args }) {
    const changes = await cli.client.containers.changes(args[0] ?? '')
    await cli.print(changes.map(({ Kind, Path }) => `${LETTERS[Kind] ?? '?'} ${Path}\n`).join(''))
  },
})
