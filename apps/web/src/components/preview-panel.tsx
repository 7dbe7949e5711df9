import { useEffect, useState } from 'react'
import type { HostView } from '@drydock/playground/rpc'
import { portOrigin } from '../client/session-address.ts'
import type { PortBridges } from '../client/port-bridges.ts'
import { CloseIcon, OutIcon, ReloadIcon } from './icons.tsx'
import type { SessionClient } from '../client/session-client.ts'

interface Props {
  sessionId: string
  host: HostView
  port: number
  client: SessionClient
  bridges: PortBridges
  onClose: () => void
}

/** A port's page beside the terminal, on the port's own origin. */
export function PreviewPanel({ sessionId, host, port, client, bridges, onClose }: Props) {
  const [ready, setReady] = useState(false)
  const [reason, setReason] = useState<string>()
  const [turn, setTurn] = useState(0)
  const origin = portOrigin(host.address, sessionId, port)

  useEffect(() => {
    bridges.ensure(sessionId, host.name, host.address, port).then(
      () => setReady(true),
      (error: unknown) => setReason(String(error)),
    )
    void client.api.diagnose(host.name, port).then(({ reachable, reason }) => setReason(reachable ? undefined : reason))
  }, [port, turn])

  return (
    <aside className="preview" aria-label={`Port ${port}`}>
      <header>
        <span className="address">{origin}/</span>
        <button type="button" aria-label="Reload the preview" onClick={() => setTurn(turn + 1)}>
          <ReloadIcon />
        </button>
        <a href={`${origin}/`} target="_blank" rel="noreferrer" aria-label="Open in a new tab">
          <OutIcon />
        </a>
        <button type="button" aria-label="Close the preview" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {reason && <p className="banner">{reason}</p>}
      {ready && <iframe key={turn} title={`Port ${port} of ${host.name}`} src={`${origin}/`} />}
    </aside>
  )
}
