import { useLayoutEffect, useSyncExternalStore } from 'react'
import type { SessionDoor } from '../client/session-door.ts'
import type { FirstScreen } from '../first-screen.ts'
import { useText } from '../messages/use-text.ts'
import { Notice } from './notice.tsx'
import { Workbench } from './workbench.tsx'

interface Props {
  readonly door: SessionDoor
  readonly first: FirstScreen | undefined
}

/** What the door shows: the session, or why it is not open here. */
export function App({ door, first }: Props) {
  const text = useText()
  const state = useSyncExternalStore(door.subscribe, door.snapshot)
  const opening = state.kind === 'opening'
  // The terminal has been moved out of the first frame by now: effects of children run before their parents'.
  useLayoutEffect(() => {
    if (!opening) document.getElementById('first-frame')?.remove()
  }, [opening])
  if (state.kind === 'open')
    return (
      <Workbench
        sessionId={door.sessionId}
        client={state.client}
        bridges={state.bridges}
        first={first}
        gifts={door.gifts}
      />
    )
  if (state.kind === 'elsewhere')
    return (
      <Notice title={text('elsewhereTitle')} action={text('elsewhereAction')} onAction={() => door.takeOver()}>
        {text('elsewhereText')}
      </Notice>
    )
  if (state.kind === 'taken')
    return (
      <Notice title={text('takenTitle')} action={text('takenAction')} onAction={() => location.reload()}>
        {text('takenText')}
      </Notice>
    )
  if (state.kind === 'broken')
    return (
      <Notice title={text('brokenTitle')} action={text('brokenAction')} onAction={() => location.reload()}>
        {state.reason}
      </Notice>
    )
  return <div className="opening" aria-busy="true" data-label={text('starting')} />
}
