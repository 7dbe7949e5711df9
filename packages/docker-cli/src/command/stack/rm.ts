import { atLeast, bool, type Cli, CliError, defineCommand } from '@drydock/cli-plugin'
import type { TaskState } from '@drydock/docker-api'
import { checkStackName, ofStack } from './namespace.ts'
import { configsOf, networksOf, secretsOf, servicesOf } from './objects.ts'
import { removeAll, serviceRemovals } from './remove-objects.ts'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove', 'down'],
  use: 'rm [OPTIONS] STACK [STACK...]',
  short: 'Remove one or more stacks',
  aliasLine: 'docker stack rm, docker stack remove, docker stack down',
  args: atLeast(1),
  completes: ['stacks'],
  flags: {
    detach: bool('d', 'Do not wait for stack removal', true),
  },
  async run({ cli, args, flags }) {
    for (const stack of args) checkStackName(stack)
    const failures: string[] = []
    for (const stack of args) {
      const found = await removals(cli, stack)
      if (found.length === 0) await cli.warn(`Nothing found in stack: ${stack}\n`)
      else if (!(await removeAll(cli, found))) failures.push(`failed to remove some resources from stack: ${stack}`)
      else if (!flags.detach) await waitForEnd(cli, stack)
    }
    if (failures.length > 0) throw new CliError(failures.join('\n'))
  },
})

async function removals(cli: Cli, stack: string) {
  const services = await servicesOf(cli, stack)
  const networks = await networksOf(cli, stack)
  const secrets = await secretsOf(cli, stack)
  const configs = await configsOf(cli, stack)
  const { client } = cli
  return [
    ...serviceRemovals(cli, services),
    ...secrets.map(({ ID, Spec }) => ({
      noun: 'secret',
      name: Spec.Name,
      id: ID,
      remove: (id: string) => client.secrets.remove(id),
    })),
    ...configs.map(({ ID, Spec }) => ({
      noun: 'config',
      name: Spec.Name,
      id: ID,
      remove: (id: string) => client.configs.remove(id),
    })),
    ...networks.map(({ Id, Name }) => ({
      noun: 'network',
      name: Name,
      id: Id,
      remove: (id: string) => client.networks.remove(id),
    })),
  ]
}

const OVER: readonly TaskState[] = ['complete', 'shutdown', 'failed', 'rejected']
const POLL_MS = 200
/** Until no task of the stack lives. */
async function waitForEnd(cli: Cli, stack: string): Promise<void> {
  for (;;) {
    const tasks = await cli.client.tasks.list({ filters: { label: [ofStack(stack)] } })
    if (tasks.every(({ Status }) => OVER.includes(Status.State))) return
    await cli.sys.sleep(POLL_MS)
  }
}
