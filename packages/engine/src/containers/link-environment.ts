import type { DaemonParts } from '../daemon-parts.ts'
import type { Container } from './container.ts'

/** `redis:db` and `redis` -> the name by which the container knows the other. */
export const aliasOf = (link: string): string => link.slice(link.indexOf(':') + 1)

/** Variables that --link on the default bridge adds: who the other container is, where it listens, what it was told. */
export function linkEnvironment({ containers }: DaemonParts, container: Container): string[] {
  return (container.hostConfig.Links ?? []).flatMap((link) => {
    const [name = '', alias = name] = link.split(':')
    const other = containers.peek(name)
    return other ? describe(container, other, alias) : []
  })
}

function describe(container: Container, other: Container, alias: string): string[] {
  const prefix = alias.toUpperCase().replaceAll('-', '_')
  const address = other.record.Networks['bridge']?.IPAddress ?? ''
  const ports = Object.keys(other.record.Config.ExposedPorts ?? {}).sort(byNumber)
  const [first] = ports
  return [
    ...(first ? [`${prefix}_PORT=${urlOf(address, first)}`] : []),
    ...ports.flatMap((port) => portLines(prefix, address, port)),
    `${prefix}_NAME=/${container.name}/${alias}`,
    ...(other.record.Config.Env ?? [])
      .filter((pair) => pair.includes('=') && !/^(HOME|PATH)=/.test(pair))
      .map((pair) => `${prefix}_ENV_${pair}`),
  ]
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10)

function urlOf(address: string, port: string): string {
  const [number = '', proto = 'tcp'] = port.split('/')
  return `${proto}://${address}:${number}`
}

function portLines(prefix: string, address: string, port: string): string[] {
  const [number = '', proto = 'tcp'] = port.split('/')
  const name = `${prefix}_PORT_${number}_${proto.toUpperCase()}`
  return [
    `${name}=${urlOf(address, port)}`,
    `${name}_ADDR=${address}`,
    `${name}_PORT=${number}`,
    `${name}_PROTO=${proto}`,
  ]
}
