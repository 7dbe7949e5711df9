import type { LinkInfo } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'

/** Mb/s; undefined: the device has no speed. As the drivers of such devices answer. */
const SPEEDS: Partial<Record<LinkInfo['kind'], number>> = {
  veth: 10000,
  bridge: 10000,
  ether: 10000,
  macvlan: 10000,
  ipvlan: 10000,
  vlan: 10000,
}
const DRIVERS: Readonly<Record<LinkInfo['kind'], readonly [name: string, version: string, bus: string]>> = {
  veth: ['veth', '1.0', ''],
  bridge: ['bridge', '2.3', 'N/A'],
  ether: ['virtio_net', '1.0.0', '0000:00:03.0'],
  dummy: ['dummy', '1.0', ''],
  loopback: ['', '', ''],
  macvlan: ['macvlan', '0.1', ''],
  ipvlan: ['ipvlan', '0.1', ''],
  vxlan: ['vxlan', '0.1', ''],
  vlan: ['802.1Q VLAN Support', '1.8', 'eth0'],
}
const FEATURES: readonly (readonly [string, boolean])[] = [
  ...([
    ['rx-checksumming', true],
    ['tx-checksumming', true],
    ['scatter-gather', true],
  ] as const),
  ...([
    ['tcp-segmentation-offload', true],
    ['generic-segmentation-offload', true],
  ] as const),
  ...([
    ['generic-receive-offload', true],
    ['large-receive-offload', false],
  ] as const),
  ...([
    ['rx-vlan-offload', false],
    ['tx-vlan-offload', false],
  ] as const),
]

function settings({ kind, up }: LinkInfo, name: string): string {
  const speed = SPEEDS[kind]
  if (speed === undefined) return `Settings for ${name}:\n\tLink detected: ${up ? 'yes' : 'no'}\n`
  const lines = [
    ...['Supported ports: [  ]', 'Supported link modes:   Not reported', 'Supported pause frame use: No'],
    ...['Supports auto-negotiation: No', 'Supported FEC modes: Not reported', 'Advertised link modes:  Not reported'],
    ...['Advertised pause frame use: No', 'Advertised auto-negotiation: No', 'Advertised FEC modes: Not reported'],
    ...[`Speed: ${speed}Mb/s`, 'Duplex: Full', 'Auto-negotiation: off'],
    ...(kind === 'bridge' ? ['Port: Other'] : ['Port: Twisted Pair']),
    ...['PHYAD: 0', 'Transceiver: internal', ...(kind === 'bridge' ? [] : ['MDI-X: Unknown'])],
    `Link detected: ${up ? 'yes' : 'no'}`,
  ]
  return `Settings for ${name}:\n${lines.map((line) => `\t${line}\n`).join('')}`
}

function driver({ kind }: LinkInfo): string | undefined {
  const [name, version, bus] = DRIVERS[kind]
  if (name === '') return undefined
  const yes = kind === 'veth' || kind === 'ether' ? 'yes' : 'no'
  return `driver: ${name}\nversion: ${version}\nfirmware-version: ${kind === 'bridge' ? 'N/A' : ''}\nexpansion-rom-version: \nbus-info: ${bus}\nsupports-statistics: ${yes}\nsupports-test: no\nsupports-eeprom-access: no\nsupports-register-dump: no\nsupports-priv-flags: no\n`
}

function statistics({ kind, peerIndex, rxPackets, rxBytes, txPackets, txBytes }: LinkInfo): string | undefined {
  const rows: Readonly<Record<string, number>> | undefined =
    kind === 'veth'
      ? { peer_ifindex: peerIndex ?? 0, rx_queue_0_xdp_packets: 0, rx_queue_0_xdp_bytes: 0, rx_queue_0_drops: 0 }
      : kind === 'ether'
        ? {
            rx_queue_0_packets: rxPackets,
            rx_queue_0_bytes: rxBytes,
            tx_queue_0_packets: txPackets,
            tx_queue_0_bytes: txBytes,
          }
        : undefined
  return (
    rows &&
    `NIC statistics:\n${Object.entries(rows)
      .map(([name, value]) => `     ${name}: ${value}\n`)
      .join('')}`
  )
}

/** ethtool: what network drivers say of their devices. ethtool(8), 6.1 */
export const ethtool = defineProgram({
  name: 'ethtool/ethtool',
  paths: ['/usr/sbin/ethtool'],
  covers: 'partial',
  lacks: ['changes (-s, -K, -G…): the devices here have nothing to set', 'most queries'],
  summary: 'query or control network driver and hardware settings',
  sizeBytes: 1_026_856,
  usage: 'ethtool [ FLAGS ] DEVNAME',
  options: {
    driver: flag('i', 'driver'),
    statistics: flag('S', 'statistics'),
    features: flag('k', 'show-features'),
    address: flag('P', 'show-permaddr'),
    version: flag('', 'version'),
  },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('ethtool version 6.1\n')
      return 0
    }
    const [name] = operands
    if (name === undefined) {
      await io.warn('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n')
      return 1
    }
    const link = sys.netlink({ op: 'link-list' }).find((each) => each.name === name)
    if (!link) {
      await io.warn(o.driver ? 'Cannot get driver information: No such device\n' : 'netlink error: No such device\n')
      return o.driver ? 71 : 1
    }
    const asked = o.driver
      ? (driver(link) ?? 'Cannot get driver information: Operation not supported\n')
      : o.statistics
        ? (statistics(link) ?? 'no stats available\n')
        : o.features
          ? `Features for ${name}:\n${FEATURES.map(([feature, on]) => `${feature}: ${on ? 'on' : 'off'}\n`).join('')}`
          : o.address
            ? `Permanent address: ${link.kind === 'ether' ? link.mac : 'not set'}\n`
            : settings(link, name)
    await io.print(asked)
    return 0
  },
})
