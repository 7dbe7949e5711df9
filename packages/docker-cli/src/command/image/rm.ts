import { atLeast, bool, defineCommand, forEachTogether, since, strings } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] IMAGE [IMAGE...]',
  short: 'Remove one or more images',
  aliasLine: 'docker image rm, docker image remove, docker rmi',
  args: atLeast(1),
  completes: ['images'],
  flags: {
    force: bool('f', 'Force removal of the image'),
    'no-prune': bool('', 'Do not delete untagged parents'),
    platform: since(
      '1.50',
      strings('', 'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    ),
  },
  run: ({ cli, args, flags }) =>
    forEachTogether(cli, args, flags.force, async (name) => {
      const items = await cli.client.images.remove(name, { force: flags.force, noprune: flags['no-prune'] })
      for (const { Deleted, Untagged } of items)
        await cli.print(Deleted ? `Deleted: ${Deleted}\n` : `Untagged: ${Untagged ?? ''}\n`)
    }),
})
