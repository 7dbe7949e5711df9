import { anyArgs, CliError, string } from '@drydock/cli-plugin'
import type { Tree } from '@drydock/cli-plugin/compose-file'
import { type ContainerInspect, type ContainerSummary, isNotFound, type MountPoint } from '@drydock/docker-api'
import type { Backend } from '../engine/backend.ts'
import { LABEL, labelOf, nameOf } from '../engine/labels.ts'
import { jsonText, toJson, yamlText } from '../model/marshal.ts'
import { serviceCodec, type Service } from '../model/types.ts'
import { composeCommand } from './define.ts'

/** What is put together from containers, section by section. */
interface Found {
  readonly services: Map<string, Service>
  readonly networks: Map<string, object>
  readonly volumes: Map<string, object>
  readonly secrets: Map<string, object>
}

const mapping = (rows: Readonly<Record<string, Tree | undefined>>): Tree =>
  new Map(Object.entries(rows).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))

/** Labels that nobody but compose and Docker Desktop put there are gone. */
const ownLabels = (labels: Readonly<Record<string, string>>): Tree =>
  new Map(
    Object.entries(labels).filter(
      ([key]) => !key.startsWith('com.docker.compose.') && !key.startsWith('desktop.docker.io'),
    ),
  )

const nanoseconds = (value: number | undefined): string | undefined => (value ? `${value / 1e6}ms` : undefined)

function healthcheck({ Config }: ContainerInspect): Tree | undefined {
  const { Healthcheck: check } = Config
  if (!check) return undefined
  return mapping({
    test: check.Test ? [...check.Test] : undefined,
    timeout: nanoseconds(check.Timeout),
    interval: nanoseconds(check.Interval),
    retries: check.Retries || undefined,
    start_period: nanoseconds(check.StartPeriod),
    start_interval: nanoseconds(check.StartInterval),
  })
}

const isSecret = ({ Type, Destination }: MountPoint): boolean =>
  Type === 'bind' && Destination.startsWith('/run/secrets')

const volumeTree = ({ Type, Name, Source, Destination, RW }: MountPoint): Tree =>
  mapping({
    type: Type,
    source: Type === 'volume' ? (Name ?? '') : Source,
    target: Destination,
    read_only: RW ? undefined : true,
  })

const portTrees = ({ HostConfig }: ContainerInspect): Tree[] =>
  Object.entries(HostConfig.PortBindings ?? {}).flatMap(([key, bindings]) => {
    const [target = '', protocol = 'tcp'] = key.split('/')
    return (bindings ?? []).map(({ HostIp, HostPort }) =>
      mapping({ target: Number(target), published: HostPort, protocol, host_ip: HostIp || undefined }),
    )
  })

function serviceTree(container: ContainerSummary, inspect: ContainerInspect, scale: number): Tree {
  const { Mounts, NetworkSettings } = inspect
  const volumes = Mounts.filter((each) => !isSecret(each)).map(volumeTree)
  const secrets = Mounts.filter(isSecret).map(({ Destination }) =>
    mapping({ source: Destination.split('/').at(-1), target: Destination }),
  )
  const networks = Object.entries(NetworkSettings.Networks ?? {}).map(
    ([name, { Aliases }]) => [name, mapping({ aliases: Aliases ? [...Aliases] : undefined })] as const,
  )
  const ports = portTrees(inspect)
  return mapping({
    image: container.Image,
    labels: ownLabels(container.Labels ?? {}),
    environment: [...(inspect.Config.Env ?? [])],
    healthcheck: healthcheck(inspect),
    volumes: volumes.length > 0 ? volumes : undefined,
    secrets: secrets.length > 0 ? secrets : undefined,
    networks: new Map(networks),
    ports: ports.length > 0 ? ports : undefined,
    scale,
  })
}

/** Those whose names or ids contain one of the words. @throws CliError when there are none */
async function named(backend: Backend, words: readonly string[]): Promise<ContainerSummary[]> {
  const byName = await backend.client.containers.list({ all: true, filters: { name: [...words] } })
  const byId = await backend.client.containers.list({ all: true, filters: { id: [...words] } })
  const found = [...new Map([...byName, ...byId].map((each) => [each.Id, each])).values()]
  if (found.length > 0) return found
  throw new CliError(`no container(s) found with the following name(s): ${words.join(',')}`)
}

async function addNetworks(backend: Backend, inspect: ContainerInspect, found: Found): Promise<void> {
  for (const name of Object.keys(inspect.NetworkSettings.Networks ?? {}))
    try {
      const { Internal } = await backend.client.networks.inspect(name)
      found.networks.set(name, Internal ? { internal: true } : {})
    } catch (error) {
      if (!isNotFound(error)) throw error
      found.networks.set(name, {})
    }
}

function addMounts({ Mounts }: ContainerInspect, found: Found): void {
  for (const mount of Mounts) {
    const { Type, Name = '', Driver = 'local', Source, Destination } = mount
    if (isSecret(mount)) found.secrets.set(Destination.split('/').at(-1) ?? '', { file: Source })
    else if (Type === 'volume') found.volumes.set(Name, Driver === 'local' ? {} : { name: Name, driver: Driver })
  }
}

/** A project of containers that are there. docker/compose pkg/compose/generate.go */
async function projectOf(backend: Backend, containers: readonly ContainerSummary[]): Promise<Found> {
  const found: Found = { services: new Map(), networks: new Map(), volumes: new Map(), secrets: new Map() }
  for (const container of containers) {
    const name = labelOf(container, LABEL.service) || nameOf(container)
    const inspect = await backend.client.containers.inspect(container.Id)
    const scale = (found.services.get(name)?.scale ?? 0) + 1
    found.services.set(name, serviceCodec.read(serviceTree(container, inspect, scale), ['services', name]) ?? {})
    addMounts(inspect, found)
    await addNetworks(backend, inspect, found)
  }
  return found
}

function textOf(name: string, { services, ...rest }: Found, format: string): string {
  const sections = Object.entries(rest).filter(([, section]) => section.size > 0)
  const document = { name, services, ...Object.fromEntries(sections) }
  if (format === 'json') return jsonText(toJson(new Map<string, unknown>(Object.entries(document))), '  ')
  if (format === 'yaml') return yamlText(name === '' ? { services, ...Object.fromEntries(sections) } : document)
  throw new CliError(`unsupported format ${JSON.stringify(format)}`)
}

export const generate = composeCommand({
  name: 'generate',
  use: '[OPTIONS] [CONTAINERS...]',
  short: 'EXPERIMENTAL - Generate a Compose file from existing containers',
  args: anyArgs,
  completes: ['containers'],
  flags: {
    format: string('', 'Format the output. Values: [yaml | json]', 'yaml'),
    name: string('', 'Project name to set in the Compose file'),
    'project-dir': string('', 'Directory to use for the project'),
  },
  async run({ cli, backend, args, flags }) {
    await cli.warn('generate command is EXPERIMENTAL\n')
    if (args.length === 0) throw new CliError('at least one container must be specified')
    const project = await projectOf(backend, await named(backend, args))
    return cli.print(`${textOf(flags.name, project, flags.format)}\n`)
  },
})
