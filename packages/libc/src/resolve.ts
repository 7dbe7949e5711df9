import {
  AF_INET,
  DNS_A,
  DNS_NOERROR,
  DNS_NXDOMAIN,
  DNS_PTR,
  decodeDns,
  type DnsMessage,
  encodeDns,
  inet,
  isErrno,
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

/** Addresses of `name` in /etc/hosts. hosts(5). */
export async function lookupHostsFile(sys: Sys, name: string): Promise<string[]> {
  const wanted = name.toLowerCase()
  return (await readTextIfAny(sys, '/etc/hosts'))
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .filter(([address = '', ...names]) => isIpv4(address) && names.some((each) => each.toLowerCase() === wanted))
    .flatMap(([address = '']) => address)
}

/**
 * Asks one name server over UDP, twice at most.
 * @param type DNS_A, DNS_PTR…
 * @returns undefined when nobody answered
 */
export async function queryDns(
  sys: Sys,
  server: string,
  name: string,
  type: number = DNS_A,
  options: { timeoutMs?: number; port?: number } = {},
): Promise<DnsMessage | undefined> {
  const [high = 0, low = 0] = sys.entropy.bytes(2)
  const id = high * 256 + low
  const fd = sys.socket(AF_INET, SOCK_DGRAM)
  try {
    const to = inet(server, options.port ?? 53)
    await sys.connect(fd, to)
    for (let attempt = 0; attempt < 2; attempt++) {
      await sys.write(fd, encodeDns({ id, response: false, code: 0, name, type, answers: [] }))
      const [found = 0] = await sys.poll([{ fd, events: POLLIN }], options.timeoutMs ?? 5000)
      if (found === 0) continue
      const answer = decodeDns((await sys.recvfrom(fd)).data)
      if (answer?.id === id) return answer
    }
    return undefined
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
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

/**
 * IPv4 addresses of a host: a dotted quad as it is, then /etc/hosts, then the servers of /etc/resolv.conf. getaddrinfo(3).
 * @throws ResolveError
 */
export async function resolveHost(sys: Sys, name: string): Promise<string[]> {
  if (isIpv4(name)) return [name]
  const known = await lookupHostsFile(sys, name)
  if (known.length) return known
  if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1']
  if (name === '') throw new ResolveError('EAI_NONAME')
  const conf = await readResolvConf(sys)
  let denied = false
  for (const candidate of candidates(name, conf))
    for (const server of conf.nameservers) {
      const answer = await queryDns(sys, server, candidate)
      if (!answer) continue
      const addresses = answer.answers.filter((each) => each.type === DNS_A).map((each) => each.data)
      if (addresses.length) return addresses
      denied ||= answer.code === DNS_NXDOMAIN || answer.code === DNS_NOERROR
      if (denied) break
    }
  throw new ResolveError(denied ? 'EAI_NONAME' : 'EAI_AGAIN')
}

/** The name of an address by a PTR query; undefined when it has none. */
export async function reverseHost(sys: Sys, address: string): Promise<string | undefined> {
  const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`
  for (const server of (await readResolvConf(sys)).nameservers) {
    const answer = await queryDns(sys, server, name, DNS_PTR, { timeoutMs: 1000 })
    if (answer) return answer.answers.find((each) => each.type === DNS_PTR)?.data
  }
  return undefined
}
