import {
  AF_INET,
  AF_INET6,
  bracketed,
  DNS_A,
  DNS_AAAA,
  DNS_NOERROR,
  DNS_NXDOMAIN,
  DNS_PTR,
  decodeDns,
  type DnsMessage,
  encodeDns,
  inet,
  isErrno,
  isIpv6,
  parseIpv6,
  POLLIN,
  SOCK_DGRAM,
  type Sys,
} from '@drydock/abi'
import { readTextIfAny } from './stdio.ts'

/** getaddrinfo(3) failed; `message` in the words of gai_strerror(3). */
export class ResolveError extends Error {
  readonly code: 'EAI_NONAME' | 'EAI_AGAIN'
  constructor(code: 'EAI_NONAME' | 'EAI_AGAIN') {
    super(code === 'EAI_NONAME' ? 'Name or service not known' : 'Temporary failure in name resolution')
    this.code = code
  }
}

export interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

/** Whether `text` is a dotted quad. */
export const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256)

/** /etc/resolv.conf. resolv.conf(5): without a nameserver the local host is asked. */
export async function readResolvConf(sys: Sys): Promise<ResolvConf> {
  const rows = (await readTextIfAny(sys, '/etc/resolv.conf')).split('\n').map((line) => line.trim().split(/\s+/))
  const nameservers = rows.filter(([key]) => key === 'nameserver').flatMap(([, address = '']) => address)
  const search = rows.findLast(([key]) => key === 'search' || key === 'domain')?.slice(1) ?? []
  const option = rows.filter(([key]) => key === 'options').flatMap((row) => row.slice(1))
  const ndots = Number(option.find((word) => word.startsWith('ndots:'))?.slice(6) ?? 1)
  return { nameservers: nameservers.length ? nameservers : ['127.0.0.1'], search, ndots }
}

/** Whether `text` is an address of either family. */
export const isAddress = (text: string): boolean => isIpv4(text) || isIpv6(text)

/** Addresses of `name` in /etc/hosts, of both families. hosts(5). */
export async function lookupHostsFile(sys: Sys, name: string): Promise<string[]> {
  const wanted = name.toLowerCase()
  return (await readTextIfAny(sys, '/etc/hosts'))
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .filter(([address = '', ...names]) => isAddress(address) && names.some((each) => each.toLowerCase() === wanted))
    .flatMap(([address = '']) => address)
}

/**
 * Asks one name server over UDP, twice at most unless told otherwise.
 * @param type DNS_A, DNS_PTR…
 * @returns undefined when nobody answered
 */
export async function queryDns(
  sys: Sys,
  server: string,
  name: string,
  type: number = DNS_A,
  options: { timeoutMs?: number; port?: number; tries?: number; onRefused?: () => void } = {},
): Promise<DnsMessage | undefined> {
  const [high = 0, low = 0] = sys.entropy.bytes(2)
  const id = high * 256 + low
  const to = inet(server, options.port ?? 53)
  const fd = sys.socket(to.family, SOCK_DGRAM)
  try {
    await sys.connect(fd, to)
    for (let attempt = 0; attempt < (options.tries ?? 2); attempt++) {
      await sys.write(fd, encodeDns({ id, response: false, code: 0, name, type, answers: [] }))
      const [found = 0] = await sys.poll([{ fd, events: POLLIN }], options.timeoutMs ?? 5000)
      if (found === 0) continue
      const answer = decodeDns((await sys.recvfrom(fd)).data)
      if (answer?.id === id) return answer
    }
    return undefined
  } catch (error) {
    if (!isErrno(error)) throw error
    options.onRefused?.()
    return undefined
  } finally {
    sys.close(fd)
  }
}

/** The names to try for `name`, in order: with the search list before or after, as ndots says. */
function candidates(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = conf.search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= conf.ndots ? [name, ...searched] : [...searched, name]
}

/** Which family is asked for; AF_UNSPEC: both. */
export type WantedFamily = typeof AF_INET | typeof AF_INET6 | 0
export const AF_UNSPEC = 0

const hasFamily = (address: string, family: WantedFamily): boolean =>
  family === AF_UNSPEC || address.includes(':') === (family === AF_INET6)

/**
 * Addresses of a host for those who take the first and try no other: IPv4 where there is one.
 * @throws ResolveError
 */
export async function resolveHost(sys: Sys, name: string, family: WantedFamily = AF_UNSPEC): Promise<string[]> {
  const all = await addressesOf(sys, name, family, false)
  return [...all.filter(isIpv4), ...all.filter((each) => !isIpv4(each))]
}

/**
 * Addresses of a host in the order to try them: an address as it is, then /etc/hosts, then the servers of
 * /etc/resolv.conf; IPv6 first where this machine has it. getaddrinfo(3), RFC 6724
 * @throws ResolveError
 */
export async function resolveAll(sys: Sys, name: string, family: WantedFamily = AF_UNSPEC): Promise<string[]> {
  const all = await addressesOf(sys, name, family, true)
  const outside = all.filter((each) => !isIpv4(each) && each !== '::1')
  const unusable = outside.length > 0 && !hasIpv6(sys) ? outside : []
  const first = all.filter((each) => !isIpv4(each) && !unusable.includes(each))
  return [...new Set([...first, ...all.filter(isIpv4), ...unusable])]
}

async function addressesOf(sys: Sys, name: string, family: WantedFamily, both: boolean): Promise<string[]> {
  if (isAddress(name)) {
    if (!hasFamily(name, family)) throw new ResolveError('EAI_NONAME')
    return [name]
  }
  const known = (await lookupHostsFile(sys, name)).filter((each) => hasFamily(each, family))
  if (known.length) return known
  if (name === 'localhost' || name.endsWith('.localhost'))
    return ['::1', '127.0.0.1'].filter((each) => hasFamily(each, family))
  if (name === '') throw new ResolveError('EAI_NONAME')
  return askServers(sys, name, family, both)
}

/** @param both  asks for IPv6 though there is IPv4 */
async function askServers(sys: Sys, name: string, family: WantedFamily, both: boolean): Promise<string[]> {
  const conf = await readResolvConf(sys)
  const types = [...(family === AF_INET6 ? [] : [DNS_A]), ...(family === AF_INET ? [] : [DNS_AAAA])]
  // AI_ADDRCONFIG: nobody asks for addresses that could not be reached.
  const wanted = family === AF_UNSPEC && !hasIpv6(sys) ? [DNS_A] : types
  let denied = false
  for (const candidate of candidates(name, conf))
    for (const server of conf.nameservers) {
      const found: string[] = []
      for (const type of wanted) {
        if (found.length > 0 && !both) break
        const answer = await queryDns(sys, server, candidate, type)
        if (!answer) break
        found.push(...answer.answers.filter((each) => each.type === type).map(({ data }) => data))
        denied ||= answer.code === DNS_NXDOMAIN || answer.code === DNS_NOERROR
      }
      if (found.length) return found
      if (denied) break
    }
  throw new ResolveError(denied ? 'EAI_NONAME' : 'EAI_AGAIN')
}

/** Whether the machine has an IPv6 address that is good beyond its links. */
function hasIpv6(sys: Sys): boolean {
  const links = sys.netlink({ op: 'link-list' })
  return links.some(({ addresses6 }) => addresses6.some((each) => each !== '::1/128' && !each.startsWith('fe80:')))
}

/** `address:port`, with IPv6 in brackets. */
export const hostPort = (address: string, port: number | string): string => `${bracketed(address)}:${port}`

/** The name of an address by a PTR query; undefined when it has none. */
export async function reverseHost(sys: Sys, address: string): Promise<string | undefined> {
  const name = reverseName(address)
  for (const server of (await readResolvConf(sys)).nameservers) {
    const answer = await queryDns(sys, server, name, DNS_PTR, { timeoutMs: 1000 })
    if (answer) return answer.answers.find((each) => each.type === DNS_PTR)?.data
  }
  return undefined
}

/** The name below which an address is looked up. RFC 1035 section 3.5, RFC 3596 section 2.5 */
export function reverseName(address: string): string {
  const six = parseIpv6(address)
  if (six === undefined) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  return `${[...six.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`
}
