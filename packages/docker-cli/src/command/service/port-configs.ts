import { CliError, type Flag, FlagValueError } from '@drydock/cli-plugin'
import type { PortConfig } from '@drydock/docker-api'
import { parsePublished } from '../container/port-flags.ts'
import { csvRecord } from '../csv-record.ts'
import { objects } from './flag-values.ts'

const refuse = (problem: string): never => {
  throw new FlagValueError(problem)
}

function port(kind: string, text: string): number {
  const fail = (why: string): never => refuse(`invalid ${kind} port (${text}): value must be an integer: ${why}`)
  if (!/^\d+$/.test(text)) return fail('invalid syntax')
  return Number(text) > 65535 ? fail('value out of range') : Number(text)
}

type Field = (value: string) => PortConfig
const FIELDS: Readonly<Record<string, Field>> = {
  protocol: (value) =>
    ['tcp', 'udp', 'sctp'].includes(value) ? { Protocol: value } : refuse(`invalid protocol value '${value}'`),
  mode: (value) =>
    ['ingress', 'host'].includes(value)
      ? { PublishMode: value }
      : refuse(`invalid publish mode value (${value}): must be either 'ingress' or 'host'`),
  target: (value) => ({ TargetPort: port('target', value) }),
  published: (value) => ({ PublishedPort: port('published', value) }),
}

function longForm(text: string): PortConfig {
  let config: PortConfig = { Protocol: 'tcp', PublishMode: 'ingress' }
  for (const field of csvRecord(text)) {
    const small = field.toLowerCase()
    const at = small.indexOf('=')
    if (at < 1) return refuse(`invalid field: ${field}`)
    const set = FIELDS[small.slice(0, at)]
    if (!set) return refuse(`invalid field key: ${small.slice(0, at)}`)
    config = { ...config, ...set(small.slice(at + 1)) }
  }
  if (!config.TargetPort) return refuse("missing mandatory field 'target'")
  return tidy(config)
}

/** In the order of the API's fields; what is 0 is left out. */
const tidy = ({ Protocol, TargetPort, PublishedPort, PublishMode }: PortConfig): PortConfig => ({
  ...(Protocol ? { Protocol } : {}),
  ...(TargetPort ? { TargetPort } : {}),
  ...(PublishedPort ? { PublishedPort } : {}),
  ...(PublishMode ? { PublishMode } : {}),
})

/** `8080:80`, `8000-8010:9000-9010/udp`. @throws CliError */
export function shortForm(text: string): PortConfig[] {
  const { bindings } = parsePublished([text])
  return Object.entries(bindings).flatMap(([key, hosts]) => {
    const [target = '', protocol = ''] = key.split('/')
    return hosts.flatMap(({ HostIp, HostPort = '' }) => {
      if (HostIp) throw new CliError('hostip is not supported')
      const [first = '0', last = first] = (HostPort === '' ? '0' : HostPort).split('-')
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) =>
        tidy({
          Protocol: protocol,
          TargetPort: Number(target),
          PublishedPort: Number(first) + i,
          PublishMode: 'ingress',
        }),
      )
    })
  })
}

export function parsePorts(text: string): PortConfig[] {
  if (/\w+=\w+(,\w+=\w+)*/.test(text)) return [longForm(text)]
  try {
    return shortForm(text)
  } catch (error) {
    throw error instanceof CliError ? new FlagValueError(error.message) : error
  }
}

export const ports = (short: string, usage: string): Flag<readonly PortConfig[]> =>
  objects(short, usage, 'port', parsePorts)

/** `8080:80/tcp/ingress`: what makes two the same. */
export const portText = ({ PublishedPort = 0, TargetPort = 0, Protocol = '', PublishMode = '' }: PortConfig): string =>
  `${PublishedPort}:${TargetPort}/${Protocol}/${PublishMode}`
