import type { Port } from '@drydock/docker-api'

const order = (a: Port, b: Port): number =>
  a.PrivatePort - b.PrivatePort ||
  compare(a.IP ?? '', b.IP ?? '') ||
  (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
  compare(a.Type, b.Type)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

interface Run {
  first: number
  last: number
}

const bracket = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip)
const span = (run: Run): string => (run.first === run.last ? String(run.first) : `${run.first}-${run.last}`)

/** The column PORTS: neighbours published one to one are folded to a range. */
export function displayPorts(ports: readonly Port[]): string {
  const groups = new Map<string, Run>()
  const alone: string[] = []
  const ranges: string[] = []
  const close = (key: string, run: Run): void => {
    const [ip = '', proto = ''] = key.split(' ')
    ranges.push(ip === '' ? `${span(run)}/${proto}` : `${bracket(ip)}:${span(run)}->${span(run)}/${proto}`)
  }
  for (const port of ports.toSorted(order)) {
    const { PrivatePort: inner, PublicPort: outer, Type: proto } = port
    if (port.IP && outer !== inner) {
      alone.push(`${bracket(port.IP)}:${outer ?? 0}->${inner}/${proto}`)
      continue
    }
    const key = `${port.IP ?? ''} ${proto}`
    const run = groups.get(key)
    if (run && inner === run.last) continue
    if (run && inner === run.last + 1) run.last = inner
    else {
      if (run) close(key, run)
      groups.set(key, { first: inner, last: inner })
    }
  }
  for (const [key, run] of [...groups].toSorted(
    ([a], [b]) => compare(a.split(' ')[1] ?? '', b.split(' ')[1] ?? '') || compare(a, b),
  ))
    close(key, run)
  return [...ranges, ...alone].join(', ')
}
