/** A command of the Dockerfile that failed; `code` is its exit status. */
export class BuildExit extends Error {
  readonly code: number
  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}
