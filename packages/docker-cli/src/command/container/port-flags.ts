import type { PortBinding } from '@drydock/docker-api'
import { CliError } from '@drydock/cli-plugin'
import { csvPairs, isIp } from './container-checks.ts'

export interface Published {
  readonly exposed: Record<string, object>
  readonly bindings: Record<string, PortBinding[]>
}

const fail = (problem: string): never => {
  throw new CliError(problem)
}

/** `-p 8080:80`, `-p 127.0.0.1:8000-8010:8000-8010/udp`, `-p target=80,published=8080`. */
export function parsePublished(specs: readonly string[]): Published {
  const exposed: Record<string, object> = {}
  const bindings: Record<string, PortBinding[]> = {}
  for (const spec of specs.flatMap((text) => (text.includes('=') ? longForm(text) : [text])))
    for (const [port, binding] of parsePort(spec)) {
      exposed[port] = {}
      bindings[port] = [...(bindings[port] ?? []), binding]
    }
  return { exposed, bindings }
}

function longForm(text: string): string[] {
  const fields = new Map(csvPairs(text))
  const target = fields.get('target') ?? fail('missing mandatory field "target"')
  const published = fields.get('published')
  const protocol = fields.get('protocol') ?? 'tcp'
  return [`${published === undefined ? '' : `${published}:`}${target}/${protocol}`]
}

/** Host address, host ports, container ports. */
function parts(spec: string): [string, string, string] {
  const at = spec.lastIndexOf(':')
  if (at < 0) return ['', '', spec]
  const before = spec.slice(0, at)
  const middle = before.lastIndexOf(':')
  if (middle < 0) return ['', before, spec.slice(at + 1)]
  return [before.slice(0, middle), before.slice(middle + 1), spec.slice(at + 1)]
}

function parsePort(spec: string): [string, PortBinding][] {
  const slash = spec.lastIndexOf('/')
  const protocol = slash < 0 ? 'tcp' : spec.slice(slash + 1).toLowerCase() || 'tcp'
  const [rawIp, host, inner] = parts(slash < 0 ? spec : spec.slice(0, slash))
  const ip = rawIp.replace(/^\[(.*)\]$/, '$1')
  if (ip !== '' && !isIp(ip)) fail(`invalid IP address: ${ip}`)
  if (inner === '') fail(`no port specified: ${spec}<empty>`)
  const [start, end] = range(inner) ?? fail(`invalid containerPort: ${inner}`)
  const [hostStart, hostEnd] = host === '' ? [0, 0] : (range(host) ?? fail(`invalid hostPort: ${host}`))
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) fail(`invalid proto: ${protocol}`)
  if (host !== '' && end - start !== hostEnd - hostStart && end !== start)
    fail(`invalid ranges specified for container and host Ports: ${inner} and ${host}`)
  return Array.from({ length: end - start + 1 }, (_, i) => {
    const port =
      host === '' ? '' : hostStart === hostEnd || end !== start ? String(hostStart + i) : `${hostStart}-${hostEnd}`
    return [`${start + i}/${protocol}`, { HostIp: ip, HostPort: port }]
  })
}

/** @returns undefined when it is no port or range of ports */
function range(text: string): [number, number] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const [start, end] = [Number(match[1]), Number(match[2] ?? match[1])]
  return start > 65535 || end > 65535 || end < start ? undefined : [start, end]
}

/** In the words of go-connections' ParsePortRange. */
function rangeProblem(ports: string): string {
  if (ports === '') return 'empty string specified for ports'
  for (const text of ports.split('-', 2)) {
    if (!/^\d+$/.test(text)) return `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
    if (Number(text) > 65535) return `strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`
  }
  return `invalid range specified for port: ${ports}`
}

/** `--expose 80`, `--expose 3000-3005/tcp`. */
export function parseExposed(specs: readonly string[]): Record<string, object> {
  const exposed: Record<string, object> = {}
  for (const spec of specs) {
    if (spec.includes(':')) fail(`invalid port format for --expose: ${spec}`)
    const [ports = '', protocol = 'tcp'] = spec.split('/')
    const [start, end] =
      range(ports) ?? fail(`invalid range format for --expose: ${spec}, error: ${rangeProblem(ports)}`)
    for (let port = start; port <= end; port++) exposed[`${port}/${protocol.toLowerCase()}`] = {}
  }
  return exposed
}
