import type { HostView, SessionView } from '@drydock/playground/rpc'
import { Tooltip } from 'radix-ui'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useHotkeys } from '../client/hotkeys.ts'
import { openInTab } from '../client/open-in-tab.ts'
import type { PortBridges } from '../client/port-bridges.ts'
import { hostInAddress, selectHostInAddress } from '../client/session-address.ts'
import type { SessionClient } from '../client/session-client.ts'
import type { SessionDoor } from '../client/session-door.ts'
import { useSessionView } from '../client/use-session.ts'
import { EnginesContext, EngineStores } from '../engine/engine-stores.ts'
import type { FirstScreen } from '../first-screen.ts'
import { LayoutContext, useLayout } from '../layout/layout-context.ts'
import { createLayoutStore } from '../layout/layout-store.ts'
import { useText } from '../messages/use-text.ts'
import { keepPorts } from '../offline/keep-ports.ts'
import { Terminals } from '../terminal/terminals.ts'
import { useTimeTravel } from '../timeline/use-time-travel.ts'
import { Dock } from './dock/dock.tsx'
import { Rail } from './dock/rail.tsx'
import { EmptyState } from './empty-state.tsx'
import { HostHeader } from './host/host-header.tsx'
import { HostPane } from './host/host-pane.tsx'
import { useToasts } from './kit/toasts.tsx'
import { Overlays, useOverlay } from './overlays.tsx'
import { Sidebar } from './sidebar/sidebar.tsx'
import { StorageBanner } from './storage-banner.tsx'
import { TerminalsContext } from './terminals/terminals-context.ts'
import styles from './workbench.module.css'

interface Props {
  readonly sessionId: string
  readonly client: SessionClient
  readonly bridges: PortBridges
  readonly first: FirstScreen | undefined
  readonly gifts: SessionDoor['gifts']
}

/** The session: instances on the left, the selected one's terminals, and a panel beside them. */
export function Workbench({ sessionId, client, bridges, first, gifts }: Props) {
  const view = useSessionView(client)
  const terminals = useMemo(() => (first?.client === client ? first.terminals : new Terminals(client)), [client])
  const engines = useMemo(() => new EngineStores(client), [client])
  const layout = useMemo(() => createLayoutStore(sessionId), [sessionId])
  useEffect(() => saveWhenHidden(client), [client])
  const hosts = view?.hosts.map(({ name }) => name).join()
  useEffect(() => {
    if (view) keepPorts(bridges, sessionId, view.hosts).catch(() => undefined)
  }, [bridges, sessionId, hosts])
  useEffect(() => {
    if (!view) return
    makeBridges(bridges, sessionId, view.hosts)
    engines.keepOnly(view.hosts.map(({ name }) => name))
  }, [view])
  if (!view) return null
  return (
    <EnginesContext value={engines}>
      <LayoutContext value={layout}>
        <TerminalsContext value={terminals}>
          <Tooltip.Provider delayDuration={400}>
            <Frame view={view} client={client} bridges={bridges} gifts={gifts} />
          </Tooltip.Provider>
        </TerminalsContext>
      </LayoutContext>
    </EnginesContext>
  )
}

function Frame({ view, client, bridges, gifts }: Pick<Props, 'client' | 'bridges' | 'gifts'> & { view: SessionView }) {
  const [selected, setSelected] = useState(hostInAddress)
  const [word, setWord] = useState<string>()
  const current = view.hosts.find(({ name }) => name === selected) ?? view.hosts[0]
  const overlay = useOverlay(gifts.shared === undefined ? undefined : 'received')
  useTemplate(client, gifts.template, current?.name)
  useTitle(current)
  useErrands(setSelected)
  // Always the same functions: parts of the page are drawn again when what they are given is another.
  const newest = useRef({ hosts: view.hosts, current })
  newest.current = { hosts: view.hosts, current }
  const addHost = useCallback(async (): Promise<void> => setSelected((await client.api.addHost()).name), [client])
  const openPort = useCallback(
    (port: number, name?: string): void => {
      const { hosts, current } = newest.current
      const host = hosts.find((each) => each.name === name) ?? current
      if (host) openInTab(bridges, view.id, host, port).catch((error: Error) => setWord(error.message))
    },
    [bridges, view.id],
  )
  const selectHost = useCallback(
    (index: number): void => setSelected((before) => newest.current.hosts[index]?.name ?? before),
    [],
  )
  const readWord = useCallback(() => setWord(undefined), [])
  const travel = useTimeTravel(client)
  useHotkeys({ overlay, addHost, travel, selectHost })
  return (
    <div className={styles.workbench}>
      <Sidebar
        sessionId={view.id}
        createdMs={view.createdMs}
        hosts={view.hosts}
        client={client}
        overlay={overlay}
        selected={current?.name}
        onSelect={setSelected}
        onAdd={addHost}
      />
      <div className={styles.stage}>
        {current && <CurrentHeader host={current} sessionId={view.id} client={client} onOpen={openPort} />}
        <StorageBanner client={client} />
        <div className={styles.deck} data-split>
          <main className={styles.hosts} data-region data-tour="terminals">
            {view.hosts.map((host) => (
              <HostPane
                key={host.name}
                host={host}
                client={client}
                visible={host === current}
                word={host === current ? word : undefined}
                onWordRead={readWord}
              />
            ))}
            {view.hosts.length === 0 && <EmptyState onAdd={addHost} />}
          </main>
          {current && <Dock view={view} host={current} client={client} bridges={bridges} onOpenPort={openPort} />}
        </div>
      </div>
      <Rail overlay={overlay} />
      <Overlays
        overlay={overlay}
        shared={gifts.shared}
        travel={travel}
        view={view}
        client={client}
        host={current}
        onSelect={setSelected}
        onAdd={addHost}
        onOpenPort={openPort}
      />
    </div>
  )
}

interface HeaderProps {
  readonly host: HostView
  readonly sessionId: string
  readonly client: SessionClient
  readonly onOpen: (port: number) => void
}

function CurrentHeader({ host, sessionId, client, onOpen }: HeaderProps) {
  const text = useText()
  const say = useToasts((state) => state.say)
  const remove = useCallback(async (): Promise<void> => {
    await client.api.deleteHost(host.name)
    const undo = client.snapshot()?.moments.at(-1)?.id
    say({ tone: 'good', text: text('hostDeleted', { host: host.name }), undo })
  }, [client, host.name, say, text])
  return <HostHeader client={client} sessionId={sessionId} host={host} onOpen={onOpen} onDelete={remove} />
}

/** A new session that is to begin with something. */
function useTemplate(client: SessionClient, name: string | undefined, host: string | undefined): void {
  const runInTerminal = useLayout((layout) => layout.runInTerminal)
  const begun = useRef(false)
  useEffect(() => {
    if (!name || !host || begun.current) return
    begun.current = true
    void import('../templates/start-template.ts')
      .then(({ prepareTemplate }) => prepareTemplate(client, host, name))
      .then((command) => command && runInTerminal(host, command))
  }, [name, host])
}

/** Whoever asks for a command in a terminal wants to see it. */
function useErrands(select: (host: string) => void): void {
  const host = useLayout((layout) => layout.errands.at(-1)?.host)
  useEffect(() => {
    if (host !== undefined) select(host)
  }, [host])
}

function useTitle(host: HostView | undefined): void {
  useEffect(() => {
    if (host) selectHostInAddress(host.name)
    document.title = host ? `${host.name} · Drydock` : 'Drydock'
  }, [host?.name])
}

/** A page that goes out of sight may be on its way out. */
function saveWhenHidden(client: SessionClient): () => void {
  const save = (): void => void (document.visibilityState === 'hidden' && client.api.flush())
  document.addEventListener('visibilitychange', save)
  return () => document.removeEventListener('visibilitychange', save)
}

function makeBridges(bridges: PortBridges, sessionId: string, hosts: readonly HostView[]): void {
  for (const host of hosts)
    for (const { port, protocol } of host.ports)
      if (protocol === 'tcp') bridges.ensure(sessionId, host.name, host.address, port).catch(() => undefined)
}
