/**
 * Takes a lock that this page has while a connection of its own is open. However the page ends, the browser gives the
 * lock back that instant, and the bridge, which waits for it, knows. https://www.w3.org/TR/web-locks/
 * @param taken called with the lock's name as soon as it is held
 * @returns gives the lock back
 */
export function hold(name: string, taken: (name: string) => void): () => void {
  let release = (): void => undefined
  const until = new Promise<void>((done) => (release = done))
  void navigator.locks.request(name, () => {
    taken(name)
    return until
  })
  return release
}

/** @returns a name that no other connection has */
export const newHold = (): string => `drydock-held-${crypto.randomUUID()}`

/** Says something to the Service Worker, which hands it on to the bridge. */
export function tellBridge(message: object, transfer: Transferable[] = []): void {
  void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(message, transfer))
}
