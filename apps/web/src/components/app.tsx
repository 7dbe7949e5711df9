import { useSyncExternalStore } from 'react'
import type { SessionDoor } from '../client/session-door.ts'
import { Notice } from './notice.tsx'
import { Workbench } from './workbench.tsx'

/** What the door shows: the session, or why it is not open here. */
export function App({ door }: { door: SessionDoor }) {
  const state = useSyncExternalStore(door.subscribe, door.snapshot)
  if (state.kind === 'open')
    return <Workbench sessionId={door.sessionId} client={state.client} bridges={state.bridges} />
  if (state.kind === 'elsewhere')
    return (
      <Notice title="This session is open in another tab" action="Use it here" onAction={() => door.takeOver()}>
        Two tabs on one session would overwrite each other. The other tab saves everything before it lets go.
      </Notice>
    )
  if (state.kind === 'taken')
    return (
      <Notice title="Another tab has taken over this session" action="Take it back" onAction={() => location.reload()}>
        Everything was saved before the hand-over.
      </Notice>
    )
  if (state.kind === 'broken')
    return (
      <Notice title="The playground could not start" action="Try again" onAction={() => location.reload()}>
        {state.reason}
      </Notice>
    )
  return <div className="opening" aria-busy="true" />
}
