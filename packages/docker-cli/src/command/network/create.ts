import { checkLabel } from '../container/container-checks.ts'
import { bool, CliError, defineCommand, exactly, type FlagValues, list, string, strings } from '@drydock/cli-plugin'
import type { Ipam, IpamConfig } from '@drydock/docker-api'
import { toRecord } from '../container/key-value-file.ts'

const flags = {
  attachable: bool('', 'Enable manual container attachment'),
  'aux-address': list('', 'Auxiliary IPv4 or IPv6 addresses used by Network driver', { type: 'map', shown: 'map[]' }),
  'config-from': string('', 'The network from which to copy the configuration'),
  'config-only': bool('', 'Create a configuration only network'),
  driver: string('d', 'Driver to manage the Network', 'bridge'),
  gateway: strings('', 'IPv4 or IPv6 Gateway for the master subnet'),
  ingress: bool('', 'Create swarm routing-mesh network'),
  internal: bool('', 'Restrict external access to the network'),
  'ip-range': strings('', 'Allocate container ip from a sub-range'),
  'ipam-driver': string('', 'IP Address Management Driver', 'default'),
  'ipam-opt': list('', 'Set IPAM driver specific options', { type: 'map', shown: 'map[]' }),
  ipv4: bool('', 'Enable or disable IPv4 address assignment', true),
  ipv6: bool('', 'Enable or disable IPv6 address assignment'),
  label: list('', 'Set metadata on a network', { check: checkLabel }),
  opt: list('o', 'Set driver specific options', { type: 'map', shown: 'map[]' }),
  scope: string('', "Control the network's scope"),
  subnet: strings('', 'Subnet in CIDR format that represents a network segment'),
}

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] NETWORK',
  short: 'Create a network',
  args: exactly(1),
  flags,
  async run({ cli, args, flags: given, changed }) {
    const { Id } = await cli.client.networks.create({
      Name: args[0] ?? '',
      Driver: given.driver,
      Options: toRecord(given.opt),
      IPAM: ipam(given),
      Internal: given.internal,
      ...(changed.has('ipv4') ? { EnableIPv4: given.ipv4 } : {}),
      ...(changed.has('ipv6') ? { EnableIPv6: given.ipv6 } : {}),
      Attachable: given.attachable,
      Ingress: given.ingress,
      Scope: given.scope,
      ConfigOnly: given['config-only'],
      ConfigFrom: given['config-from'] === '' ? null : { Network: given['config-from'] },
      Labels: toRecord(given.label),
    })
    await cli.print(`${Id}\n`)
  },
})

/** Which subnet an address belongs to. */
function contains(subnet: string, address: string): boolean {
  const [net = '', bits] = subnet.split('/')
  const number = (text: string): number =>
    (text.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  return !net.includes(':') && Math.floor(number(net) / size) === Math.floor(number(address) / size)
}

function ipam(given: FlagValues<typeof flags>): Ipam {
  const { subnet, gateway } = given
  const ranges = given['ip-range']
  if (ranges.length > subnet.length || gateway.length > subnet.length)
    throw new CliError('every ip-range or gateway must have a corresponding subnet')
  const configs = new Map<string, IpamConfig>()
  for (const each of subnet) {
    const other = subnet.find((one) => one !== each && (contains(one, each) || contains(each, one)))
    if (other) throw new CliError('multiple overlapping subnet configuration is not supported')
    configs.set(each, { Subnet: each })
  }
  for (const range of ranges) place(configs, range, { IPRange: range })
  for (const address of gateway) place(configs, address, { Gateway: address })
  for (const [name, address] of Object.entries(toRecord(given['aux-address'])))
    place(configs, address, { AuxiliaryAddresses: { [name]: address } })
  return { Driver: given['ipam-driver'], Options: toRecord(given['ipam-opt']), Config: [...configs.values()] }
}

function place(configs: Map<string, IpamConfig>, address: string, part: IpamConfig): void {
  const subnet = [...configs.keys()].find((each) => contains(each, address))
  if (subnet === undefined)
    throw new CliError(
      `no matching subnet for ${'IPRange' in part ? 'range' : 'Gateway' in part ? 'gateway' : 'aux-address'} ${address}`,
    )
  const before = configs.get(subnet)
  const auxiliary = { ...before?.AuxiliaryAddresses, ...part.AuxiliaryAddresses }
  configs.set(subnet, {
    ...before,
    ...part,
    ...(Object.keys(auxiliary).length > 0 ? { AuxiliaryAddresses: auxiliary } : {}),
  })
}
