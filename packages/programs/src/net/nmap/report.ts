import type { Answer, Life, State } from './probe.ts'
import { serviceName } from './ports.ts'
import type { Target } from './targets.ts'

export interface Scanned {
  readonly target: Target
  readonly life: Life
  readonly answers: ReadonlyMap<number, Answer>
  readonly versions: ReadonlyMap<number, readonly [service: string, version: string]>
}
export interface Style {
  /** Ports that are not open are left out. */
  readonly onlyOpen: boolean
  readonly reasons: boolean
  readonly versions: boolean
  /** A closed port was heard of by a reset; an unprivileged scan sees a refused connection. */
  readonly raw: boolean
}

/** So many ports of a state are worth a line each. */
const MOST_LINES = 25

export const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** Two digits that count, never with an exponent. */
export function latency(ms: number): string {
  const seconds = Math.max(ms / 1000, 1e-6)
  return seconds.toFixed(Math.max(0, 1 - Math.floor(Math.log10(seconds))))
}

const title = ({ address, asked, name }: Target): string => {
  const shown = asked ?? name
  return shown === undefined || shown === address ? address : `${shown} (${address})`
}

function head({ target, life, answers }: Scanned, { reasons }: Style): string[] {
  const heard = [...answers.values()].find(({ state }) => state !== 'filtered')
  const ms = life.ms ?? heard?.ms
  const why = target.address.startsWith('127.') ? 'localhost-response' : life.mac ? 'arp-response' : 'syn-ack'
  const reason = reasons ? `, received ${why}` : ''
  const { asked, name, address } = target
  return [
    `Nmap scan report for ${title(target)}`,
    `Host is up${reason}${ms === undefined ? '' : ` (${latency(ms)}s latency)`}.`,
    ...(asked !== undefined && name !== undefined && name !== asked ? [`rDNS record for ${address}: ${name}`] : []),
  ]
}

const tail = ({ life }: Scanned): string[] => (life.mac === undefined ? [] : [`MAC Address: ${life.mac} (Unknown)`])

/** What -sn says of a host. */
export const lifeLines = (scanned: Scanned, style: Style): string[] => [...head(scanned, style), ...tail(scanned)]

/** The table of a host's ports. nmap(1), "Port Scanning Basics" */
export function portLines(scanned: Scanned, style: Style): string[] {
  const all = [...scanned.answers]
  const of = (state: State): number => all.filter(([, answer]) => answer.state === state).length
  const hidden = (['filtered', 'closed'] as const)
    .filter((state) => of(state) > (style.onlyOpen ? 0 : MOST_LINES))
    .toSorted((a, b) => of(b) - of(a))
  const shown = all.filter(([, { state }]) => !hidden.some((each) => each === state))
  const told = hidden.map(
    (state) => `${of(state)} ${state} tcp ${of(state) === 1 ? 'port' : 'ports'} (${reasonOf(state, style)})`,
  )
  const lines = head(scanned, style)
  if (shown.length === 0)
    lines.push(
      `All ${plural(all.length, 'scanned port', 'scanned ports')} on ${title(scanned.target)} are in ignored states.`,
    )
  const quiet = told.length > 0 && (!style.onlyOpen || all.length > MOST_LINES)
  if (quiet) lines.push(`Not shown: ${told.join(', ')}`)
  if (shown.length > 0) lines.push(...(quiet ? [] : ['']), ...table(shown, scanned, style))
  return [...lines, ...tail(scanned), '']
}

function reasonOf(state: State, { raw }: Style): string {
  if (state === 'open') return 'syn-ack'
  return state === 'filtered' ? 'no-response' : raw ? 'reset' : 'conn-refused'
}

function table(shown: readonly (readonly [number, Answer])[], { versions }: Scanned, style: Style): string[] {
  const rows = shown.map(([port, { state }]) => {
    const [service, version] = versions.get(port) ?? [serviceName(port), '']
    const reason = `${reasonOf(state, style)}${style.raw && state !== 'filtered' ? ' ttl 64' : ''}`
    return [`${port}/tcp`, state, service, ...(style.reasons ? [reason] : []), ...(style.versions ? [version] : [])]
  })
  const names = [
    'PORT',
    'STATE',
    'SERVICE',
    ...(style.reasons ? ['REASON'] : []),
    ...(style.versions ? ['VERSION'] : []),
  ]
  const all = [names, ...rows]
  const widths = names.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd(),
  )
}

/** -oG: a line a host. */
export function grepableLines({ target, answers }: Scanned): string[] {
  const host = `Host: ${target.address} (${target.name ?? target.asked ?? ''})`
  const ports = [...answers].map(([port, { state }]) => `${port}/${state}/tcp//${serviceName(port)}///`)
  return [`${host}\tStatus: Up`, ...(ports.length ? [`${host}\tPorts: ${ports.join(', ')}`] : [])]
}
