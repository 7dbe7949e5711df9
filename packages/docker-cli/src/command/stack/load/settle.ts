import { type Cli, CliError } from '@drydock/cli-plugin'
import { absolute } from '../../container/volume-flags.ts'
import { readKeyValues } from '../../container/key-value-file.ts'
import { logWarning } from '../../log-warning.ts'
import type { StackFile, StackFileObject, StackService, VolumeEntry } from './compose-format.ts'

interface Where {
  /** Of the first file; relative paths begin there. */
  readonly folder: string
  readonly minor: number
}

/** What the file leaves to the machine it is read on: variables, paths, and names of what is made elsewhere. @throws CliError */
export async function settle(cli: Cli, file: StackFile, where: Where): Promise<StackFile> {
  const services = new Map<string, StackService>()
  for (const [name, service] of file.services ?? []) services.set(name, await settleService(cli, service, where))
  const rename = external(cli, where)
  return {
    ...file,
    ...(file.services ? { services } : {}),
    ...(file.networks ? { networks: await eachOf(file.networks, rename('network', 5)) } : {}),
    ...(file.volumes ? { volumes: await eachOf(file.volumes, rename('volume', 4)) } : {}),
    ...(file.secrets ? { secrets: await objects(cli, file.secrets, 'secret', where) } : {}),
    ...(file.configs ? { configs: await objects(cli, file.configs, 'config', where) } : {}),
  }
}

async function eachOf<T>(
  map: ReadonlyMap<string, T>,
  change: (name: string, value: T) => Promise<T>,
): Promise<Map<string, T>> {
  const changed = new Map<string, T>()
  for (const [name, value] of map) changed.set(name, await change(name, value))
  return changed
}

async function settleService(cli: Cli, service: StackService, { folder }: Where): Promise<StackService> {
  const environment = await variables(cli, service, folder)
  const volumes = service.volumes?.map((entry) => settleVolume(cli, entry, folder))
  return {
    ...service,
    ...(environment.size > 0 || service.environment ? { environment } : {}),
    ...(volumes ? { volumes } : {}),
  }
}

/** Files first; a variable without a value takes the caller's. */
async function variables(cli: Cli, service: StackService, folder: string): Promise<Map<string, string | null>> {
  const files = (service.env_file ?? []).map((file) => absolute(file, folder))
  const words = files.length > 0 ? await readKeyValues(cli, files, []) : []
  const found = new Map<string, string | null>()
  const add = (name: string, value: string | null): void => {
    const own = cli.env.get(name)
    found.set(name, (value === null || value === '') && own !== undefined ? own : value)
  }
  for (const word of words) {
    const at = word.indexOf('=')
    add(at < 0 ? word : word.slice(0, at), at < 0 ? null : word.slice(at + 1))
  }
  for (const [name, value] of service.environment ?? []) add(name, value)
  return found
}

function settleVolume(cli: Cli, entry: VolumeEntry, folder: string): VolumeEntry {
  if (entry.type !== 'bind') return entry
  if (!entry.source) throw new CliError('invalid mount config for type "bind": field Source must not be empty')
  const source = entry.source.startsWith('~') ? entry.source.replace('~', cli.env.get('HOME') ?? '~') : entry.source
  return { ...entry, source: absolute(source, folder) }
}

interface Named {
  readonly name?: string
  readonly external?: { name?: string; external?: boolean }
}

/** What is made elsewhere is called as it is called there. */
const external =
  (cli: Cli, { minor }: Where) =>
  (noun: string, since: number) =>
  async <T extends Named>(name: string, value: T): Promise<T> => {
    if (!value.external?.external) return value
    const other = value.external.name
    if (!other) return { name: value.name ?? name, ...value, external: { external: true } }
    if (value.name)
      throw new CliError(`${noun} ${name}: ${noun}.external.name and ${noun}.name conflict; only use ${noun}.name`)
    if (minor >= since)
      await logWarning(cli, `${noun} ${name}: ${noun}.external.name is deprecated in favor of ${noun}.name`)
    return { name: other, ...value, external: { external: true } }
  }

async function objects(
  cli: Cli,
  map: ReadonlyMap<string, StackFileObject>,
  noun: string,
  where: Where,
): Promise<Map<string, StackFileObject>> {
  const rename = external(cli, where)(noun, 5)
  return eachOf(map, async (name, value) => {
    if (value.external?.external) return rename(name, value)
    if (!value.driver) return { ...value, file: absolute(value.file ?? '', where.folder) }
    if (value.file)
      throw new CliError(`${noun} ${name}: ${noun}.driver and ${noun}.file conflict; only use ${noun}.driver`)
    return value
  })
}
