import { bracketed } from '@drydock/abi'
import type { Config, Location, VirtualServer } from './config.ts'
import type { End } from './exchange.ts'

/** Which server answers, by the address it listens on and the Host field. ngx_http_core_module, "server_name". */
export function chooseServer(
  config: Config,
  local: End,
  host: string,
  groups: Map<string, string>,
): VirtualServer | undefined {
  const { port } = local
  const at = (address: string): VirtualServer[] =>
    config.servers.filter(({ listens }) => listens.some((each) => each.port === port && each.address === address))
  const address = bracketed(local.address)
  const own = at(address)
  const listening = own.length > 0 ? own : at(address.startsWith('[') ? '[::]' : '0.0.0.0')
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
  return (
    listening.find((server) => server.names.includes(name)) ??
    longest(
      listening,
      (pattern) =>
        (pattern.startsWith('*.') && name.endsWith(pattern.slice(1))) ||
        (pattern.startsWith('.') && `.${name}`.endsWith(pattern)),
    ) ??
    longest(listening, (pattern) => pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1))) ??
    listening.find((server) =>
      server.names.some((each) => each.startsWith('~') && matches(each.slice(1), name, groups)),
    ) ??
    listening.find((server) => server.listens.some((each) => each.port === port && each.isDefault)) ??
    listening[0]
  )
}

function matches(pattern: string, name: string, groups: Map<string, string>): boolean {
  const match = new RegExp(pattern).exec(name)
  for (const [index, text] of (match ?? []).entries()) groups.set(String(index), text ?? '')
  for (const [group, text] of Object.entries(match?.groups ?? {})) groups.set(group, text ?? '')
  return match !== null
}

function longest(servers: readonly VirtualServer[], matches: (pattern: string) => boolean): VirtualServer | undefined {
  const found = servers.flatMap((server) =>
    server.names.filter(matches).map((name) => ({ server, length: name.length })),
  )
  return found.toSorted((a, b) => b.length - a.length)[0]?.server
}

/** Which location a URI belongs to: exact, then the longest prefix unless an expression matches first. */
export function chooseLocation(locations: readonly Location[], uri: string): Location | undefined {
  const plain = locations.filter((each) => !each.regex && !each.pattern.startsWith('@'))
  const exact = plain.find((each) => each.modifier === '=' && each.pattern === uri)
  if (exact) return exact
  const prefix = plain
    .filter((each) => each.modifier !== '=' && uri.startsWith(each.pattern))
    .toSorted((a, b) => b.pattern.length - a.pattern.length)[0]
  const inner = prefix && prefix.nested.length > 0 ? chooseLocation(prefix.nested, uri) : undefined
  if (inner) return inner
  if (prefix?.modifier === '^~') return prefix
  const matching = locations.find((each) => each.regex?.test(uri))
  return matching ? (chooseLocation(matching.nested, uri) ?? matching) : prefix
}
