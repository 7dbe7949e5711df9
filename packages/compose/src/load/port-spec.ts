import { ComposeError, type Mapping } from '@drydock/cli-plugin/compose-file'

/** The short form of ports: `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, each side a range if need be. go-connections nat. */
interface Range {
  readonly from: number
  readonly to: number
}
const PROTOCOLS = ['tcp', 'udp', 'sctp']

/** One mapping a port, in the order of `80/tcp` words. @throws ComposeError */
export function parsePortSpec(spec: string): Mapping[] {
  const { ip, host, container, protocol } = cut(spec)
  const inside = range(container, () => `invalid containerPort: ${container}`)
  const outside = host === '' ? undefined : range(host, () => `invalid hostPort: ${host}`)
  if (!PROTOCOLS.includes(protocol.toLowerCase())) throw new ComposeError(`invalid proto: ${protocol}`)
  const [many, wide] = [inside.to - inside.from, outside ? outside.to - outside.from : 0]
  if (outside && wide !== many && many !== 0)
    throw new ComposeError(`invalid ranges specified for container and host Ports: ${container} and ${host}`)
  const ports = Array.from({ length: many + 1 }, (_, i) => {
    const published = !outside ? '' : many === 0 && wide > 0 ? host : String(outside.from + i)
    return describe(inside.from + i, published, ip, protocol.toLowerCase())
  })
  return ports.toSorted((a, b) => (word(a) < word(b) ? -1 : 1))
}
const word = (port: Mapping): string => `${String(port.get('target'))}/${String(port.get('protocol'))}`

function describe(target: number, published: string, ip: string, protocol: string): Mapping {
  const port: Mapping = new Map([['mode', 'ingress']])
  if (ip !== '') port.set('host_ip', ip)
  port.set('target', target)
  if (published !== '') port.set('published', published)
  return port.set('protocol', protocol)
}

function cut(spec: string): { ip: string; host: string; container: string; protocol: string } {
  const slash = spec.lastIndexOf('/')
  const [body, protocol] = slash < 0 ? [spec, 'tcp'] : [spec.slice(0, slash), spec.slice(slash + 1) || 'tcp']
  const parts = body.split(':')
  const container = parts.at(-1) ?? ''
  const host = parts.at(-2) ?? ''
  const rawIp = parts.slice(0, -2).join(':')
  const ip = rawIp.replace(/^\[(.*)\]$/, '$1')
  if (container === '') throw new ComposeError('no port specified: ' + `${spec}<empty>`)
  if (rawIp !== '' && !isIp(ip)) throw new ComposeError(`invalid IP address: ${ip}`)
  return { ip, host, container, protocol }
}

export const isIp = (text: string): boolean =>
  /^(\d{1,3})(\.\d{1,3}){3}$/.test(text)
    ? text.split('.').every((part) => Number(part) < 256)
    : text.includes(':') && /^[0-9a-fA-F:.]+(%\w+)?$/.test(text)

function range(text: string, problem: () => string): Range {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  const from = Number(match?.[1])
  const to = Number(match?.[2] ?? match?.[1])
  if (!match || from > 65535 || to > 65535 || to < from) throw new ComposeError(problem())
  return { from, to }
}
