import { useEffect, useState, useSyncExternalStore } from 'react'
import type { HostView } from '@drydock/playground/rpc'
import type { PortBridges } from '../client/port-bridges.ts'
import { hostInAddress, selectHostInAddress } from '../client/session-address.ts'
import type { SessionClient } from '../client/session-client.ts'
import { EmptyState } from './empty-state.tsx'
import { HostPane } from './host-pane.tsx'
import { Sidebar } from './sidebar.tsx'
import { StorageBanner } from './storage-banner.tsx'

interface Props {
  sessionId: string
  client: SessionClient
  bridges: PortBridges
}

/** The session: hosts on the left, the selected one in the rest. Terminals of the others stay alive, hidden. */
export function Workbench({ sessionId, client, bridges }: Props) {
  const view = useSyncExternalStore(client.subscribe, client.snapshot)
  const [selected, setSelected] = useState(hostInAddress)
  const hosts = view?.hosts ?? []
  const current = hosts.find((host) => host.name === selected) ?? hosts[0]

  useEffect(() => {
    if (current) selectHostInAddress(current.name)
    document.title = current ? `${current.name} · Drydock` : 'Drydock'
  }, [current?.name])
  useEffect(() => saveWhenHidden(client), [client])
  useEffect(() => makeBridges(bridges, sessionId, hosts), [view])

  const addHost = async (): Promise<void> => setSelected((await client.api.addHost()).name)
  if (!view) return null
  return (
    <div className="workbench">
      <Sidebar view={view} client={client} selected={current?.name} onSelect={setSelected} onAdd={addHost} />
      <main className="stage">
        <StorageBanner storage={view.storage} />
        {hosts.map((host) => (
          <HostPane
            key={host.name}
            sessionId={sessionId}
            host={host}
            client={client}
            bridges={bridges}
            visible={host === current}
          />
        ))}
        {hosts.length === 0 && <EmptyState onAdd={addHost} />}
      </main>
    </div>
  )
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
