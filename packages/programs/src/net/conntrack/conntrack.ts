import type { ConntrackInfo, ConntrackTuple } from '@drydock/abi'
import { defineProgram, flag, value } from '@drydock/libc'

const NUMBERS: Readonly<Record<ConntrackInfo['proto'], number>> = { icmp: 1, tcp: 6, udp: 17 }
const VERSION = 'conntrack v1.4.7 (conntrack-tools)'

const OPTIONS = {
  list: flag('L', 'dump'),
  count: flag('C', 'count'),
  stats: flag('S', 'stats'),
  proto: value('p', 'proto'),
  source: value('s', 'src'),
  destination: value('d', 'dst'),
  replySource: value('r', 'reply-src'),
  replyDestination: value('q', 'reply-dst'),
  sourcePort: value('', 'sport'),
  destinationPort: value('', 'dport'),
  origSourcePort: value('', 'orig-port-src'),
  origDestinationPort: value('', 'orig-port-dst'),
  state: value('', 'state'),
  family: value('f', 'family'),
  output: value('o', 'output'),
  sourceNat: flag('n', 'src-nat'),
  destinationNat: flag('g', 'dst-nat'),
  anyNat: flag('j', 'any-nat'),
  version: flag('V', 'version'),
} as const

/** conntrack: the conversations that netfilter follows. conntrack(8), conntrack-tools 1.4.7 */
export const conntrack = defineProgram({
  name: 'conntrack-tools/conntrack',
  paths: ['/usr/sbin/conntrack'],
  covers: 'partial',
  lacks: ['-E, -I, -U, -D and -F', '-o xml', 'the expectation table', 'marks and zones'],
  summary: 'command line interface for netfilter connection tracking',
  sizeBytes: 96_456,
  usage: 'conntrack [commands] [options]',
  options: OPTIONS,
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print(`${VERSION}\n`)
      return 0
    }
    if (sys.geteuid() !== 0) {
      await io.warn(`${VERSION}: Operation failed: such conntrack doesn't exist or Operation not permitted\n`)
      return 1
    }
    const all = sys.netlink({ op: 'conntrack-list' })
    if (o.count) {
      await io.print(`${all.length}\n`)
      return 0
    }
    if (o.stats) {
      await io.print(
        'cpu=0   \tfound=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 \n',
      )
      return 0
    }
    if (!o.list || (operands[0] !== undefined && operands[0] !== 'conntrack')) {
      await io.warn(
        `${VERSION}: you must specify a command\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
      )
      return 2
    }
    const words: readonly (readonly [string | undefined, (row: ConntrackInfo) => string | number])[] = [
      [o.proto, ({ proto }) => (/^\d+$/.test(o.proto ?? '') ? NUMBERS[proto] : proto)],
      [o.source, ({ original }) => original.source],
      [o.destination, ({ original }) => original.destination],
      [o.replySource, ({ reply }) => reply.source],
      [o.replyDestination, ({ reply }) => reply.destination],
      [o.sourcePort ?? o.origSourcePort, ({ original }) => original.sourcePort],
      [o.destinationPort ?? o.origDestinationPort, ({ original }) => original.destinationPort],
      [o.state, ({ state }) => state],
    ]
    const shown = all.filter(
      (row) =>
        words.every(([wish, has]) => wish === undefined || String(has(row)) === wish) &&
        (!o.sourceNat || isSourceNat(row)) &&
        (!o.destinationNat || isDestinationNat(row)) &&
        (!o.anyNat || isSourceNat(row) || isDestinationNat(row)),
    )
    const extended = o.output?.split(',').includes('extended') ?? false
    await io.print(shown.map((row) => `${extended ? 'ipv4     2 ' : ''}${conntrackLine(row)} use=1\n`).join(''))
    await io.warn(`${VERSION}: ${shown.length} flow entries have been shown.\n`)
    return 0
  },
})

const isSourceNat = ({ original, reply }: ConntrackInfo): boolean => reply.destination !== original.source
const isDestinationNat = ({ original, reply }: ConntrackInfo): boolean => reply.source !== original.destination

/** Up to the use count, as -L and /proc/net/nf_conntrack begin alike. */
function conntrackLine({ proto, seconds, state, original, reply }: ConntrackInfo): string {
  const answered = state !== '[UNREPLIED]' && state !== 'SYN_SENT'
  const head = `${proto.padEnd(8)} ${NUMBERS[proto]} ${seconds}${proto === 'tcp' ? ` ${state}` : ''}`
  const unreplied = answered ? '' : ' [UNREPLIED]'
  const assured = answered && proto !== 'icmp' ? ' [ASSURED]' : ''
  return `${head} ${tuple(proto, original, false)}${unreplied} ${tuple(proto, reply, true)}${assured} mark=0`
}

function tuple(
  proto: string,
  { source, destination, sourcePort, destinationPort }: ConntrackTuple,
  reply: boolean,
): string {
  const ends = `src=${source} dst=${destination}`
  if (proto === 'icmp') return `${ends} type=${reply ? 0 : 8} code=0 id=${sourcePort}`
  return `${ends} sport=${sourcePort} dport=${destinationPort}`
}
