import { invalid } from '../problem.ts'
import { parseAddress } from './subnet.ts'

/** Who gets to the containers of a network from outside. docs.docker.com, "Bridge network driver", gateway modes */
export const GATEWAY_MODES = ['nat', 'nat-unprotected', 'routed', 'isolated'] as const
export type GatewayMode = (typeof GATEWAY_MODES)[number]

/** What a bridge network was told beyond its addresses. */
export interface BridgeOptions {
  /** Containers reach one another. */
  readonly icc: boolean
  /** What goes out bears the host's address. */
  readonly masquerade: boolean
  /** That address, where it is not the one of the link it leaves by. */
  readonly hostAddress: string | undefined
  /** Where ports are published that name no address; undefined: everywhere. */
  readonly hostBinding: string | undefined
  readonly mtu: number | undefined
  readonly gatewayMode: GatewayMode
  readonly gatewayMode6: GatewayMode
  /** The bridge has no address of its own. */
  readonly inhibitIpv4: boolean
  /** How links in containers are called, without their number. */
  readonly interfacePrefix: string
}

type Options = Readonly<Record<string, string>>
type Problems = (value: string) => string | undefined

const BRIDGE = 'com.docker.network.bridge.'
export const MTU = 'com.docker.network.driver.mtu'
export const BRIDGE_LABELS = {
  icc: `${BRIDGE}enable_icc`,
  masquerade: `${BRIDGE}enable_ip_masquerade`,
  hostBinding: `${BRIDGE}host_binding_ipv4`,
  gatewayMode: `${BRIDGE}gateway_mode_ipv4`,
  gatewayMode6: `${BRIDGE}gateway_mode_ipv6`,
  inhibitIpv4: `${BRIDGE}inhibit_ipv4`,
  name: `${BRIDGE}name`,
  hostAddress: 'com.docker.network.host_ipv4',
  interfacePrefix: 'com.docker.network.container_iface_prefix',
} as const

const TRUE = /^(1|t|T|TRUE|true|True)$/
const FALSE = /^(0|f|F|FALSE|false|False)$/

/** In the words of Go's strconv. */
const ofStrconv =
  (name: string, good: (value: string) => boolean): Problems =>
  (value) =>
    good(value) ? undefined : `strconv.${name}: parsing ${JSON.stringify(value)}: invalid syntax`
const bool = ofStrconv('ParseBool', (value) => TRUE.test(value) || FALSE.test(value))
const number = ofStrconv('Atoi', (value) => /^[+-]?\d+$/.test(value))
const address: Problems = (value) => (parseAddress(value) === undefined ? 'nil ip' : undefined)
const mode: Problems = (value) => (value === '' || isMode(value) ? undefined : `unknown gateway mode ${value}`)
const isMode = (value: string): value is GatewayMode => (GATEWAY_MODES as readonly string[]).includes(value)

/** moby libnetwork/drivers/bridge, networkConfiguration.fromLabels */
const CHECKS: readonly (readonly [label: string, problem: Problems])[] = [
  [MTU, number],
  [BRIDGE_LABELS.masquerade, bool],
  [BRIDGE_LABELS.gatewayMode, mode],
  [BRIDGE_LABELS.gatewayMode6, mode],
  [BRIDGE_LABELS.icc, bool],
  [BRIDGE_LABELS.inhibitIpv4, bool],
  [BRIDGE_LABELS.hostBinding, address],
  [BRIDGE_LABELS.hostAddress, address],
]

/** @throws Problem invalid */
export function checkBridgeOptions(options: Options, internal: boolean): void {
  for (const [label, problem] of CHECKS) {
    const value = options[label]
    const why = value === undefined ? undefined : problem(value)
    if (why !== undefined) throw invalid(`failed to parse ${label} value: ${value} (${why})`)
  }
  const modes = [options[BRIDGE_LABELS.gatewayMode], options[BRIDGE_LABELS.gatewayMode6]]
  if (!internal && modes.includes('isolated'))
    throw invalid("gateway mode 'isolated' can only be used for an internal network")
}

/** Reads options that were checked. */
export function bridgeOptions(options: Options): BridgeOptions {
  const flag = (label: string, missing: boolean): boolean => {
    const value = options[label]
    return value === undefined ? missing : TRUE.test(value)
  }
  const modeOf = (label: string): GatewayMode => {
    const value = options[label] ?? ''
    return isMode(value) ? value : 'nat'
  }
  const mtu = Number(options[MTU] ?? 0)
  const binding = options[BRIDGE_LABELS.hostBinding]
  return {
    icc: flag(BRIDGE_LABELS.icc, true),
    masquerade: flag(BRIDGE_LABELS.masquerade, true),
    hostAddress: options[BRIDGE_LABELS.hostAddress],
    hostBinding: binding === '0.0.0.0' ? undefined : binding,
    mtu: mtu > 0 ? mtu : undefined,
    gatewayMode: modeOf(BRIDGE_LABELS.gatewayMode),
    gatewayMode6: modeOf(BRIDGE_LABELS.gatewayMode6),
    inhibitIpv4: flag(BRIDGE_LABELS.inhibitIpv4, false),
    interfacePrefix: options[BRIDGE_LABELS.interfacePrefix] ?? 'eth',
  }
}
