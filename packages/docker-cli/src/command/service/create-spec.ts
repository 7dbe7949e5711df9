import { type Cli, CliError } from '@drydock/cli-plugin'
import type {
  ContainerSpec,
  HealthConfig,
  NetworkAttachmentConfig,
  ServiceMode,
  ServiceSpec,
  TaskSpec,
} from '@drydock/docker-api'
import { readKeyValues, toRecord } from '../container/key-value-file.ts'
import { effectiveCapabilities } from './capabilities.ts'
import type { CreateFlags } from './create-flags.ts'
import { DEFAULT_RESTART, DEFAULT_UPDATE, restartFrom, updateFrom } from './defaults.ts'
import { uniqueUlimits } from './flag-values.ts'
import { parseGenericResources } from './generic-resources.ts'
import { absoluteMounts } from './mount-source.ts'
import { some, someList } from './some.ts'
import { toSwarmHosts } from './swarm-hosts.ts'

type Changed = ReadonlySet<string>

/** What POST /services/create is sent, but for secrets, configs and the image's digest. @throws CliError */
export async function createSpec(
  cli: Cli,
  flags: CreateFlags,
  changed: Changed,
  args: readonly string[],
): Promise<ServiceSpec> {
  const [image = '', ...command] = args
  const env = await environment(cli, flags)
  const health = healthcheck(flags)
  const mode = serviceMode(flags)
  const updates = {
    ...updateFrom('update', flags, changed, DEFAULT_UPDATE),
    ...updateFrom('rollback', flags, changed, DEFAULT_UPDATE),
  }
  if ((mode.ReplicatedJob || mode.GlobalJob) && Object.keys(updates).length > 0)
    throw new CliError('update and rollback configuration is not supported for jobs')
  const networks = await resolveNetworks(cli, flags.network)
  return {
    ...some('Name', flags.name),
    Labels: toRecord(flags.label),
    TaskTemplate: {
      ContainerSpec: containerSpec(cli, flags, changed, { image, command, env, health }),
      ...taskSpec(flags, changed),
      ...someList('Networks', networks),
      ForceUpdate: 0,
    },
    Mode: mode,
    ...updates,
    EndpointSpec: { ...some('Mode', flags['endpoint-mode'].toLowerCase()), ...someList('Ports', flags.publish) },
  }
}

/** A variable given again takes the last place; one that is the very same stays where it was, too. */
async function environment(cli: Cli, flags: CreateFlags): Promise<string[]> {
  const words = await readKeyValues(cli, flags['env-file'], flags.env, (name) => cli.env.get(name))
  let env: string[] = []
  for (const word of words) {
    const name = word.split('=')[0] ?? ''
    env = [...env.filter((each) => each === word || !each.startsWith(`${name}=`)), word]
  }
  return env
}

export function healthcheck(flags: CreateFlags): HealthConfig | undefined {
  const config = {
    ...someList('Test', flags['health-cmd'] === '' ? [] : ['CMD-SHELL', flags['health-cmd']]),
    ...some('Interval', flags['health-interval']),
    ...some('Timeout', flags['health-timeout']),
    ...some('StartPeriod', flags['health-start-period']),
    ...some('StartInterval', flags['health-start-interval']),
    ...some('Retries', flags['health-retries']),
  }
  const isGiven = Object.keys(config).length > 0
  if (!flags['no-healthcheck']) return isGiven ? config : undefined
  if (isGiven) throw new CliError('--no-healthcheck conflicts with --health-* options')
  return { Test: ['NONE'] }
}

const JOB_ONLY = 'max-concurrent can only be used with replicated-job mode'
const REPLICATED_ONLY = 'can only be used with replicated or replicated-job mode'
function refuseReplicas(flags: CreateFlags): void {
  if (flags.replicas !== undefined) throw new CliError(`replicas ${REPLICATED_ONLY}`)
  if (flags['replicas-max-per-node'] > 0) throw new CliError(`replicas-max-per-node ${REPLICATED_ONLY}`)
  if (flags['max-concurrent'] !== undefined) throw new CliError(JOB_ONLY)
}

const MODES: Readonly<Record<string, (flags: CreateFlags) => ServiceMode>> = {
  global: (flags) => {
    refuseReplicas(flags)
    return { Global: {} }
  },
  'global-job': (flags) => {
    refuseReplicas(flags)
    return { GlobalJob: {} }
  },
  replicated: (flags) => {
    if (flags['max-concurrent'] !== undefined) throw new CliError(JOB_ONLY)
    return { Replicated: flags.replicas === undefined ? {} : { Replicas: flags.replicas } }
  },
  'replicated-job': ({ replicas, 'max-concurrent': concurrent = replicas }) => ({
    ReplicatedJob: {
      ...(concurrent === undefined ? {} : { MaxConcurrent: concurrent }),
      ...(replicas === undefined ? {} : { TotalCompletions: replicas }),
    },
  }),
}
function serviceMode(flags: CreateFlags): ServiceMode {
  const make = MODES[flags.mode]
  if (!make) throw new CliError(`Unknown mode: ${flags.mode}, only replicated and global supported`)
  return make(flags)
}

/** The networks of the swarm by id, in order of it. */
export async function resolveNetworks(
  cli: Cli,
  wanted: readonly NetworkAttachmentConfig[],
): Promise<NetworkAttachmentConfig[]> {
  const found: NetworkAttachmentConfig[] = []
  for (const network of wanted)
    found.push({ ...network, Target: (await cli.client.networks.inspect(network.Target ?? '', { scope: 'swarm' })).Id })
  return found.toSorted((a, b) => ((a.Target ?? '') < (b.Target ?? '') ? -1 : 1))
}

interface Parts {
  readonly image: string
  readonly command: readonly string[]
  readonly env: readonly string[]
  readonly health: HealthConfig | undefined
}
function containerSpec(cli: Cli, flags: CreateFlags, changed: Changed, parts: Parts): ContainerSpec {
  const { add, drop } = effectiveCapabilities(flags['cap-add'], flags['cap-drop'])
  const grace = flags['stop-grace-period']
  return {
    Image: parts.image,
    ...some('Labels', toRecord(flags['container-label'])),
    ...someList('Command', flags.entrypoint),
    ...someList('Args', parts.command),
    ...some('Hostname', flags.hostname),
    ...someList('Env', parts.env),
    ...some('Dir', flags.workdir),
    ...some('User', flags.user),
    ...someList('Groups', flags.group),
    ...credentials(flags, changed),
    Init: flags.init,
    ...some('StopSignal', flags['stop-signal']),
    ...some('TTY', flags.tty),
    ...some('ReadOnly', flags['read-only']),
    ...someList('Mounts', absoluteMounts(flags.mount, cli.sys.getcwd())),
    ...(grace === undefined ? {} : { StopGracePeriod: grace }),
    ...(parts.health ? { Healthcheck: parts.health } : {}),
    ...someList('Hosts', toSwarmHosts(flags.host)),
    DNSConfig: {
      ...someList('Nameservers', flags.dns),
      ...someList('Search', flags['dns-search']),
      ...someList('Options', flags['dns-option']),
    },
    ...some('Isolation', flags.isolation),
    ...some('Sysctls', toRecord(flags.sysctl)),
    ...someList('CapabilityAdd', add),
    ...someList('CapabilityDrop', drop),
    ...someList('Ulimits', uniqueUlimits(flags.ulimit)),
    ...some('OomScoreAdj', flags['oom-score-adj']),
  }
}

function credentials(flags: CreateFlags, changed: Changed): Pick<ContainerSpec, 'Privileges'> {
  const spec = flags['credential-spec']
  if (!changed.has('credential-spec') || !spec || Object.values(spec).every((each) => each === '')) return {}
  return { Privileges: { CredentialSpec: spec, SELinuxContext: null, NoNewPrivileges: false } }
}

function taskSpec(flags: CreateFlags, changed: Changed): TaskSpec {
  return {
    Resources: {
      Limits: {
        ...some('NanoCPUs', flags['limit-cpu']),
        ...some('MemoryBytes', flags['limit-memory']),
        ...some('Pids', flags['limit-pids']),
      },
      Reservations: {
        ...some('NanoCPUs', flags['reserve-cpu']),
        ...some('MemoryBytes', flags['reserve-memory']),
        ...someList('GenericResources', parseGenericResources(flags['generic-resource'])),
      },
    },
    ...restartFrom(flags, changed, DEFAULT_RESTART),
    Placement: {
      ...someList('Constraints', flags.constraint),
      ...someList(
        'Preferences',
        flags['placement-pref'].map((SpreadDescriptor) => ({ Spread: { SpreadDescriptor } })),
      ),
      ...some('MaxReplicas', flags['replicas-max-per-node']),
    },
    ...(flags['log-driver'] === ''
      ? {}
      : { LogDriver: { Name: flags['log-driver'], ...some('Options', toRecord(flags['log-opt'])) } }),
  }
}
