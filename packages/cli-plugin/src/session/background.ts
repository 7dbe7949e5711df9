/**
 * Lets `work` go on unwatched. Its failures are dropped: the engine's do not matter to whoever started it, and the value
 * that unwinds a dying process reaches main by itself.
 */
export function inBackground(work: Promise<unknown>): void {
  work.then(undefined, () => {})
}
