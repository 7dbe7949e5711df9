import type { LinkInfo, Sys } from '@drydock/abi'
import { broadcastOf, dotted } from './show-links.ts'

/** A line of the table `local`, which the kernel fills in from the addresses. */
interface LocalRoute {
  readonly line: string
  readonly dev: string
}

const bits = (host: string): number => host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function ofAddress({ name, kind }: LinkInfo, address: string, table: string): LocalRoute[] {
  const [host = '', text = '32'] = address.split('/')
  const length = Number(text)
  const line = (type: string, destination: string, scope: string): LocalRoute => ({
    dev: name,
    line: `${type} ${destination} dev ${name} ${table}proto kernel scope ${scope} src ${host} `,
  })
  const network = dotted((bits(host) & (length === 0 ? 0 : 0xffffffff << (32 - length))) >>> 0)
  return [
    ...(kind === 'loopback' ? [line('local', `${network}/${length}`, 'host')] : []),
    line('local', host, 'host'),
    ...(length < 31 ? [line('broadcast', broadcastOf(host, length), 'link')] : []),
  ]
}

/** @param table what each line says of its table: `table local ` where several are shown */
export function localRoutes(sys: Sys, dev: string | undefined, table = ''): string {
  return sys
    .netlink({ op: 'link-list' })
    .filter(({ up, name }) => up && (dev === undefined || name === dev))
    .flatMap((link) => link.addresses.flatMap((address) => ofAddress(link, address, table)))
    .toSorted((a, b) => bits(destinationOf(a)) - bits(destinationOf(b)))
    .map(({ line }) => (dev === undefined ? line : line.replace(`dev ${dev} `, '')))
    .map((line) => `${line}\n`)
    .join('')
}

const destinationOf = ({ line }: LocalRoute): string => /\d+\.\d+\.\d+\.\d+/.exec(line)?.[0] ?? '0.0.0.0'
