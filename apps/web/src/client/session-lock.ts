/**
 * One tab at a time holds a session. A second tab may ask for it: the holder saves, lets go and says so on its screen.
 * Web Locks API; where the browser has none, every tab believes itself alone.
 */
export interface SessionLock {
  release(): void
}

const lockName = (sessionId: string): string => `drydock/${sessionId}`
const channelName = (sessionId: string): string => `drydock-take-over/${sessionId}`

/** @returns undefined when another tab holds the session */
export function acquireSession(sessionId: string, wait: boolean): Promise<SessionLock | undefined> {
  if (!navigator.locks) return Promise.resolve({ release() {} })
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(sessionId), { ifAvailable: !wait }, (lock) => {
        if (!lock) return void resolve(undefined)
        return new Promise<void>((release) => resolve({ release }))
      })
      .catch(reject)
  })
}

/** Asks the holder to save and let go, then waits for the lock. */
export function takeOverSession(sessionId: string): Promise<SessionLock | undefined> {
  const channel = new BroadcastChannel(channelName(sessionId))
  channel.postMessage('take-over')
  channel.close()
  return acquireSession(sessionId, true)
}

/** Calls `letGo` when another tab takes the session over. @returns stops listening */
export function onTakeOver(sessionId: string, letGo: () => void): () => void {
  const channel = new BroadcastChannel(channelName(sessionId))
  channel.onmessage = letGo
  return () => channel.close()
}
