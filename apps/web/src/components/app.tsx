import { useEffect, useRef, useState } from 'react'
import { PortBridges } from '../client/port-bridges.ts'
import { sessionInAddress } from '../client/session-address.ts'
import { SessionClient } from '../client/session-client.ts'
import { acquireSession, onTakeOver, type SessionLock, takeOverSession } from '../client/session-lock.ts'
import { Notice } from './notice.tsx'
import { Workbench } from './workbench.tsx'

type Stage =
  | { kind: 'opening' }
  | { kind: 'open'; client: SessionClient; bridges: PortBridges }
  | { kind: 'elsewhere' }
  | { kind: 'taken' }
  | { kind: 'broken'; reason: string }

/** Opens the session that the address names, unless another tab has it. */
export function App() {
  const [{ id: sessionId, fresh }] = useState(sessionInAddress)
  const [stage, setStage] = useState<Stage>({ kind: 'opening' })
  const started = useRef(false)

  const openWith = async (lock: SessionLock | undefined): Promise<void> => {
    if (!lock) return setStage({ kind: 'elsewhere' })
    const client = new SessionClient()
    const bridges = new PortBridges(client)
    const stop = onTakeOver(sessionId, () => {
      stop()
      void letGo(client, bridges, lock).then(() => setStage({ kind: 'taken' }))
    })
    await client.open(sessionId)
    // Whoever comes for the first time finds a prompt, not a form.
    if (fresh) await client.api.addHost()
    setStage({ kind: 'open', client, bridges })
  }
  const guard = (opening: Promise<void>): void => {
    opening.catch((error: unknown) => setStage({ kind: 'broken', reason: String(error) }))
  }

  useEffect(() => {
    if (started.current) return
    started.current = true
    guard(acquireSession(sessionId, false).then(openWith))
  })

  if (stage.kind === 'open') return <Workbench sessionId={sessionId} client={stage.client} bridges={stage.bridges} />
  if (stage.kind === 'elsewhere')
    return (
      <Notice
        title="This session is open in another tab"
        action="Use it here"
        onAction={() => guard(takeOverSession(sessionId).then(openWith))}
      >
        Two tabs on one session would overwrite each other. The other tab saves everything before it lets go.
      </Notice>
    )
  if (stage.kind === 'taken')
    return (
      <Notice title="Another tab has taken over this session" action="Take it back" onAction={() => location.reload()}>
        Everything was saved before the hand-over.
      </Notice>
    )
  if (stage.kind === 'broken')
    return (
      <Notice title="The playground could not start" action="Try again" onAction={() => location.reload()}>
        {stage.reason}
      </Notice>
    )
  return <div className="opening" aria-busy="true" />
}

async function letGo(client: SessionClient, bridges: PortBridges, lock: SessionLock): Promise<void> {
  await client.api.flush()
  client.dispose()
  bridges.dispose()
  lock.release()
}
