import { ECONNREFUSED, inet, isErrno, type Sys } from '@drydock/abi'
import { dial, readTextFile } from '@drydock/libc'

export type State = 'open' | 'closed' | 'filtered'
export interface Answer {
  readonly state: State
  readonly ms: number
}
export interface Life {
  readonly up: boolean
  /** How long it took to hear of it; absent where nothing was asked. */
  readonly ms?: number
  readonly mac?: string
}

const WAIT_MS = 1000
/** How many ports are asked at once. */
const AT_ONCE = 64

/** A connection that is made and closed again; what does not answer stands behind a filter. connect(2) */
export async function ask(sys: Sys, address: string, port: number): Promise<Answer> {
  const before = sys.clock.monotonic()
  const after = (state: State): Answer => ({ state, ms: sys.clock.monotonic() - before })
  try {
    ;(await dial(sys, inet(address, port), WAIT_MS)).close()
    return after('open')
  } catch (error) {
    if (!isErrno(error)) throw error
    return after(error === ECONNREFUSED ? 'closed' : 'filtered')
  }
}

export async function askAll(sys: Sys, address: string, ports: readonly number[]): Promise<Map<number, Answer>> {
  const answers = new Map<number, Answer>()
  for (let at = 0; at < ports.length; at += AT_ONCE) {
    const some = ports.slice(at, at + AT_ONCE)
    const found = await Promise.all(some.map((port) => ask(sys, address, port)))
    some.forEach((port, i) => answers.set(port, found[i] ?? { state: 'filtered', ms: 0 }))
  }
  return answers
}

/** A host is up that answers at a port of the web, or at all on its link. arp(7) */
export async function look(sys: Sys, address: string): Promise<Life> {
  if (address.startsWith('127.')) return { up: true }
  const answers = await Promise.all([443, 80].map((port) => ask(sys, address, port)))
  const mac = await macOf(sys, address)
  const heard = answers.filter(({ state }) => state !== 'filtered').map(({ ms }) => ms)
  if (heard.length === 0 && mac === undefined) return { up: false }
  return { up: true, ms: Math.min(...(heard.length ? heard : [0])), ...(mac !== undefined && { mac }) }
}

async function macOf(sys: Sys, address: string): Promise<string | undefined> {
  const table = await readTextFile(sys, '/proc/net/arp').catch(() => '')
  const row = table
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find(([ip, , flags]) => ip === address && flags === '0x2')
  return row?.[3]?.toUpperCase()
}
