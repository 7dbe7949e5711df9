import type { BlockStore, Clock, Entropy, ForeignHost } from '@drydock/abi'
import type { Host } from './host.ts'
import type { FilesApi, HostView, PlaygroundApi, SessionState, SessionSummary } from './rpc.ts'
import { Session } from './session.ts'
import { readSessionRecord } from './session-record.ts'
import { deleteBelow, pastPrefixes, SESSIONS, sessionKey, sessionPrefixes } from './store-keys.ts'

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
  /** Makes the session this playground's alone. @returns whether it is; false when another has it and nobody waits */
  readonly acquire: (id: string, wait: boolean) => Promise<boolean>
  readonly onChange: (state: SessionState) => void
}

/** After the first prompt, and before somebody has typed a command that needs more than the shell. */
const PREFETCH_MS = 1500

/** The control calls of a page, on one session at a time. */
export function createPlayground(options: PlaygroundOptions): PlaygroundApi {
  const opened = options.openStore()
  /** The session that is open or being opened: calls that follow wait for it. */
  let current: Promise<Session | undefined> | undefined

  const openFrom = (id: string, { store, unavailable }: OpenedStore): Promise<Session> => {
    const { clock, entropy, foreign, onChange } = options
    return Session.open({ id, clock, entropy, foreign, store, unavailable, onChange })
  }
  const open = async (id: string, wait: boolean): Promise<Session | undefined> => {
    const [kept, ours] = await Promise.all([opened, options.acquire(id, wait)])
    if (!ours) return undefined
    try {
      return await openFrom(id, kept)
    } catch (error) {
      // What is kept stays as it is, for a version that can read it; this tab goes on without.
      const reason = `what is kept of this session cannot be read (${error instanceof Error ? error.message : String(error)})`
      return openFrom(id, { store: options.openMemory(), unavailable: reason })
    }
  }
  /** Hosts that are being added: whoever asks for a host by name waits for them. */
  let adding: Promise<unknown> = Promise.resolve()
  const session = async (): Promise<Session> => {
    const opened = await current
    if (!opened) throw new Error('no session is open')
    return opened
  }
  const host = async (name: string): Promise<Host> => {
    await adding
    return (await session()).host(name)
  }
  const files = async (name: string): Promise<FilesApi> => (await host(name)).files()
  /** Files that are about to be changed from the page. */
  const marked = async (host: string, command: string): Promise<FilesApi> => {
    const there = await files(host)
    ;(await session()).mark({ kind: 'edit', host, command })
    return there
  }
  const leave = async (): Promise<void> => {
    const leaving = current
    current = undefined
    ;(await leaving)?.dispose()
  }

  const enter = async (id: string, wait: boolean): Promise<Session | undefined> => {
    const left = leave()
    current = left.then(() => open(id, wait))
    const opening = current
    const opened = await opening
    if (!opened) return undefined
    options.clock.after(PREFETCH_MS, () => {
      if (current !== opening) return
      opened.touch()
      void opened.prefetch()
    })
    return opened
  }
  const addHost = (): Promise<HostView> => {
    const added = session().then((opened) => opened.addHost())
    adding = Promise.allSettled([adding, added])
    return added
  }

  return {
    async sessions() {
      const { store } = await opened
      return (await store.load(SESSIONS)).flatMap(([, value]) => summary(value)).sort((a, b) => b.usedMs - a.usedMs)
    },
    open: async (id, wait) => (await enter(id, wait))?.view(),
    async openNew(id) {
      const [opened] = await Promise.all([enter(id, true), addHost()])
      return opened?.view()
    },
    addHost,
    deleteHost: async (name) => (await session()).deleteHost(name),
    async deleteSession(id) {
      const { store } = await opened
      if ((await current)?.view().id === id) await leave()
      await store.commit({ puts: new Map(), deletes: [sessionKey(id)] })
      await deleteBelow(store, [...sessionPrefixes(id), ...pastPrefixes(id)])
    },
    async exportSession() {
      const [{ store }, open] = await Promise.all([opened, session()])
      await open.flush()
      return (await import('./session-file.ts')).exportSession(store, open.view().id)
    },
    async importSession(file, id) {
      const { store } = await opened
      await (await import('./session-file.ts')).importSession(store, file, id, options.clock.now())
    },
    flush: async () => (await current)?.flush(),
    openTerminal: async (name, terminal, size, port) => (await host(name)).openTerminal(terminal, size, port),
    closeTerminal: async (name, terminal) => (await host(name)).closeTerminal(terminal),
    keepScreen: async (name, terminal, text) => (await host(name)).keepScreen(terminal, text),
    mark: async (host, command) => (await session()).mark({ kind: 'click', host, command }),
    moments: async () => (await session()).moments(),
    goBack: async (moment) => (await session()).goBack(moment),
    workingDirectory: async (name, terminal) => (await host(name)).workingDirectory(terminal),
    dialEngine: async (name, endpoint) => (await host(name)).serveEngine(endpoint),
    listFiles: async (name, path) => (await files(name)).list(path),
    readFile: async (name, path, max) => (await files(name)).read(path, max),
    writeFile: async (name, path, bytes) => (await marked(name, `edit ${path}`)).write(path, bytes),
    makeDirectory: async (name, path) => (await marked(name, `mkdir ${path}`)).mkdir(path),
    renameFile: async (name, from, to) => (await marked(name, `mv ${from} ${to}`)).rename(from, to),
    removeFile: async (name, path) => (await marked(name, `rm -r ${path}`)).remove(path),
    removeMarked: async (name, paths) => {
      const there = await files(name)
      for (const path of paths) await there.remove(path)
    },
    checkCompose: async (name, path) => (await import('./host-errands.ts')).checkCompose(await host(name), path),
    packDirectory: async (name, path) => (await import('./host-errands.ts')).packDirectory(await host(name), path),
    bridge: async (name, port, endpoint) => (await host(name), await session()).bridge(name, port, endpoint),
    diagnose: async (name, port) => (await session()).gateway.diagnose(await host(name), port),
  }
}

function summary(value: unknown): SessionSummary[] {
  const record = readSessionRecord(value)
  if (!record) return []
  return [
    { id: record.id, createdMs: record.createdMs, usedMs: record.usedMs, hosts: record.hosts.map(({ name }) => name) },
  ]
}
