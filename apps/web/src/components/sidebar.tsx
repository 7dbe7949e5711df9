import { useEffect, useState } from 'react'
import type { SessionSummary, SessionView } from '@drydock/playground/rpc'
import { newSessionId } from '../client/session-address.ts'
import type { SessionClient } from '../client/session-client.ts'
import { ConfirmButton } from './confirm-button.tsx'
import { SessionClock } from './session-clock.tsx'

const MOST_HOSTS = 10

interface Props {
  view: SessionView
  client: SessionClient
  selected: string | undefined
  onSelect: (name: string) => void
  onAdd: () => Promise<void>
}

/** Session clock, CLOSE SESSION, ADD NEW INSTANCE and the hosts, as Play with Docker had them. */
export function Sidebar({ view, client, selected, onSelect, onAdd }: Props) {
  const [adding, setAdding] = useState(false)
  const add = async (): Promise<void> => {
    setAdding(true)
    await onAdd().finally(() => setAdding(false))
  }
  const close = async (): Promise<void> => {
    await client.api.deleteSession(view.id)
    location.href = location.pathname
  }
  return (
    <aside className="sidebar">
      <header>
        <span className="brand">
          <img src="./favicon.svg" alt="" width="18" height="18" /> Drydock
        </span>
        <SessionClock since={view.createdMs} />
      </header>
      <ConfirmButton
        className="button danger"
        label="Close session"
        question="Delete all of it?"
        onConfirm={() => void close()}
      />
      <h2>Instances</h2>
      <button
        type="button"
        className="button add"
        disabled={adding || view.hosts.length >= MOST_HOSTS}
        onClick={() => void add()}
      >
        + Add new instance
      </button>
      <nav aria-label="Instances">
        {view.hosts.map((host) => (
          <button
            type="button"
            key={host.name}
            className="instance"
            aria-current={host.name === selected}
            onClick={() => onSelect(host.name)}
          >
            <b>{host.address}</b>
            <span>{host.name}</span>
          </button>
        ))}
      </nav>
      <Sessions client={client} current={view.id} />
    </aside>
  )
}

function Sessions({ client, current }: { client: SessionClient; current: string }) {
  const [sessions, setSessions] = useState<readonly SessionSummary[]>([])
  useEffect(() => void client.api.sessions().then(setSessions), [client])
  return (
    <details className="sessions">
      <summary>Sessions</summary>
      {sessions
        .filter(({ id }) => id !== current)
        .map(({ id, hosts, usedMs }) => (
          <a key={id} href={`?session=${id}`}>
            {id}{' '}
            <small>
              {hosts.length} instances, {new Date(usedMs).toLocaleDateString()}
            </small>
          </a>
        ))}
      <a href={`?session=${newSessionId()}`}>New session</a>
    </details>
  )
}
