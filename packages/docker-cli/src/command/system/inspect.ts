import { atLeast, bool, type Cli, CliError, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import { isNotFound } from '@drydock/docker-api'
import { inspectObjects } from '../inspect-objects.ts'

type Look = (cli: Cli, name: string, size: boolean) => Promise<unknown>

/** Where a name is looked for, in this order, when no --type is given. */
const KINDS: Readonly<Record<string, Look>> = {
  container: (cli, name, size) => cli.client.containers.inspect(name, { size }),
  image: (cli, name) => cli.client.images.inspect(name),
  network: (cli, name) => cli.client.networks.inspect(name),
  volume: (cli, name) => cli.client.volumes.inspect(name),
  service: (cli, name) => cli.client.services.inspect(name, { insertDefaults: true }),
  task: (cli, name) => cli.client.tasks.inspect(name),
  node: (cli, name) => cli.client.nodes.inspect(name),
  plugin: (cli, name) =>
    cli.client.transport.json({ method: 'GET', path: `/plugins/${encodeURIComponent(name)}/json` }),
  secret: (cli, name) => cli.client.secrets.inspect(name),
  config: (cli, name) => cli.client.configs.inspect(name),
}
/** Kinds whose absence is the rule: a swarm's, and plugins. */
const OPTIONAL = ['service', 'task', 'node', 'plugin', 'secret', 'config']

async function findAny(cli: Cli, name: string, size: boolean): Promise<unknown> {
  for (const [kind, look] of Object.entries(KINDS))
    try {
      return await look(cli, name, size)
    } catch (error) {
      if (!isNotFound(error) && !OPTIONAL.includes(kind)) throw error
    }
  throw new CliError(`Error: No such object: ${name}`)
}

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Return low-level information on Docker objects',
  args: atLeast(1),
  completes: ['none'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    size: bool('s', 'Display total file sizes if the type is container'),
    type: string('', 'Only inspect objects of the given type'),
  },
  run({ cli, args, flags, changed }) {
    if (changed.has('type') && flags.type === '')
      throw new CliError(
        'type is empty: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"',
      )
    const look = flags.type === '' ? findAny : KINDS[flags.type]
    if (!look)
      throw new CliError(
        `unknown type: ${JSON.stringify(flags.type)}: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"`,
      )
    return inspectObjects(cli, args, flags.format, (name) => look(cli, name, flags.size))
  },
})
