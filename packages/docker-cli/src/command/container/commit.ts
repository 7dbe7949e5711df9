import { between, bool, defineCommand, list, parseReference, string, tagged } from '@drydock/cli-plugin'

export const commit = defineCommand({
  name: 'commit',
  use: 'commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  short: "Create a new image from a container's changes",
  aliasLine: 'docker container commit, docker commit',
  args: between(1, 2),
  completes: ['running', 'none'],
  flags: {
    author: string('a', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")'),
    change: list('c', 'Apply Dockerfile instruction to the created image'),
    message: string('m', 'Commit message'),
    pause: bool('p', 'Pause container during commit', true),
  },
  async run({ cli, args, flags }) {
    const [container = '', name = ''] = args
    const reference = name === '' ? undefined : tagged(parseReference(name))
    const { Id } = await cli.client.containers.commit({
      container,
      ...(reference ? { repo: `${reference.domain}/${reference.path}`, tag: reference.tag ?? '' } : {}),
      ...(flags.message === '' ? {} : { comment: flags.message }),
      ...(flags.author === '' ? {} : { author: flags.author }),
      ...(flags.change.length > 0 ? { changes: flags.change } : {}),
      pause: flags.pause,
    })
    await cli.print(`${Id}\n`)
  },
})
