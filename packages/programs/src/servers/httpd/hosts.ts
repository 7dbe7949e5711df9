import type { Address, HttpdConfig, Server } from './config.ts'
import { globToRegExp } from './file-pattern.ts'

const meets = ({ host, port }: Address, local: Address): boolean =>
  (host === '*' || host === local.host) && (port === 0 || port === local.port)

/** How near an address of a section is: the whole address, any port of it, any address with the port, anything. */
const nearness = ({ host, port }: Address): number => (host === '*' ? 0 : 2) + (port === 0 ? 0 : 1)

/** The servers that an address leads to, the first of which answers names that none has. */
export function serversAt({ hosts }: HttpdConfig, local: Address): readonly Server[] {
  const near = hosts.flatMap((server) =>
    server.addresses.filter((each) => meets(each, local)).map((each) => ({ server, near: nearness(each) })),
  )
  const best = Math.max(-1, ...near.map((each) => each.near))
  return near.filter((each) => each.near === best).map(({ server }) => server)
}

export const nameOf = (text: string | undefined): string =>
  (text ?? '')
    .replace(/^\w+:\/\//, '')
    .replace(/:\d+$/, '')
    .toLowerCase()

/** The server for a request, by where it came and the name it asked for. ap_update_vhost_from_headers. */
export function serverFor(config: HttpdConfig, local: Address, host: string): Server {
  const servers = serversAt(config, local)
  const name = nameOf(host).replace(/\.$/, '')
  const named = servers.find(
    (server) => nameOf(server.name) === name || server.aliases.some((alias) => aliasFits(alias, name)),
  )
  return named ?? servers[0] ?? config.main
}

const aliasFits = (alias: string, name: string): boolean => globToRegExp(alias.toLowerCase()).test(name)

/** What `-S` says of virtual hosts: ap_vhost_dump_config. */
export function dumpHosts({ hosts }: HttpdConfig, fallback: string): string {
  const places = new Map<string, Server[]>()
  for (const server of hosts)
    for (const { host, port } of server.addresses) {
      const place = `${host}:${port === 0 ? '*' : port}`
      places.set(place, [...(places.get(place) ?? []), server])
    }
  const lines = [...places].flatMap(([place, servers]) => dumpPlace(place, servers, fallback))
  return `VirtualHost configuration:\n${lines.map((line) => `${line}\n`).join('')}`
}

function dumpPlace(place: string, servers: readonly Server[], fallback: string): string[] {
  const [first] = servers
  const named = (server: Server): string => nameOf(server.name ?? fallback)
  if (servers.length === 1 && first)
    return [`${place.padEnd(22)} ${named(first)} (${first.at})`, ...aliasLines(first, 8)]
  const port = place.slice(place.lastIndexOf(':') + 1)
  return [
    `${place.padEnd(22)} is a NameVirtualHost`,
    ...(first ? [`         default server ${named(first)} (${first.at})`] : []),
    ...servers.flatMap((server) => [
      `         port ${port} namevhost ${named(server)} (${server.at})`,
      ...aliasLines(server, 17),
    ]),
  ]
}

const aliasLines = ({ aliases }: Server, indent: number): string[] =>
  aliases.map((alias) => `${' '.repeat(indent)}${/[*?]/.test(alias) ? 'wild alias' : 'alias'} ${alias}`)
