import type { ConntrackInfo, ConntrackTuple } from '@drydock/abi'
import { type Conntrack, formatIp, type Netfilter, type Tuple } from '@drydock/net'
import type { NetNamespace } from './net-namespace.ts'

/** The conversations that a namespace follows, as conntrack(8) lists them. */
export const listConversations = (netfilter: Netfilter): ConntrackInfo[] =>
  netfilter.conntrack.list().map(conntrackInfo)

function conntrackInfo({ connection, seconds }: ReturnType<Conntrack['list']>[number]): ConntrackInfo {
  const { original, reply, answered, closed } = connection
  const ends = (tuple: Tuple): ConntrackTuple => ({
    source: formatIp(tuple.source),
    destination: formatIp(tuple.destination),
    sourcePort: tuple.sourcePort,
    destinationPort: tuple.destinationPort,
  })
  const tcp = closed ? 'TIME_WAIT' : answered ? 'ESTABLISHED' : 'SYN_SENT'
  const state = original.proto === 'tcp' ? tcp : answered ? '' : '[UNREPLIED]'
  return { proto: original.proto, seconds, state, original: ends(original), reply: ends(reply) }
}

const NUMBERS = { icmp: 1, tcp: 6, udp: 17 } as const

/** /proc/net/nf_conntrack. */
export const procNetConntrack = ({ stack }: NetNamespace): string =>
  [
    ...listConversations(stack.netfilter).map((row) => `ipv4     2 ${conversationText(row)} mark=0 zone=0 use=2\n`),
    ...listConversations(stack.ip6.netfilter).map(
      (row) => `ipv6     10 ${conversationText(row)} mark=0 zone=0 use=2\n`,
    ),
  ].join('')

function conversationText({ proto, seconds, state, original, reply }: ConntrackInfo): string {
  const answered = state !== '[UNREPLIED]' && state !== 'SYN_SENT'
  const head = `${proto.padEnd(8)} ${NUMBERS[proto]} ${seconds}${proto === 'tcp' ? ` ${state}` : ''}`
  const ends = [tupleText(proto, original, 8), ...(answered ? [] : ['[UNREPLIED]']), tupleText(proto, reply, 0)]
  return [head, ...ends, ...(answered && proto !== 'icmp' ? ['[ASSURED]'] : [])].join(' ')
}

function tupleText(
  proto: string,
  { source, destination, sourcePort, destinationPort }: ConntrackTuple,
  type: number,
): string {
  const ports =
    proto === 'icmp' ? `type=${type} code=0 id=${sourcePort}` : `sport=${sourcePort} dport=${destinationPort}`
  return `src=${source} dst=${destination} ${ports}`
}
