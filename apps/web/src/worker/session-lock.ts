/**
 * One worker at a time holds a session. The lock goes with the worker that took it, however that one ends. Web Locks API;
 * where the browser has none, every tab believes itself alone.
 *
 * @param wait for whoever has it now
 * @returns whether the session is this worker's; false when another has it and nobody waits
 */
export function acquireSession(sessionId: string, wait: boolean): Promise<boolean> {
  const { locks } = navigator
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve, reject) => {
    locks
      .request(`drydock/${sessionId}`, { ifAvailable: !wait }, (lock) => {
        resolve(lock !== null)
        return lock ? new Promise<never>(() => undefined) : undefined
      })
      .catch(reject)
  })
}
