import { type Host, isEndOfProgram, Session, type SessionView } from '@drydock/playground'
import { FolderBlockStore } from './folder-block-store.ts'
import { MemoryBlockStore } from './memory-block-store.ts'
import { nodeForeignHost } from './foreign-host.ts'
import { nodeClock, nodeEntropy } from './powers.ts'

const SESSION = 'local'

/** A killed program's loose ends must not end the command; whatever else nobody handled still does. */
function passRejection(reason: unknown): void {
  if (!isEndOfProgram(reason)) throw reason
}

/** A session with one host, new or as it was left in `folder`. */
export async function openHost(
  folder: string | undefined,
  onChange: (view: SessionView) => void = () => undefined,
): Promise<{ session: Session; host: Host }> {
  if (!process.listeners('unhandledRejection').includes(passRejection)) process.on('unhandledRejection', passRejection)
  const store = folder === undefined ? new MemoryBlockStore() : new FolderBlockStore(folder)
  const session = await Session.open({
    id: SESSION,
    clock: nodeClock,
    entropy: nodeEntropy,
    foreign: nodeForeignHost,
    store,
    onChange,
  })
  if (session.view().hosts.length === 0) await session.addHost()
  const [first] = session.view().hosts
  if (!first) throw new Error('the session has no host')
  return { session, host: session.host(first.name) }
}
