import type { DockerClient } from '@drydock/docker-api'
import { useCallback, useState } from 'react'
import { useToasts } from '../components/kit/toasts.tsx'
import { useEngineStore } from './engine-stores.ts'

export interface EngineTask {
  /** What one would type for it. */
  readonly command: string
  /** Said when it is done. */
  readonly done: string
  run(client: DockerClient): Promise<unknown>
}

/** Runs calls on the host's engine; says how they ended, with the command that would have done the same. */
export function useEngineTask(host: string): { busy: boolean; perform(task: EngineTask): Promise<boolean> } {
  const store = useEngineStore(host)
  const say = useToasts((state) => state.say)
  const [busy, setBusy] = useState(false)
  const perform = useCallback(
    async ({ command, done, run }: EngineTask): Promise<boolean> => {
      setBusy(true)
      try {
        const undo = await store.mark(command)
        await run(await store.client())
        say({ tone: 'good', text: done, command, undo })
        return true
      } catch (error) {
        say({ tone: 'danger', text: error instanceof Error ? error.message : String(error), command })
        return false
      } finally {
        setBusy(false)
      }
    },
    [store],
  )
  return { busy, perform }
}
