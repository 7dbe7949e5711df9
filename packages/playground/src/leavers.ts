/** What is to be done when a page lets go of a connection, by the name of the lock that it holds meanwhile. */
export class Leavers {
  private readonly actions = new Map<string, () => void>()

  /** @returns forgets it: the connection is at its end */
  note(held: string | undefined, leave: () => void): () => void {
    if (held === undefined) return () => undefined
    this.actions.set(held, leave)
    return () => {
      if (this.actions.get(held) === leave) this.actions.delete(held)
    }
  }

  left(held: string): void {
    this.actions.get(held)?.()
    this.actions.delete(held)
  }
}
