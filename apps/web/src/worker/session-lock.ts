/** A page that is being left lets go of its session this soon, in milliseconds; its successor may be there before. */
const LEAVING_MS = 300

/**
 * One worker at a time holds a session. The lock goes with the worker that took it, however that one ends. Web Locks API;
 * where the browser has none, every tab believes itself alone.
 *
 * @param wait for whoever has it now, as long as it takes
 * @returns whether the session is this worker's; false when another has it and nobody waits
 */
export function acquireSession(sessionId: string, wait: boolean): Promise<boolean> {
  const { locks } = navigator
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve, reject) => {
    locks
      .request(`drydock/${sessionId}`, wait ? {} : { signal: AbortSignal.timeout(LEAVING_MS) }, () => {
        resolve(true)
        return new Promise<never>(() => undefined)
      })
      .catch((error: unknown) => (error instanceof DOMException && !wait ? resolve(false) : reject(error)))
  })
}
