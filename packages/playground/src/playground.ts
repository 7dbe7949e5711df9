import type { BlockStore, Clock, Entropy, ForeignHost } from '@drydock/abi'
import type { PlaygroundApi, SessionSummary, SessionView } from './rpc.ts'
import { Session } from './session.ts'
import { readSessionRecord } from './session-record.ts'
import { deleteBelow, SESSIONS, sessionKey, sessionPrefixes } from './store-keys.ts'

export interface OpenedStore {
  readonly store: BlockStore
  /** Why nothing is kept beyond the tab, where that is so. */
  readonly unavailable?: string
}

export interface PlaygroundOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign?: ForeignHost
  readonly openStore: () => Promise<OpenedStore>
  /** For what cannot be read in the store that there is: keeps nothing. */
  readonly openMemory: () => BlockStore
  readonly onChange: (view: SessionView) => void
}

/** The control calls of a page, on one session at a time. */
export function createPlayground(options: PlaygroundOptions): PlaygroundApi {
  const opened = options.openStore()
  let current: Session | undefined

  const session = (): Session => {
    if (!current) throw new Error('no session is open')
    return current
  }
  const openFrom = (id: string, { store, unavailable }: OpenedStore): Promise<Session> =>
    Session.open({
      id,
      clock: options.clock,
      entropy: options.entropy,
      foreign: options.foreign,
      store,
      unavailable,
      onChange: options.onChange,
    })

  return {
    async sessions() {
      const { store } = await opened
      return (await store.load(SESSIONS)).flatMap(([, value]) => summary(value)).sort((a, b) => b.usedMs - a.usedMs)
    },
    async open(id) {
      current?.dispose()
      const kept = await opened
      try {
        current = await openFrom(id, kept)
      } catch (error) {
        // What is kept stays as it is, for a version that can read it; this tab goes on without.
        const reason = `what is kept of this session cannot be read (${error instanceof Error ? error.message : String(error)})`
        current = await openFrom(id, { store: options.openMemory(), unavailable: reason })
      }
      return current.view()
    },
    addHost: () => session().addHost(),
    deleteHost: (name) => session().deleteHost(name),
    async deleteSession(id) {
      const { store } = await opened
      if (current?.view().id === id) {
        current.dispose()
        current = undefined
      }
      await store.commit({ puts: new Map(), deletes: [sessionKey(id)] })
      await deleteBelow(store, sessionPrefixes(id))
    },
    flush: async () => current?.flush(),
    openTerminal: (host, terminal, size, port) => session().host(host).openTerminal(terminal, size, port),
    keepScreen: async (host, terminal, text) => session().host(host).keepScreen(terminal, text),
    screen: async (host, terminal) => session().host(host).screen(terminal),
    bridge: async (host, port, endpoint) => session().gateway.serve(session().host(host), port, endpoint),
    diagnose: (host, port) => session().gateway.diagnose(session().host(host), port),
  }
}

function summary(value: unknown): SessionSummary[] {
  const record = readSessionRecord(value)
  if (!record) return []
  return [
    { id: record.id, createdMs: record.createdMs, usedMs: record.usedMs, hosts: record.hosts.map(({ name }) => name) },
  ]
}
