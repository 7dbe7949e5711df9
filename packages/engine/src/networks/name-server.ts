import {
  AF_INET,
  CLONE_NEWNET,
  DNS_A,
  DNS_AAAA,
  DNS_NOERROR,
  DNS_NXDOMAIN,
  DNS_PTR,
  DNS_SERVFAIL,
  decodeDns,
  type DnsMessage,
  encodeDns,
  formatIpv6,
  inet,
  SOCK_DGRAM,
  type Sys,
} from '@drydock/abi'
import { queryDns, readResolvConf } from '@drydock/libc'
import { inBackground } from '../background.ts'
import { insideNamespaces } from '../runtime/launch.ts'

export const NAME_SERVER = '127.0.0.11'
/** Seconds, as libnetwork answers. */
const TTL = 600

/** What the server knows of the container's networks. */
export interface Names {
  /** Addresses of a container's name or alias on the same networks. */
  addresses(name: string): readonly string[]
  /** Those of IPv6. */
  addresses6(name: string): readonly string[]
  /** The name of an address on the same networks, with its network: `web.app`. */
  nameOf(address: string): string | undefined
  /** Servers to ask for all else; empty: those of the host. */
  readonly upstream: readonly string[]
}

/**
 * Answers DNS at 127.0.0.11 in the network namespace of process `pid`; the daemon itself is the server, from outside.
 * @returns what ends it
 */
export function serveNames(sys: Sys, pid: number, names: Names): () => void {
  const fd = insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () => {
    const socket = sys.socket(AF_INET, SOCK_DGRAM)
    // The container may serve names itself: the port is its own on every other address.
    sys.setsockopt(socket, 'SO_REUSEADDR', 1)
    sys.bind(socket, inet(NAME_SERVER, 53))
    return socket
  })
  let open = true
  inBackground(
    sys,
    'name server',
    serve(sys, fd, names, () => open),
  )
  return () => {
    if (!open) return
    open = false
    sys.close(fd)
  }
}

async function serve(sys: Sys, fd: number, names: Names, open: () => boolean): Promise<void> {
  while (open()) {
    let datagram: Awaited<ReturnType<Sys['recvfrom']>>
    try {
      datagram = await sys.recvfrom(fd)
    } catch (error) {
      if (!open()) return
      throw error
    }
    const { data, from } = datagram
    const question = decodeDns(data)
    if (!question || question.response) continue
    const reply = async (): Promise<void> => {
      const answer = encodeDns(await resolve(sys, question, names))
      if (open()) await sys.sendto(fd, answer, from)
    }
    inBackground(sys, 'name server', reply())
  }
}

async function resolve(sys: Sys, question: DnsMessage, names: Names): Promise<DnsMessage> {
  const local = answerLocally(question, names)
  if (local) return local
  const servers = names.upstream.length > 0 ? names.upstream : (await readResolvConf(sys)).nameservers
  for (const server of servers) {
    const answer = await queryDns(sys, server, question.name, question.type)
    if (answer) return { ...answer, id: question.id, response: true }
  }
  return { ...question, response: true, code: servers.length > 0 ? DNS_SERVFAIL : DNS_NXDOMAIN, answers: [] }
}

function answerLocally(question: DnsMessage, names: Names): DnsMessage | undefined {
  const { name, type } = question
  const answered = (data: readonly string[]): DnsMessage => ({
    ...question,
    response: true,
    code: DNS_NOERROR,
    answers: data.map((each) => ({ name, type, ttl: TTL, data: each })),
  })
  if (type === DNS_PTR) {
    const found = names.nameOf(addressOfReverse(name))
    return found === undefined ? undefined : answered([found])
  }
  const addresses = names.addresses(name.toLowerCase())
  if (addresses.length === 0) return undefined
  // A name that is known has no other records than A and AAAA: an empty answer, not "no such name".
  if (type === DNS_AAAA) return answered(names.addresses6(name.toLowerCase()))
  return answered(type === DNS_A ? addresses : [])
}

/** RFC 1035 section 3.5, RFC 3596 section 2.5 */
function addressOfReverse(name: string): string {
  const labels = name
    .replace(/\.(in-addr|ip6)\.arpa$/, '')
    .split('.')
    .reverse()
  if (!name.endsWith('.ip6.arpa')) return labels.join('.')
  const digits = labels.join('')
  return /^[0-9a-f]{32}$/i.test(digits) ? formatIpv6(BigInt(`0x${digits}`)) : name
}
