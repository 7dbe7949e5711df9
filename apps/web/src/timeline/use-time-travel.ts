import type { Moment } from '@drydock/playground/rpc'
import { useContext, useMemo } from 'react'
import type { SessionClient } from '../client/session-client.ts'
import { useToasts } from '../components/kit/toasts.tsx'
import { EnginesContext } from '../engine/engine-stores.ts'
import { useText } from '../messages/use-text.ts'
import { nextRedo, nextUndo } from './moments.ts'

export interface TimeTravel {
  goBack(moment: Moment): Promise<void>
  undo(): void
  redo(): void
}

/** The way back through the session's moments, and what is said of it. */
export function useTimeTravel(client: SessionClient): TimeTravel {
  const text = useText()
  const engines = useContext(EnginesContext)
  const say = useToasts((state) => state.say)
  return useMemo(() => {
    const goBack = async (moment: Moment): Promise<void> => {
      try {
        await client.api.goBack(moment.id)
        engines?.reconnect()
        const said = moment.kind === 'return' ? 'wentForward' : 'wentBack'
        say({ tone: 'good', text: text(said, { command: moment.command }) })
      } catch (error) {
        say({ tone: 'danger', text: error instanceof Error ? error.message : String(error) })
      }
    }
    // Whoever is quick takes back what the session's view does not tell of yet.
    const to = async (find: (moments: readonly Moment[]) => Moment | undefined): Promise<void> => {
      const moment = find(await client.api.moments())
      if (moment) await goBack(moment)
      else say({ tone: 'danger', text: text('nothingToUndo') })
    }
    return { goBack, undo: () => void to(nextUndo), redo: () => void to(nextRedo) }
  }, [client, engines, text])
}
