import type { IpFamily } from '@drydock/abi'

/** What iptables and ip6tables have different. */
export interface RuleFamily {
  readonly family: IpFamily
  readonly program: string
  /** The prefix of all addresses, and how a single one ends. */
  readonly anywhere: string
  readonly single: string
  readonly icmp: { readonly name: string; readonly number: string; readonly option: string }
  /** Types of ICMP messages by number. */
  readonly icmpTypes: ReadonlyMap<string, string>
  readonly reject: string
}

export const IPTABLES: RuleFamily = {
  ...{ family: 4, program: 'iptables', anywhere: '0.0.0.0/0', single: '/32', reject: 'icmp-port-unreachable' },
  icmp: { name: 'icmp', number: '1', option: '--icmp-type' },
  icmpTypes: new Map([
    ['8', 'echo-request'],
    ['0', 'echo-reply'],
    ['3', 'destination-unreachable'],
    ['11', 'time-exceeded'],
  ]),
}

export const IP6TABLES: RuleFamily = {
  ...{ family: 6, program: 'ip6tables', anywhere: '::/0', single: '/128', reject: 'icmp6-port-unreachable' },
  icmp: { name: 'ipv6-icmp', number: '58', option: '--icmpv6-type' },
  icmpTypes: new Map([
    ['128', 'echo-request'],
    ['129', 'echo-reply'],
    ['1', 'destination-unreachable'],
    ['3', 'time-exceeded'],
  ]),
}

/** The number of a type of ICMP messages. */
export const icmpNumber = ({ icmpTypes }: RuleFamily, name: string): string =>
  [...icmpTypes].find(([, each]) => each === name)?.[0] ?? name

/** Names of the levels of LOG, by number. */
export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const

/** What `--reject-with` may say. */
export const REJECTIONS: readonly string[] = [
  ...['net', 'host', 'port', 'proto'].map((what) => `icmp-${what}-unreachable`),
  ...['icmp-net-prohibited', 'icmp-host-prohibited', 'icmp-admin-prohibited', 'tcp-reset'],
  ...['icmp6-no-route', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable', 'icmp6-port-unreachable'],
]
