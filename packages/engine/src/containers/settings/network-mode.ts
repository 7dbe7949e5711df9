import type { ContainerConfig, HostConfig } from '@drydock/docker-api'
import { invalid } from '../../problem.ts'

const filled = (value: object | null | undefined): boolean => value != null && Object.keys(value).length > 0
const UNDEFINED = 'This would result in undefined behavior'

type Rule = readonly [
  modes: readonly ('container' | 'host')[],
  clashes: (config: ContainerConfig, host: HostConfig) => boolean,
  message: string,
]

/** Wishes that make no sense beside a network mode. moby runconfig.validateNetMode */
const RULES: readonly Rule[] = [
  [['container'], ({ Hostname }) => Boolean(Hostname), 'hostname and the network mode'],
  [
    ['container'],
    (_config, { Links }) => filled(Links),
    `container type network can't be used with links. ${UNDEFINED}`,
  ],
  [['host'], (_config, { Links }) => filled(Links), `host type networking can't be used with links. ${UNDEFINED}`],
  [['container'], (_config, { Dns }) => filled(Dns), 'dns and the network mode'],
  [['container'], (_config, { ExtraHosts }) => filled(ExtraHosts), 'custom host-to-IP mapping and the network mode'],
  [['container', 'host'], ({ MacAddress }) => Boolean(MacAddress), 'mac-address and the network mode'],
  [
    ['container'],
    (_config, { PortBindings, PublishAllPorts }) => filled(PortBindings) || PublishAllPorts === true,
    'port publishing and the container type network mode',
  ],
  [['container'], ({ ExposedPorts }) => filled(ExposedPorts), 'port exposing and the container type network mode'],
]

/** @throws Problem invalid */
export function checkNetworkMode(config: ContainerConfig, host: HostConfig): void {
  const mode = host.NetworkMode ?? ''
  const [kind = '', target = ''] = mode.split(':')
  if (kind === 'container' && target === '') throw invalid('invalid container format container:<name|id>')
  if (host.UTSMode === 'host' && config.Hostname) throw invalid('conflicting options: hostname and the UTS mode')
  for (const [modes, clashes, message] of RULES)
    if (modes.some((each) => each === kind) && clashes(config, host)) throw invalid(`conflicting options: ${message}`)
}
