import { useState } from 'react'
import type { HostView } from '@drydock/playground/rpc'
import { portOrigin } from '../client/session-address.ts'
import type { PortBridges } from '../client/port-bridges.ts'
import type { SessionClient } from '../client/session-client.ts'
import type { Hint } from '../hints/rules.ts'
import { HostCard } from './host-card.tsx'
import { CloseIcon } from './icons.tsx'
import { PreviewPanel } from './preview-panel.tsx'
import { TerminalView } from './terminal-view.tsx'

interface Props {
  sessionId: string
  host: HostView
  client: SessionClient
  bridges: PortBridges
  visible: boolean
}

/** One host: its card, its terminal, and the preview of a port beside it. */
export function HostPane({ sessionId, host, client, bridges, visible }: Props) {
  const [preview, setPreview] = useState<number>()
  const [hint, setHint] = useState<Hint>()
  const openInTab = async (port: number): Promise<void> => {
    const tab = window.open('about:blank', '_blank')
    const failure = await bridges.ensure(sessionId, host.name, host.address, port).then(
      () => undefined,
      (error: Error) => error,
    )
    if (failure) {
      tab?.close()
      return setHint({ text: failure.message })
    }
    if (tab) tab.location.href = `${portOrigin(host.address, sessionId, port)}/`
  }
  return (
    <section className="host" hidden={!visible} aria-label={host.name}>
      <HostCard
        sessionId={sessionId}
        host={host}
        onOpen={(port) => void openInTab(port)}
        onPreview={setPreview}
        onDelete={() => void client.api.deleteHost(host.name)}
      />
      <div className="panes">
        <div className="terminal-column">
          <TerminalView client={client} host={host.name} visible={visible} onHint={setHint} />
          {hint && (
            <p className="hint" role="status">
              {hint.text} {hint.command && <code>{hint.command}</code>}
              <button type="button" aria-label="Dismiss" onClick={() => setHint(undefined)}>
                <CloseIcon />
              </button>
            </p>
          )}
        </div>
        {preview !== undefined && (
          <PreviewPanel
            key={preview}
            sessionId={sessionId}
            host={host}
            port={preview}
            client={client}
            bridges={bridges}
            onClose={() => setPreview(undefined)}
          />
        )}
      </div>
    </section>
  )
}
