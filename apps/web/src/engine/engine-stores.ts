import { createContext, useContext, useMemo, useSyncExternalStore } from 'react'
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

function useStores(): EngineStores {
  const stores = useContext(EnginesContext)
  if (!stores) throw new Error('no engines around this component')
  return stores
}

export function useEngineStore(host: string): EngineStore {
  return useStores().of(host)
}

/** Of several hosts at once; the same list as long as none of them changes. */
export function useEngineStoresOf(hosts: readonly string[]): readonly EngineStore[] {
  const stores = useStores()
  const names = hosts.join()
  return useMemo(() => hosts.map((host) => stores.of(host)), [stores, names])
}

/** What these engines hold now; the same list as long as it is the same. */
export function useEngines(stores: readonly EngineStore[]): readonly EngineView[] {
  const { subscribe, snapshot } = useMemo(() => {
    let last: readonly EngineView[] = []
    return {
      subscribe: (listener: () => void) => {
        const ends = stores.map((store) => store.subscribe(listener))
        return () => ends.forEach((end) => end())
      },
      snapshot: () => {
        const now = stores.map((store) => store.snapshot())
        if (now.length !== last.length || now.some((view, index) => view !== last[index])) last = now
        return last
      },
    }
  }, [stores])
  return useSyncExternalStore(subscribe, snapshot)
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
