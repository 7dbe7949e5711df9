import { createContext, useContext, useSyncExternalStore } from 'react'
import type { SessionClient } from '../client/session-client.ts'
import { EngineStore, type EngineView, NOTHING } from './engine-store.ts'

/** One store for each host of the session, made when first asked for. */
export class EngineStores {
  private readonly session: SessionClient
  private readonly stores = new Map<string, EngineStore>()

  constructor(session: SessionClient) {
    this.session = session
  }

  of(host: string): EngineStore {
    let store = this.stores.get(host)
    if (!store) {
      store = new EngineStore(this.session, host)
      this.stores.set(host, store)
    }
    return store
  }

  reconnect(): void {
    for (const store of this.stores.values()) store.reconnect()
  }

  /** Lets go of hosts that are no more. */
  keepOnly(hosts: readonly string[]): void {
    for (const [host, store] of this.stores) {
      if (hosts.includes(host)) continue
      store.dispose()
      this.stores.delete(host)
    }
  }
}

export const EnginesContext = createContext<EngineStores | undefined>(undefined)

export function useEngineStore(host: string): EngineStore {
  const stores = useContext(EnginesContext)
  if (!stores) throw new Error('no engines around this component')
  return stores.of(host)
}

/** What the host's engine holds now. */
export function useEngine(host: string): EngineView {
  const store = useEngineStore(host)
  return useSyncExternalStore(store.subscribe, store.snapshot)
}

/** As useEngine, where there may be no host at all. */
export function useEngineOrNothing(host: string): EngineView {
  const stores = useContext(EnginesContext)
  const store = host === '' ? undefined : stores?.of(host)
  return useSyncExternalStore(store?.subscribe ?? nobody, store?.snapshot ?? nothing)
}

const nobody = (): (() => void) => () => undefined
const nothing = (): EngineView => NOTHING
