import type { ContainerConfig, EndpointSettings, HealthConfig, HostConfig } from '@drydock/docker-api'
import { type Cli, CliError, type FlagValues } from '@drydock/cli-plugin'
import { readKeyValues, toRecord } from './key-value-file.ts'
import { csvPairs } from './container-checks.ts'
import type { containerFlags } from './container-flags.ts'
import { hostConfig } from './host-config.ts'
import { parseExposed, parsePublished } from './port-flags.ts'
import { parseVolumes } from './volume-flags.ts'

export type ContainerFlags = FlagValues<typeof containerFlags>

const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i

/** What POST /containers/create is sent. */
export interface ContainerRequest {
  readonly config: ContainerConfig
  readonly hostConfig: HostConfig
  readonly endpoints: Record<string, EndpointSettings>
}

/** @param args image, then the command @throws CliError in the words of docker run */
export async function containerRequest(
  cli: Cli,
  flags: ContainerFlags,
  changed: ReadonlySet<string>,
  args: readonly string[],
): Promise<ContainerRequest> {
  const [image = '', ...command] = args
  const mac = flags['mac-address']
  if (mac !== '' && !MAC.test(mac)) throw new CliError(`${mac} is not a valid mac address`)
  const published = parsePublished(flags.publish)
  const exposed = { ...published.exposed, ...parseExposed(flags.expose) }
  const { binds, volumes } = parseVolumes(flags.volume, cli.sys.getcwd())
  const endpoints = parseNetworks(flags)
  const config = {
    ...attachment(flags),
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    ...(Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {}),
    Env: await environment(cli, flags),
    Cmd: command.length > 0 ? command : null,
    ...healthcheck(flags, changed),
    Image: image,
    Volumes: volumes,
    WorkingDir: flags.workdir,
    Entrypoint: changed.has('entrypoint') ? [flags.entrypoint] : null,
    OnBuild: null,
    Labels: toRecord(await readKeyValues(cli, flags['label-file'], flags.label)),
    ...(flags['stop-signal'] === '' ? {} : { StopSignal: flags['stop-signal'] }),
    ...(changed.has('stop-timeout') ? { StopTimeout: flags['stop-timeout'] } : {}),
  } satisfies ContainerConfig
  const mode = Object.keys(endpoints)[0] ?? 'default'
  return {
    config,
    hostConfig: await hostConfig(cli, flags, changed, { binds, bindings: published.bindings, mode }),
    endpoints,
  }
}

function attachment(flags: ContainerFlags): ContainerConfig {
  const none = flags.attach.length === 0
  const stdin = flags.attach.includes('stdin') || flags.interactive
  return {
    AttachStdin: stdin,
    AttachStdout: none || flags.attach.includes('stdout'),
    AttachStderr: none || flags.attach.includes('stderr'),
    StdinOnce: flags.interactive && stdin,
  }
}

/** Names without a value take the caller's; those it lacks are left out. */
async function environment(cli: Cli, flags: ContainerFlags): Promise<string[] | null> {
  const words = await readKeyValues(cli, flags['env-file'], flags.env, (name) => cli.env.get(name))
  return words.length > 0 ? words : null
}

function healthcheck(flags: ContainerFlags, changed: ReadonlySet<string>): { Healthcheck?: HealthConfig } {
  const haveHealth =
    flags['health-cmd'] !== '' ||
    ['interval', 'timeout', 'start-period', 'start-interval'].some(
      (name) => flags[`health-${name}` as 'health-interval'] !== 0,
    ) ||
    flags['health-retries'] !== 0
  if (flags['no-healthcheck']) {
    if (haveHealth) throw new CliError('--no-healthcheck conflicts with --health-* options')
    return { Healthcheck: { Test: ['NONE'] } }
  }
  if (!haveHealth) return {}
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval'] as const)
    if (flags[`health-${name}`] < 0) throw new CliError(`--health-${name} cannot be negative`)
  if (flags['health-retries'] < 0) throw new CliError('--health-retries cannot be negative')
  return { Healthcheck: healthConfig(flags, changed) }
}

const healthConfig = (flags: ContainerFlags, _changed: ReadonlySet<string>): HealthConfig => ({
  ...(flags['health-cmd'] === '' ? {} : { Test: ['CMD-SHELL', flags['health-cmd']] }),
  ...(flags['health-interval'] ? { Interval: flags['health-interval'] } : {}),
  ...(flags['health-timeout'] ? { Timeout: flags['health-timeout'] } : {}),
  ...(flags['health-start-period'] ? { StartPeriod: flags['health-start-period'] } : {}),
  ...(flags['health-start-interval'] ? { StartInterval: flags['health-start-interval'] } : {}),
  ...(flags['health-retries'] ? { Retries: flags['health-retries'] } : {}),
})

const SHARED_MODES = ['default', 'bridge', 'host', 'none']
const isUserDefined = (name: string): boolean => !SHARED_MODES.includes(name) && !name.startsWith('container:')

/** The networks in the order given; the aliases and addresses of flags of their own are the first one's. */
function parseNetworks(flags: ContainerFlags): Record<string, EndpointSettings> {
  const names = flags.network.length === 0 ? ['default'] : flags.network
  const endpoints = new Map<string, EndpointSettings>()
  names.forEach((text, i) => {
    const { name, endpoint } = parseNetwork(text)
    if (endpoints.has(name)) throw new CliError(`network ${JSON.stringify(name)} is specified multiple times`)
    endpoints.set(name, i === 0 ? withFlags(name, endpoint, flags) : endpoint)
  })
  const all = [...endpoints.keys()]
  if (all.some(isUserDefined) && !all.every(isUserDefined))
    throw new CliError('conflicting options: cannot attach both user-defined and non-user-defined network-modes')
  return Object.fromEntries(endpoints)
}

function withFlags(name: string, endpoint: EndpointSettings, flags: ContainerFlags): EndpointSettings {
  if (flags['network-alias'].length > 0 && !isUserDefined(name))
    throw new CliError('network-scoped aliases are only supported for user-defined networks')
  const { ip, ip6 } = flags
  const local = flags['link-local-ip']
  const addresses = {
    ...(ip ? { IPv4Address: ip } : {}),
    ...(ip6 ? { IPv6Address: ip6 } : {}),
    ...(local.length > 0 ? { LinkLocalIPs: [...local] } : {}),
  }
  return {
    ...endpoint,
    ...(Object.keys(addresses).length > 0 ? { IPAMConfig: { ...endpoint.IPAMConfig, ...addresses } } : {}),
    ...(flags['network-alias'].length > 0 ? { Aliases: [...flags['network-alias']] } : {}),
    ...(flags.link.length > 0 && isUserDefined(name) ? { Links: [...flags.link] } : {}),
    ...(flags['mac-address'] ? { MacAddress: flags['mac-address'] } : {}),
  }
}

/** `mynet` or `name=mynet,alias=db,ip=10.0.0.9`. */
export function parseNetwork(text: string): { name: string; endpoint: EndpointSettings } {
  const blank: EndpointSettings = {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: '',
    DriverOpts: null,
    GwPriority: 0,
  }
  if (!text.includes('=')) return { name: text, endpoint: blank }
  const pairs = csvPairs(text)
  const one = (key: string): string | undefined => pairs.findLast(([each]) => each === key)?.[1]
  const many = (key: string): string[] => pairs.filter(([each]) => each === key).map(([, value]) => value ?? '')
  const addresses = {
    ...(one('ip') ? { IPv4Address: one('ip') ?? '' } : {}),
    ...(one('ip6') ? { IPv6Address: one('ip6') ?? '' } : {}),
    ...(many('link-local-ip').length > 0 ? { LinkLocalIPs: many('link-local-ip') } : {}),
  }
  const endpoint: EndpointSettings = {
    ...blank,
    ...(Object.keys(addresses).length > 0 ? { IPAMConfig: addresses } : {}),
    ...(many('alias').length > 0 ? { Aliases: many('alias') } : {}),
    ...(many('driver-opt').length > 0 ? { DriverOpts: toRecord(many('driver-opt')) } : {}),
    ...(one('mac-address') ? { MacAddress: one('mac-address') ?? '' } : {}),
    ...(one('gw-priority') ? { GwPriority: Number(one('gw-priority')) } : {}),
  }
  return { name: one('name') ?? '', endpoint }
}
