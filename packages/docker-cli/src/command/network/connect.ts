import { defineCommand, exactly, int, list, string, strings } from '@drydock/cli-plugin'
import { toRecord } from '../container/key-value-file.ts'

export const connect = defineCommand({
  name: 'connect',
  use: 'connect [OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  args: exactly(2),
  completes: ['networks', 'containers', 'none'],
  flags: {
    alias: strings('', 'Add network-scoped alias for the container'),
    'driver-opt': strings('', 'driver options for the network'),
    'gw-priority': int('', 'Highest gw-priority provides the default gateway. Accepts positive and negative values.'),
    ip: string('', 'IPv4 address (e.g., "172.30.100.104")'),
    ip6: string('', 'IPv6 address (e.g., "2001:db8::33")'),
    link: list('', 'Add link to another container'),
    'link-local-ip': strings('', 'Add a link-local address for the container'),
  },
  async run({ cli, args, flags }) {
    const [network = '', container = ''] = args
    const addresses = {
      ...(flags.ip ? { IPv4Address: flags.ip } : {}),
      ...(flags.ip6 ? { IPv6Address: flags.ip6 } : {}),
      ...(flags['link-local-ip'].length > 0 ? { LinkLocalIPs: [...flags['link-local-ip']] } : {}),
    }
    const EndpointConfig = {
      IPAMConfig: Object.keys(addresses).length > 0 ? addresses : {},
      Links: flags.link.length > 0 ? [...flags.link] : null,
      Aliases: flags.alias.length > 0 ? [...flags.alias] : null,
      DriverOpts: toRecord(flags['driver-opt']),
      GwPriority: flags['gw-priority'],
    }
    await cli.client.networks.connect(network, { Container: container, EndpointConfig })
  },
})
