import { atLeast, bool, type Cli, CliError, defineCommand, forEachTogether } from '@drydock/cli-plugin'
import { contextStore } from './docker-endpoint.ts'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm CONTEXT [CONTEXT...]',
  short: 'Remove one or more contexts',
  aliasLine: 'docker context rm, docker context remove',
  flags: {
    force: bool('f', 'Force the removal of a context in use'),
  },
  args: atLeast(1),
  completes: ['contexts'],
  run: ({ cli, args, flags }) =>
    forEachTogether(cli, args, false, async (name) => {
      await remove(cli, name, flags.force)
      await cli.print(`${name}\n`)
    }),
})

async function remove(cli: Cli, name: string, force: boolean): Promise<void> {
  if (name === 'default') throw new CliError('context "default" cannot be removed')
  const store = contextStore(cli)
  if (!store.has(name) && !force) throw new CliError(`context ${JSON.stringify(name)} does not exist`)
  if (name === cli.context) {
    if (!force) throw new CliError(`context ${JSON.stringify(name)} is in use, set -f flag to force remove`)
    delete cli.config.values.currentContext
    await cli.config.save()
  }
  store.remove(name)
}
