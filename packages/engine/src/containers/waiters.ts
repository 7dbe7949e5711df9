export interface ExitResult {
  readonly code: number
  readonly error?: string
}

/** Those who wait for a container to stop or to go. */
export class Waiters {
  private exit: ((result: ExitResult) => void)[] = []
  private removal: ((result: ExitResult) => void)[] = []
  private last: ExitResult = { code: 0 }

  nextExit(): Promise<ExitResult> {
    return new Promise((resolve) => this.exit.push(resolve))
  }

  removed(): Promise<ExitResult> {
    return new Promise((resolve) => this.removal.push(resolve))
  }

  stopped(result: ExitResult): void {
    this.last = result
    for (const tell of this.exit.splice(0)) tell(result)
  }

  gone(): void {
    // Why a start failed is told by the start alone.
    for (const tell of this.removal.splice(0)) tell({ code: this.last.code })
    for (const tell of this.exit.splice(0)) tell(this.last)
  }
}
