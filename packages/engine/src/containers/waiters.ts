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

  /** It did not start: whoever asked for that is told so, and nobody else. */
  failed(code: number): void {
    this.last = { code }
  }

  stopped(result: ExitResult): void {
    this.last = result
    for (const tell of this.exit.splice(0)) tell(result)
  }

  gone(): void {
    for (const tell of this.removal.splice(0)) tell(this.last)
    for (const tell of this.exit.splice(0)) tell(this.last)
  }
}
