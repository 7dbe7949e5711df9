import { isErrno } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'

/** A builder that somebody made: all of them work in the engine, those of other drivers apart from its images. */
export interface Instance {
  readonly name: string
  readonly driver: string
  readonly platforms: readonly string[]
  /** Of the remote driver. */
  readonly endpoint?: string
  /** More options of buildkitd. */
  readonly flags?: readonly string[]
}

interface Kept {
  readonly current: string
  readonly instances: readonly Instance[]
}

const DEFAULT: Instance = { name: 'default', driver: 'docker', platforms: ['linux/amd64', 'linux/386'] }
const fileOf = (cli: Cli): string => `${cli.globals.config}/buildx/instances.json`

async function read(cli: Cli): Promise<Kept> {
  try {
    return JSON.parse(await readTextFile(cli.sys, fileOf(cli))) as Kept
  } catch (error) {
    if (isErrno(error)) return { current: DEFAULT.name, instances: [] }
    throw error
  }
}

async function write(cli: Cli, kept: Kept): Promise<void> {
  for (const folder of [cli.globals.config, `${cli.globals.config}/buildx`])
    try {
      cli.sys.mkdir(folder, 0o700)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  await writeFile(cli.sys, fileOf(cli), JSON.stringify(kept), 0o600)
}

/** All builders, the engine's own last. */
export async function listInstances(cli: Cli): Promise<{ current: string; instances: readonly Instance[] }> {
  const { current, instances } = await read(cli)
  return { current, instances: [...instances, DEFAULT] }
}

/** @throws CliError */
export async function findInstance(cli: Cli, name: string): Promise<Instance> {
  const { current, instances } = await listInstances(cli)
  const found = instances.find((each) => each.name === (name || current))
  if (!found) throw new CliError(`ERROR: no builder ${JSON.stringify(name)} found`)
  return found
}

/** @throws CliError */
export async function addInstance(cli: Cli, instance: Instance, use: boolean): Promise<void> {
  const { current, instances } = await read(cli)
  if (instance.name === DEFAULT.name)
    throw new CliError('ERROR: default is a reserved name and cannot be used to identify builder instance')
  if (instances.some(({ name }) => name === instance.name))
    throw new CliError(
      `ERROR: existing instance for ${JSON.stringify(instance.name)} but no append mode, specify the node name to make changes for existing instances`,
    )
  await write(cli, { current: use ? instance.name : current, instances: [...instances, instance] })
}

export async function useInstance(cli: Cli, name: string): Promise<void> {
  const { instances } = await read(cli)
  if (name !== DEFAULT.name && !instances.some((each) => each.name === name))
    throw new CliError(
      `ERROR: failed to find instance ${JSON.stringify(name)}: no builder ${JSON.stringify(name)} found`,
    )
  await write(cli, { current: name, instances })
}

export async function removeInstance(cli: Cli, name: string): Promise<void> {
  const { current, instances } = await read(cli)
  if (name === DEFAULT.name)
    throw new CliError(
      'ERROR: failed to remove default: context builder cannot be removed, run `docker context rm default` to remove this context',
    )
  if (!instances.some((each) => each.name === name))
    throw new CliError(`ERROR: failed to remove ${name}: no builder ${JSON.stringify(name)} found`)
  const left = instances.filter((each) => each.name !== name)
  await write(cli, { current: current === name ? DEFAULT.name : current, instances: left })
}

/** The only node of a builder. */
export const nodeOf = ({ name, driver }: Pick<Instance, 'name' | 'driver'>): string =>
  driver === 'docker' ? name : `${name}0`
