import { type Cli, CliError, parseCpus } from '@drydock/cli-plugin'
import type {
  ContainerSpec,
  Mount,
  NetworkAttachmentConfig,
  NetworkCreateBody,
  ServiceMode,
  ServiceSpec,
  TaskRestartPolicy,
  TaskSpec,
  UpdateConfig,
} from '@drydock/docker-api'
import { effectiveCapabilities } from '../service/capabilities.ts'
import type { FileReference } from '../service/flag-values.ts'
import { resolveConfigs, resolveSecrets } from '../service/references.ts'
import { some, someList } from '../service/some.ts'
import { toSwarmHosts } from '../service/swarm-hosts.ts'
import { parseRestart } from '../container/host-config.ts'
import type {
  FileReferenceEntry,
  StackDeploy,
  StackFile,
  StackFileObject,
  StackNetwork,
  StackService,
  StackUpdateConfig,
  StackVolume,
  VolumeEntry,
} from './load/compose-format.ts'
import { IMAGE_LABEL, scoped, withStack } from './namespace.ts'

const DEFAULT = 'default'
const isUserDefined = (name: string): boolean =>
  !['default', 'bridge', 'host', 'none'].includes(name) && !name.startsWith('container:')

/** The networks that services of the file name. */
export const networksInUse = ({ services }: StackFile): Set<string> =>
  new Set(
    [...(services?.values() ?? [])].flatMap(({ networks }) => (networks?.size ? [...networks.keys()] : [DEFAULT])),
  )

/** @returns bodies by the name the network gets; and names of those that must be there */
export function convertNetworks(
  stack: string,
  file: StackFile,
): { networks: Map<string, Omit<NetworkCreateBody, 'Name'>>; external: string[] } {
  const networks = new Map<string, Omit<NetworkCreateBody, 'Name'>>()
  const external: string[] = []
  for (const name of networksInUse(file)) {
    const network = file.networks?.get(name) ?? {}
    if (network.external?.external) external.push(network.name ?? name)
    else networks.set(network.name || scoped(stack, name), networkBody(stack, network))
  }
  return { networks, external }
}

function networkBody(stack: string, network: StackNetwork): Omit<NetworkCreateBody, 'Name'> {
  const { driver = '', config = [] } = network.ipam ?? {}
  return {
    Driver: network.driver || 'overlay',
    Scope: '',
    IPAM:
      driver === '' && config.length === 0
        ? null
        : { Driver: driver, Options: null, Config: config.map(({ subnet }) => ({ ...some('Subnet', subnet) })) },
    Internal: network.internal ?? false,
    Attachable: network.attachable ?? false,
    Ingress: false,
    ConfigOnly: false,
    ConfigFrom: null,
    Options: network.driver_opts ? Object.fromEntries(network.driver_opts) : null,
    Labels: withStack(stack, network.labels),
  }
}

/** The specification of one service, its secrets and configs looked up. @throws CliError */
export async function convertService(
  cli: Cli,
  stack: string,
  name: string,
  service: StackService,
  file: StackFile,
): Promise<ServiceSpec> {
  const secrets = await resolveSecrets(cli, references(stack, service.secrets, file.secrets, 'secret'))
  const runtime = credentialConfig(stack, service, file)
  const configs = await resolveConfigs(
    cli,
    references(stack, service.configs, file.configs, 'config'),
    runtime === undefined ? [] : [runtime],
  )
  const deploy = service.deploy ?? {}
  const container = {
    ...containerSpec(stack, service, file),
    ...someList(
      'Secrets',
      secrets.toSorted((a, b) => (a.SecretName < b.SecretName ? -1 : 1)),
    ),
    ...someList(
      'Configs',
      configs.toSorted((a, b) => (a.ConfigName < b.ConfigName ? -1 : 1)),
    ),
    ...credentials(service, runtime && configs.find(({ ConfigName }) => ConfigName === runtime)?.ConfigID),
  }
  return {
    Name: scoped(stack, name),
    Labels: { ...withStack(stack, deploy.labels), [IMAGE_LABEL]: service.image ?? '' },
    TaskTemplate: {
      ContainerSpec: container,
      ...taskSpec(service, deploy),
      Networks: attachments(stack, name, service, file),
      ForceUpdate: 0,
    },
    Mode: serviceMode(deploy),
    ...updateConfig('UpdateConfig', deploy.update_config),
    ...updateConfig('RollbackConfig', deploy.rollback_config),
    EndpointSpec: {
      ...some('Mode', deploy.endpoint_mode?.toLowerCase()),
      ...someList('Ports', portConfigs(service)),
    },
  }
}

const portConfigs = ({ ports }: StackService) =>
  (ports ?? [])
    .map(({ protocol, target, published, mode }) => ({
      ...some('Protocol', protocol),
      ...some('TargetPort', target),
      ...some('PublishedPort', published),
      ...some('PublishMode', mode),
    }))
    .toSorted((a, b) => (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0))

const READ_ONLY = 0o444
function references(
  stack: string,
  wanted: readonly FileReferenceEntry[] | undefined,
  known: ReadonlyMap<string, StackFileObject> | undefined,
  noun: string,
): FileReference[] {
  return (wanted ?? []).map(({ source = '', target, uid, gid, mode = READ_ONLY }) => {
    const object = known?.get(source)
    if (!object) throw new CliError(`undefined ${noun} ${JSON.stringify(source)}`)
    const file = { Name: target || source, UID: uid || '0', GID: gid || '0', Mode: mode }
    return { name: object.name || scoped(stack, source), file }
  })
}

function credentialConfig(stack: string, service: StackService, file: StackFile): string | undefined {
  const name = service.credential_spec?.config
  if (!name) return undefined
  const object = file.configs?.get(name)
  if (!object) throw new CliError(`undefined config ${JSON.stringify(name)}`)
  return object.name || scoped(stack, name)
}

function credentials(service: StackService, configId: string | undefined): Pick<ContainerSpec, 'Privileges'> {
  const { config = '', file = '', registry = '' } = service.credential_spec ?? {}
  const given = [config && '"Config"', file && '"File"', registry && '"Registry"'].filter(Boolean)
  if (given.length > 1) {
    const words = given.length > 2 ? `${given.slice(0, -1).join(', ')}, and ${given.at(-1)}` : given.join(' and ')
    throw new CliError(`invalid credential spec: cannot specify both ${words}`)
  }
  const CredentialSpec = given.length === 0 ? null : { Config: configId ?? config, File: file, Registry: registry }
  return { Privileges: { CredentialSpec, SELinuxContext: null, NoNewPrivileges: false } }
}

const variables = (service: StackService): string[] =>
  Array.from(service.environment ?? [], ([name, value]) => (value === null ? name : `${name}=${value}`)).toSorted()

function containerSpec(stack: string, service: StackService, file: StackFile): ContainerSpec {
  const { add, drop } = effectiveCapabilities(service.cap_add ?? [], service.cap_drop ?? [])
  const dns = { ...someList('Nameservers', service.dns ?? []), ...someList('Search', service.dns_search ?? []) }
  const limits = Array.from(service.ulimits ?? [], ([Name, { single = 0, soft = single, hard = single }]) => ({
    Name,
    Hard: hard,
    Soft: soft,
  }))
  return {
    Image: service.image ?? '',
    Labels: withStack(stack, service.labels),
    ...someList('Command', service.entrypoint ?? []),
    ...someList('Args', service.command ?? []),
    ...some('Hostname', service.hostname),
    ...someList('Env', variables(service)),
    ...some('Dir', service.working_dir),
    ...some('User', service.user),
    ...(service.init === undefined ? {} : { Init: service.init }),
    ...some('StopSignal', service.stop_signal),
    ...some('TTY', service.tty),
    ...some('OpenStdin', service.stdin_open),
    ...some('ReadOnly', service.read_only),
    ...someList(
      'Mounts',
      (service.volumes ?? []).map((entry) => convertVolume(stack, entry, file)),
    ),
    ...(service.stop_grace_period === undefined ? {} : { StopGracePeriod: service.stop_grace_period }),
    ...healthcheck(service),
    ...someList('Hosts', toSwarmHosts(service.extra_hosts ?? [])),
    ...(service.dns || service.dns_search ? { DNSConfig: dns } : {}),
    ...some('Isolation', service.isolation),
    ...some('Sysctls', service.sysctls && Object.fromEntries(service.sysctls)),
    ...someList('CapabilityAdd', add),
    ...someList('CapabilityDrop', drop),
    ...someList(
      'Ulimits',
      limits.toSorted((a, b) => (a.Name < b.Name ? -1 : 1)),
    ),
    ...some('OomScoreAdj', service.oom_score_adj),
  }
}

function healthcheck({ healthcheck: check }: StackService): Pick<ContainerSpec, 'Healthcheck'> {
  if (!check) return {}
  if (check.disable && check.test?.length) throw new CliError("test and disable can't be set at the same time")
  if (check.disable) return { Healthcheck: { Test: ['NONE'] } }
  return {
    Healthcheck: {
      ...someList('Test', check.test ?? []),
      ...some('Interval', check.interval),
      ...some('Timeout', check.timeout),
      ...some('StartPeriod', check.start_period),
      ...some('StartInterval', check.start_interval),
      ...some('Retries', check.retries),
    },
  }
}

type Convert = (stack: string, entry: VolumeEntry, file: StackFile) => Mount
const basic = (entry: VolumeEntry): Mount => ({
  Type: entry.type ?? '',
  ...some('Source', entry.source),
  Target: entry.target ?? '',
  ...some('ReadOnly', entry.read_only),
  ...some('Consistency', entry.consistency),
})
/** Options of other kinds than its own a mount must not have. */
function refuseOthers(entry: VolumeEntry, type: 'volume' | 'bind' | 'tmpfs' | 'npipe'): void {
  for (const kind of ['bind', 'volume', 'tmpfs'] as const)
    if (kind !== type && entry[kind] && !(type === 'npipe' && kind === 'bind'))
      throw new CliError(`${kind} options are incompatible with type ${type}`)
}
const CONVERT: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ['volume', namedVolume],
  ['', namedVolume],
  [
    'bind',
    (_stack, entry) => {
      if (!entry.source) throw new CliError('invalid bind source, source cannot be empty')
      refuseOthers(entry, 'bind')
      return { ...basic(entry), ...some('BindOptions', { ...some('Propagation', entry.bind?.propagation) }) }
    },
  ],
  [
    'tmpfs',
    (_stack, entry) => {
      if (entry.source) throw new CliError('invalid tmpfs source, source must be empty')
      refuseOthers(entry, 'tmpfs')
      return {
        ...basic(entry),
        ...(entry.tmpfs ? { TmpfsOptions: { ...some('SizeBytes', entry.tmpfs.size) } } : {}),
      }
    },
  ],
  [
    'npipe',
    (_stack, entry) => {
      if (!entry.source) throw new CliError('invalid npipe source, source cannot be empty')
      refuseOthers(entry, 'npipe')
      return basic(entry)
    },
  ],
])

function convertVolume(stack: string, entry: VolumeEntry, file: StackFile): Mount {
  const convert = CONVERT.get(entry.type ?? '')
  if (!convert) throw new CliError('volume type must be volume, bind, tmpfs, npipe, or cluster')
  return convert(stack, entry, file)
}

function namedVolume(stack: string, entry: VolumeEntry, file: StackFile): Mount {
  refuseOthers(entry, 'volume')
  if (!entry.source) return { ...basic(entry), ...volumeOptions(entry, undefined, stack) }
  const known = file.volumes?.get(entry.source)
  if (!known) throw new CliError(`undefined volume ${JSON.stringify(entry.source)}`)
  if (known.external?.external)
    return { ...basic(entry), Source: known.name ?? entry.source, ...volumeOptions(entry, undefined, stack) }
  return {
    ...basic(entry),
    Source: known.name || scoped(stack, entry.source),
    VolumeOptions: {
      ...some('NoCopy', entry.volume?.nocopy),
      Labels: withStack(stack, known.labels),
      ...driverConfig(known),
    },
  }
}
const volumeOptions = (entry: VolumeEntry, _labels: undefined, _stack: string): Pick<Mount, 'VolumeOptions'> =>
  entry.volume ? { VolumeOptions: { ...some('NoCopy', entry.volume.nocopy) } } : {}
const driverConfig = ({ driver, driver_opts: opts }: StackVolume) =>
  driver || opts
    ? { DriverConfig: { ...some('Name', driver), ...some('Options', opts && Object.fromEntries(opts)) } }
    : {}

function taskSpec(service: StackService, deploy: StackDeploy): TaskSpec {
  const placement = deploy.placement ?? {}
  const { logging } = service
  return {
    Resources: resources(deploy),
    ...restartPolicy(service, deploy),
    Placement: {
      ...someList('Constraints', placement.constraints ?? []),
      ...someList(
        'Preferences',
        (placement.preferences ?? []).map(({ spread = '' }) => ({ Spread: { SpreadDescriptor: spread } })),
      ),
      ...some('MaxReplicas', placement.max_replicas_per_node),
    },
    ...(logging
      ? {
          LogDriver: {
            ...(logging.driver ? { Name: logging.driver } : { Name: '' }),
            ...some('Options', logging.options && Object.fromEntries(logging.options)),
          },
        }
      : {}),
  }
}

function resources({ resources: wanted }: StackDeploy): NonNullable<TaskSpec['Resources']> {
  const { limits, reservations } = wanted ?? {}
  const generic = (reservations?.generic_resources ?? []).map(({ discrete_resource_spec: spec }) => ({
    DiscreteResourceSpec: { Kind: spec?.kind ?? '', Value: spec?.value ?? 0 },
  }))
  const amounts = (of: { cpus?: string; memory?: number }) => ({
    ...some('NanoCPUs', of.cpus ? parseCpus(of.cpus) : 0),
    ...some('MemoryBytes', of.memory),
  })
  return {
    ...(limits ? { Limits: { ...amounts(limits), ...some('Pids', limits.pids) } } : {}),
    ...(reservations ? { Reservations: { ...amounts(reservations), ...someList('GenericResources', generic) } } : {}),
  }
}

const CONDITIONS: ReadonlyMap<string, 'any' | 'on-failure'> = new Map([
  ['always', 'any'],
  ['unless-stopped', 'any'],
  ['on-failure', 'on-failure'],
])
function restartPolicy(service: StackService, deploy: StackDeploy): Pick<TaskSpec, 'RestartPolicy'> {
  const wanted = deploy.restart_policy
  if (wanted)
    return {
      RestartPolicy: {
        ...some('Condition', wanted.condition as NonNullable<TaskRestartPolicy['Condition']> | undefined),
        ...(wanted.delay === undefined ? {} : { Delay: wanted.delay }),
        ...(wanted.max_attempts === undefined ? {} : { MaxAttempts: wanted.max_attempts }),
        ...(wanted.window === undefined ? {} : { Window: wanted.window }),
      },
    }
  const { Name, MaximumRetryCount = 0 } = service.restart ? parseRestart(service.restart) : { Name: '' }
  const condition = CONDITIONS.get(Name)
  if (condition === undefined) return {}
  return {
    RestartPolicy: { Condition: condition, ...(condition === 'any' ? {} : { MaxAttempts: MaximumRetryCount }) },
  }
}

function updateConfig(
  key: 'UpdateConfig' | 'RollbackConfig',
  config: StackUpdateConfig | undefined,
): { UpdateConfig?: UpdateConfig; RollbackConfig?: UpdateConfig } {
  if (!config) return {}
  return {
    [key]: {
      Parallelism: config.parallelism ?? 1,
      ...some('Delay', config.delay),
      ...some('FailureAction', config.failure_action),
      ...some('Monitor', config.monitor),
      MaxFailureRatio: config.max_failure_ratio ?? 0,
      Order: config.order ?? '',
    },
  }
}

const NO_REPLICAS = 'replicas can only be used with replicated or replicated-job mode'
function serviceMode({ mode = '', replicas }: StackDeploy): ServiceMode {
  const count = replicas === undefined ? {} : { Replicas: replicas }
  if (mode === '' || mode === 'replicated') return { Replicated: count }
  if (mode === 'replicated-job')
    return { ReplicatedJob: replicas === undefined ? {} : { MaxConcurrent: replicas, TotalCompletions: replicas } }
  if (mode !== 'global' && mode !== 'global-job') throw new CliError(`Unknown mode: ${mode}`)
  if (replicas !== undefined) throw new CliError(NO_REPLICAS)
  return mode === 'global' ? { Global: {} } : { GlobalJob: {} }
}

/** A service's own name is an alias wherever the network has some. */
function attachments(stack: string, name: string, service: StackService, file: StackFile): NetworkAttachmentConfig[] {
  const wanted = service.networks?.size ? service.networks : new Map([[DEFAULT, null]])
  return Array.from(wanted, ([key, options]) => {
    const network = file.networks?.get(key)
    if (!network && key !== DEFAULT) throw new CliError(`undefined network ${JSON.stringify(key)}`)
    const target = network?.name || scoped(stack, key)
    return {
      Target: target,
      ...someList('Aliases', [...(options?.aliases ?? []), ...(isUserDefined(target) ? [name] : [])]),
      ...some('DriverOpts', options?.driver_opts && Object.fromEntries(options.driver_opts)),
    }
  }).toSorted((a, b) => (a.Target < b.Target ? -1 : 1))
}
