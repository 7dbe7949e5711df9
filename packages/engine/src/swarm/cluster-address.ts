import type { Sys } from '@drydock/abi'
import type { SwarmJoinBody } from '@drydock/docker-api'
import { invalid, systemProblem } from '../problem.ts'
import type { Place } from './node-record.ts'

export const SWARM_PORT = 2377
const OWN_LINKS = /^(lo|docker0|docker_gwbridge|br-|veth|vx-|dm-|di-)/

const BAD_ADVERTISED =
  'advertise address must be a non-zero IP address or network interface (with optional port number)'
const BAD_DATA_PATH = 'data path address must be a non-zero IP address or network interface (without a port number)'

interface HostAddress {
  readonly link: string
  readonly address: string
}

function addressesOf(sys: Sys): HostAddress[] {
  return sys
    .netlink({ op: 'link-list' })
    .filter(({ up }) => up)
    .flatMap(({ name, addresses }) =>
      addresses
        .filter((each) => !each.includes(':'))
        .map((each) => ({ link: name, address: each.split('/')[0] ?? '' })),
    )
}

/** `eth0`, `192.168.0.8` or either with a port, as an address and a port. @throws Problem invalid */
function resolveAddress(sys: Sys, text: string, wrong: string): { host: string; port: number } {
  const [host = '', own] = text.split(':')
  const port = own === undefined ? SWARM_PORT : Number(own)
  if (/^\d+(\.\d+){3}$/.test(host)) return { host, port }
  const found = addressesOf(sys).find(({ link }) => link === host)
  if (!found) throw invalid(wrong)
  return { host: found.address, port }
}

/** What a node that comes is to be reached by. @throws Problem */
export function placeOf(sys: Sys, wish: Pick<SwarmJoinBody, 'AdvertiseAddr' | 'DataPathAddr'>): Place {
  const { host, port } = wish.AdvertiseAddr
    ? resolveAddress(sys, wish.AdvertiseAddr, BAD_ADVERTISED)
    : { host: ownAddress(sys), port: SWARM_PORT }
  const dataPathAddr = wish.DataPathAddr ? resolveAddress(sys, wish.DataPathAddr, BAD_DATA_PATH).host : host
  return { address: host, managerAddr: `${host}:${port}`, dataPathAddr }
}

/** The one address that others can reach, where there is one. @throws Problem */
function ownAddress(sys: Sys): string {
  const outside = addressesOf(sys).filter(({ link }) => !OWN_LINKS.test(link))
  const links = new Set(outside.map(({ link }) => link))
  const [first] = outside
  if (!first) throw systemProblem("could not find the system's IP address - specify one with --advertise-addr")
  const where =
    links.size > 1
      ? `on different interfaces (${outside.map(({ address, link }) => `${address} on ${link}`).join(' and ')})`
      : `on interface ${first.link} (${outside.map(({ address }) => address).join(' and ')})`
  if (outside.length > 1)
    throw invalid(
      `could not choose an IP address to advertise since this system has multiple addresses ${where} - specify one with --advertise-addr`,
    )
  return first.address
}
