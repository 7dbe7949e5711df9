import { DockerfileError, type LineRange } from './dockerfile-error.ts'
import type { Lint } from './lint.ts'

const fail = (message: string): never => {
  throw new DockerfileError(message)
}

/** `[ip:][host:]port[-port][/proto]` as `port/proto`, one for each port. @throws DockerfileError */
export function exposedPorts(spec: string, lint: Lint, range: LineRange): string[] {
  const parts = spec.split(':')
  const container = parts.at(-1) ?? ''
  const host = parts.length > 1 ? (parts.at(-2) ?? '') : ''
  const ip = parts.slice(0, -2).join(':')
  const [ports = '', written = ''] = container.split('/', 2)
  const protocol = written.toLowerCase() || 'tcp'
  if (ports === '') fail(`invalid port: ${JSON.stringify(spec)}: no port specified`)
  if (!['tcp', 'udp', 'sctp'].includes(protocol))
    fail(`invalid port: ${JSON.stringify(spec)}: invalid proto: ${written}`)
  if (written !== written.toLowerCase())
    lint.report('ExposeProtoCasing', range, `Defined protocol '${spec}' in EXPOSE instruction should be lowercase`)
  if (ip !== '' || host !== '') {
    const message = `EXPOSE instruction should not define an IP address or host-port mapping, found '${spec}'`
    lint.report('ExposeInvalidFormat', range, message)
  }
  if (ip !== '' && !/^\[?[0-9a-fA-F.:]+\]?$/.test(ip)) fail(`invalid IP address: ${ip}`)
  const { start, end } = rangeOf(ports) ?? fail(`invalid containerPort: ${ports}`)
  checkHost(host, start, end, ports)
  return Array.from({ length: end - start + 1 }, (_, i) => `${start + i}/${protocol}`)
}

function checkHost(host: string, start: number, end: number, ports: string): void {
  if (host === '') return
  const hosts = rangeOf(host) ?? fail(`invalid hostPort: ${host}`)
  if (end !== start && hosts.end - hosts.start !== end - start)
    fail(`invalid ranges specified for container and host Ports: ${ports} and ${host}`)
}

function rangeOf(text: string): { start: number; end: number } | undefined {
  const [, first = '', second = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [start, end] = [Number(first), Number(second)]
  return first === '' || end > 65535 || end < start ? undefined : { start, end }
}
