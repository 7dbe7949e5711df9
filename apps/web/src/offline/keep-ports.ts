import type { HostView } from '@drydock/playground/rpc'
import type { PortBridges } from '../client/port-bridges.ts'

/** An address that was never visited cannot be opened without a network: these are the ones that people publish. */
const PORTS = [80, 8080, 3000, 5000] as const
/** Told to the browser's timeline when they are kept. */
export const PORTS_KEPT = 'drydock-ports-kept'

/**
 * Once the page itself is kept, visits the addresses of common ports of these hosts, so that a container started without a
 * network can be opened. Where ports have no addresses of their own the first one says so, and no other is tried.
 */
export async function keepPorts(bridges: PortBridges, sessionId: string, hosts: readonly HostView[]): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  await navigator.serviceWorker.ready
  if (!navigator.onLine) return
  for (const { name, address } of hosts) for (const port of PORTS) await bridges.keep(sessionId, name, address, port)
  performance.mark(PORTS_KEPT)
}
