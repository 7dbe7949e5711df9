import type { DockerClient } from '@drydock/docker-api'
import { useEffect, useState } from 'react'
import type { EngineStore } from './engine-store.ts'
import { useEngines } from './engine-stores.ts'

const EVERY_MS = 1000
/** More are not asked each second. */
const MOST_WATCHED = 24

/** Packets that a container sent and received in the last second. */
export interface Flow {
  readonly sent: number
  readonly received: number
}

/** Running containers that sent or received anything in the last second, by id. */
export function useTraffic(stores: readonly EngineStore[]): ReadonlyMap<string, Flow> {
  const views = useEngines(stores)
  const [traffic, setTraffic] = useState<ReadonlyMap<string, Flow>>(new Map())
  const watched = views
    .flatMap(({ containers }, index) =>
      containers.filter(({ State }) => State === 'running').map(({ Id }) => ({ id: Id, store: stores[index] })),
    )
    .slice(0, MOST_WATCHED)
  useEffect(() => {
    const before = new Map<string, Flow>()
    const read = async (): Promise<void> => {
      const flows = await Promise.all(
        watched.map(async ({ id, store }) => {
          const now = store && (await countersOf(await store.client(), id))
          const known = before.get(id)
          if (now) before.set(id, now)
          if (!now || !known) return []
          const flow = { sent: now.sent - known.sent, received: now.received - known.received }
          return isNoise(flow) ? [] : [[id, flow] as const]
        }),
      )
      const moved = flows.flat()
      setTraffic((shown) => (shown.size + moved.length === 0 ? shown : new Map(moved)))
    }
    const timer = setInterval(() => void read().catch(() => undefined), EVERY_MS)
    return () => clearInterval(timer)
  }, [stores, watched.map(({ id }) => id).join()])
  return traffic
}

/** Somebody asks the whole network for an address: a packet that everybody hears and nobody need answer. */
const isNoise = ({ sent, received }: Flow): boolean => sent === 0 && received < 2

async function countersOf(client: DockerClient, id: string): Promise<Flow | undefined> {
  for await (const { networks } of client.containers.stats(id, { stream: false, oneShot: true })) {
    const all = Object.values(networks ?? {})
    return {
      sent: all.reduce((sum, { tx_packets }) => sum + tx_packets, 0),
      received: all.reduce((sum, { rx_packets }) => sum + rx_packets, 0),
    }
  }
  return undefined
}
