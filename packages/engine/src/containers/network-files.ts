import { isErrno, type Sys } from '@drydock/abi'
import { shortId } from '../identifiers.ts'
import { NAME_SERVER } from '../networks/name-server.ts'
import { userNetworks } from '../networks/network-controller.ts'
import { readText, writeBytes } from '../state/files.ts'
import type { DaemonConfig } from '../config/daemon-config.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import type { Container } from './container.ts'

const HOSTS_HEAD = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
]

/** What a --link adds: the address of the other container by alias, name and id. */
export interface LinkedHost {
  readonly address: string
  readonly names: readonly string[]
}

/** Writes /etc/hostname and /etc/resolv.conf of a container. */
export function writeNetworkFiles({ sys, config }: Pick<DaemonParts, 'sys' | 'config'>, container: Container): void {
  const { record } = container
  writeBytes(sys, record.HostnamePath, `${record.Config.Hostname ?? ''}\n`)
  writeBytes(sys, record.ResolvConfPath, resolvConf(sys, container, config))
}

/** Once its addresses are known. */
export function writeHosts(sys: Sys, container: Container, gateway: string, links: readonly LinkedHost[]): void {
  const { record, hostConfig } = container
  if (hostConfig.NetworkMode === 'host') return writeBytes(sys, record.HostsPath, hostFile(sys, '/etc/hosts'))
  const extra = (hostConfig.ExtraHosts ?? []).map((entry) => {
    const at = entry.search(/[:=]/)
    const address = entry.slice(at + 1)
    return `${address === 'host-gateway' ? gateway : address}\t${entry.slice(0, at)}`
  })
  const linked = links.map(({ address, names }) => `${address}\t${names.join(' ')}`)
  writeBytes(sys, record.HostsPath, `${[...HOSTS_HEAD, ...extra, ...linked, ...ownLines(container)].join('\n')}\n`)
}

function ownLines({ record }: Container): string[] {
  const { Hostname = '', Domainname = '' } = record.Config
  const full = Domainname ? `${Hostname}.${Domainname}` : Hostname || shortId(record.ID)
  const names = full.includes('.') ? `${full} ${full.split('.', 1)[0]}` : full
  return Object.values(record.Networks).flatMap(({ IPAddress, GlobalIPv6Address }) =>
    [IPAddress, GlobalIPv6Address].flatMap((address) => (address ? `${address}\t${names}` : [])),
  )
}

function resolvConf(sys: Sys, container: Container, config: DaemonConfig): string {
  const { hostConfig } = container
  const host = hostFile(sys, '/etc/resolv.conf')
  const wish = {
    servers: hostConfig.Dns?.length ? hostConfig.Dns : config.dns,
    search: hostConfig.DnsSearch?.length ? hostConfig.DnsSearch : config.dnsSearch,
    options: hostConfig.DnsOptions?.length ? hostConfig.DnsOptions : config.dnsOptions,
  }
  const servers = wish.servers.length > 0 ? wish.servers : linesOf(host, 'nameserver')
  const search = wish.search.length > 0 ? wish.search.filter((each) => each !== '.') : linesOf(host, 'search')
  const options = wish.options.length > 0 ? wish.options : linesOf(host, 'options')
  const embedded = userNetworks(container).length > 0
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(embedded ? [NAME_SERVER] : servers).map((server) => `nameserver ${server}`),
    ...(embedded || options.length > 0 ? [`options ${[...options, ...(embedded ? ['ndots:0'] : [])].join(' ')}`] : []),
    '',
  ].join('\n')
}

const linesOf = (text: string, key: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first === key)
    .flatMap((words) => words.slice(1))

function hostFile(sys: Sys, path: string): string {
  try {
    return readText(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
