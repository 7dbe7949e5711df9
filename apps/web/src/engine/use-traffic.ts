import type { ContainerSummary } from '@drydock/docker-api'
import { useEffect, useState } from 'react'
import { useEngineStore } from './engine-stores.ts'

const EVERY_MS = 1000
/** More are not asked each second. */
const MOST_WATCHED = 24

/** Running containers that sent or received anything in the last second, by id. */
export function useTraffic(host: string, containers: readonly ContainerSummary[]): ReadonlySet<string> {
  const store = useEngineStore(host)
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())
  const running = containers.filter(({ State }) => State === 'running').slice(0, MOST_WATCHED)
  const ids = running.map(({ Id }) => Id).join()
  useEffect(() => {
    const before = new Map<string, number>()
    const read = async (): Promise<void> => {
      const client = await store.client()
      const moved = await Promise.all(
        ids
          .split(',')
          .filter(Boolean)
          .map(async (id) => {
            for await (const { networks } of client.containers.stats(id, { stream: false, oneShot: true })) {
              const packets = Object.values(networks ?? {}).reduce((sum, n) => sum + n.rx_packets + n.tx_packets, 0)
              const known = before.get(id)
              before.set(id, packets)
              return known !== undefined && packets > known ? [id] : []
            }
            return []
          }),
      )
      setBusy(new Set(moved.flat()))
    }
    const timer = setInterval(() => void read().catch(() => undefined), EVERY_MS)
    return () => clearInterval(timer)
  }, [store, ids])
  return busy
}
