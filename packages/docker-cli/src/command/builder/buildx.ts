import {
  atLeast,
  between,
  bool,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  list,
  noArgs,
  noun,
  string,
  tabulate,
} from '@drydock/cli-plugin'
import { bake } from './bake.ts'
import { bootShown, BUILDKIT, isContained, removeContainer, statusOf, stopContainer } from './boot.ts'
import { buildxBuild } from './build.ts'
import { du, prune } from './cache-commands.ts'
import { remoteEndpoint } from './endpoint.ts'
import { history } from './history.ts'
import { imagetools } from './imagetools.ts'
import {
  addInstance,
  findInstance,
  type Instance,
  listInstances,
  nodeOf,
  removeInstance,
  useInstance,
} from './instances.ts'

const VERSION = 'github.com/docker/buildx v0.24.0 d0e5e86c8b88ae4865040bc96917c338f4dd673c'

const ls = defineCommand({
  name: 'ls',
  use: 'ls',
  short: 'List builder instances',
  args: noArgs,
  flags: { format: string('', 'Format the output', 'table'), 'no-trunc': bool('', "Don't truncate output") },
  async run({ cli, flags }) {
    const { current, instances } = await listInstances(cli)
    if (flags.format === 'json') {
      const json = instances.map((each) =>
        JSON.stringify({ Name: each.name, Driver: each.driver, Current: each.name === current }),
      )
      return cli.print(json.map((line) => `${line}\n`).join(''))
    }
    const rows: string[] = []
    for (const each of instances) {
      const status = await statusOf(cli, each)
      const [version, platforms] = status === 'running' ? [BUILDKIT, each.platforms.join(', ')] : ['', '']
      rows.push(
        `${each.name}${each.name === current ? '*' : ''}\t${each.driver}\t\t\t`,
        ` \\_ ${nodeOf(each)}\t \\_ ${endpointOf(each)}\t${status}\t${version}\t${platforms}`,
      )
    }
    await cli.print(
      tabulate(`NAME/NODE\tDRIVER/ENDPOINT\tSTATUS\tBUILDKIT\tPLATFORMS\n${rows.map((line) => `${line}\n`).join('')}`),
    )
  },
})

const endpointOf = ({ driver, endpoint }: Instance): string =>
  driver === 'docker' ? 'default' : (endpoint ?? 'unix:///var/run/docker.sock')

const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [NAME]',
  short: 'Inspect current builder instance',
  args: between(0, 1),
  flags: {
    bootstrap: bool('', 'Ensure builder has booted before inspecting'),
    builder: string('', 'Override the configured builder instance'),
  },
  async run({ cli, args, flags }) {
    const instance = await findInstance(cli, args[0] ?? flags.builder)
    const { name, driver, platforms } = instance
    if (flags.bootstrap) await bootShown(cli, instance)
    const status = await statusOf(cli, instance)
    const runs = status === 'running'
    const node = [
      ['Name', nodeOf(instance)],
      ['Endpoint', endpointOf(instance)],
      ['Status', status],
      ...(isContained(instance) ? [['BuildKit daemon flags', '--allow-insecure-entitlement=network.host']] : []),
      ...(runs
        ? [
            ['BuildKit version', BUILDKIT],
            ['Platforms', platforms.join(', ')],
            ['Labels', ''],
          ]
        : []),
    ]
    const labels = isContained(instance)
      ? ` org.mobyproject.buildkit.worker.executor:         oci\n`
      : ' org.mobyproject.buildkit.worker.moby.host-gateway-ip:  172.17.0.1\n'
    await cli.print(
      `${table([
        ['Name', name],
        ['Driver', driver],
      ])}\nNodes:\n${table(node)}${runs ? labels : ''}`,
    )
  },
})

const table = (rows: readonly (readonly string[])[]): string => {
  const width = Math.max(...rows.map(([key = '']) => key.length)) + 2
  return rows.map(([key = '', value = '']) => `${`${key}:`.padEnd(width)}${value}`.trimEnd() + '\n').join('')
}

const ADJECTIVES = ['brave', 'calm', 'eager', 'fervent', 'jolly', 'keen', 'lucid', 'modest', 'quirky', 'sharp']
const NAMES = ['bell', 'curie', 'darwin', 'euler', 'hopper', 'kepler', 'lovelace', 'noether', 'turing', 'wozniak']

function freeName(cli: Cli): string {
  const [a = 0, b = 0] = cli.sys.entropy.bytes(2)
  return `${ADJECTIVES[a % ADJECTIVES.length] ?? ''}_${NAMES[b % NAMES.length] ?? ''}`
}

/** By itself, and through the emulators that Docker's tonistiigi/binfmt sets up. */
const EMULATED = [
  'linux/amd64',
  'linux/386',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
]

const DRIVERS = ['docker-container', 'kubernetes', 'remote', 'docker']

const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] [CONTEXT|ENDPOINT]',
  short: 'Create a new builder instance',
  args: between(0, 1),
  lacks: 'daemons of their own: the container of a builder keeps the place, the engine builds, with one cache',
  flags: {
    append: bool('', 'Append a node to builder instead of changing it'),
    bootstrap: bool('', 'Boot builder after creation'),
    'buildkitd-config': string('', 'BuildKit daemon config file'),
    'buildkitd-flags': string('', 'BuildKit daemon flags'),
    driver: string('', 'Driver to use (available: "docker-container", "kubernetes", "remote")'),
    'driver-opt': list('', 'Options for the driver', { type: 'stringArray' }),
    leave: bool('', 'Remove a node from builder instead of changing it'),
    name: string('', 'Builder instance name'),
    node: string('', 'Create/modify node with given name'),
    platform: list('', 'Fixed platforms for current node', { type: 'stringArray' }),
    use: bool('', 'Set the current builder instance'),
  },
  async run({ cli, args, flags }) {
    const driver = flags.driver || 'docker-container'
    if (!DRIVERS.includes(driver)) throw new CliError(`ERROR: failed to find driver ${JSON.stringify(driver)}`)
    if (driver === 'docker') throw new CliError('ERROR: additional instances of driver "docker" cannot be created')
    const name = flags.name || freeName(cli)
    const platforms =
      flags.platform.length > 0
        ? flags.platform.flatMap((each) => each.split(','))
        : driver === 'docker'
          ? ['linux/amd64', 'linux/386']
          : EMULATED
    if (driver === 'kubernetes')
      throw new CliError(
        `ERROR: failed to initialize builder ${name} (${name}0): invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable`,
      )
    const instance: Instance = {
      name,
      driver,
      platforms,
      ...(driver === 'remote' && { endpoint: remoteEndpoint(args[0], cli.env.get('BUILDKIT_HOST')) }),
      ...(flags['buildkitd-flags'] !== '' && { flags: flags['buildkitd-flags'].split(/\s+/) }),
    }
    await addInstance(cli, instance, flags.use)
    if (flags.bootstrap) await bootShown(cli, instance)
    await cli.print(`${name}\n`)
  },
})

const use = defineCommand({
  name: 'use',
  use: 'use [OPTIONS] NAME',
  short: 'Set the current builder instance',
  args: exactly(1),
  flags: {
    default: bool('', 'Set builder as default for current context'),
    global: bool('', 'Builder persists context changes'),
  },
  run: ({ cli, args }) => useInstance(cli, args[0] ?? ''),
})

const rm = defineCommand({
  name: 'rm',
  use: 'rm [OPTIONS] [NAME...]',
  short: 'Remove one or more builder instances',
  args: atLeast(0),
  flags: {
    'all-inactive': bool('', 'Remove all inactive builders'),
    force: bool('f', 'Do not prompt for confirmation'),
    'keep-daemon': bool('', 'Keep the BuildKit daemon running'),
    'keep-state': bool('', 'Keep BuildKit state'),
  },
  async run({ cli, args, flags }) {
    const { current, instances } = await listInstances(cli)
    const inactive = async (): Promise<string[]> => {
      const states = await Promise.all(instances.map((each) => statusOf(cli, each)))
      return instances.filter((_, i) => states[i] === 'inactive').map(({ name }) => name)
    }
    const names = flags['all-inactive'] ? await inactive() : args.length > 0 ? args : [current]
    for (const name of names) {
      const instance = instances.find((each) => each.name === name)
      if (instance && !flags['keep-daemon']) await removeContainer(cli, instance, flags['keep-state'])
      await removeInstance(cli, name)
      await cli.print(`${name} removed\n`)
    }
  },
})

const stop = defineCommand({
  name: 'stop',
  use: 'stop [NAME]',
  short: 'Stop builder instance',
  args: between(0, 1),
  flags: {},
  run: async ({ cli, args }) => stopContainer(cli, await findInstance(cli, args[0] ?? '')),
})

const version = defineCommand({
  name: 'version',
  use: 'version',
  short: 'Show buildx version information',
  args: noArgs,
  flags: {},
  run: ({ cli }) => cli.print(`${VERSION}\n`),
})

export const buildx = noun({
  name: 'buildx',
  short: 'Docker Buildx',
  group: 'management',
  hidden: true,
  children: [bake, buildxBuild, create, du, history, imagetools, inspect, ls, prune, rm, stop, use, version],
})
