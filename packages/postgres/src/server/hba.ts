import { type SocketAddress, isInet, isErrno, type Sys, parseIpv6 } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

interface Rule {
  readonly local: boolean
  readonly databases: readonly string[]
  readonly users: readonly string[]
  /** '' for any. */
  readonly address: string
  readonly method: string
}

function ruleOf(line: string): Rule | undefined {
  const [type = '', databases = '', users = '', ...rest] = line.replace(/#.*/, '').trim().split(/\s+/)
  const local = type === 'local'
  if (!local && !type.startsWith('host')) return undefined
  const [address = '', method = ''] = local ? ['', rest[0]] : rest
  return { local, databases: databases.split(','), users: users.split(','), address, method }
}

const number = (address: string): number => address.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0)

function addressFits(rule: string, address: string): boolean {
  if (rule === 'all') return true
  const [network = '', bits = '32'] = rule.split('/')
  if (network.includes(':') || address.includes(':'))
    return addressFits6(network, Number(rule.split('/')[1] ?? 128), address)
  if (rule === '0.0.0.0/0') return true
  if (!/^[\d.]+$/.test(network)) return false
  const mask = bits === '0' ? 0 : -1 << (32 - Number(bits))
  return (number(network) & mask) === (number(address) & mask)
}

function addressFits6(network: string, bits: number, address: string): boolean {
  const [base, wanted] = [parseIpv6(network), parseIpv6(address)]
  const rest = BigInt(128 - bits)
  return base !== undefined && wanted !== undefined && base >> rest === wanted >> rest
}

/** The method by which a client has to show who it is: the first line of pg_hba.conf that fits. @returns undefined for none */
export async function methodFor(
  sys: Sys,
  path: string,
  peer: SocketAddress,
  user: string,
  database: string,
): Promise<string | undefined> {
  let text = ''
  try {
    text = await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  const local = !isInet(peer)
  return text
    .split('\n')
    .flatMap((line) => ruleOf(line) ?? [])
    .find(
      (rule) =>
        rule.local === local &&
        (rule.databases.includes('all') || rule.databases.includes(database)) &&
        (rule.users.includes('all') || rule.users.includes(user)) &&
        (local || addressFits(rule.address, isInet(peer) ? peer.address : '')),
    )?.method
}
