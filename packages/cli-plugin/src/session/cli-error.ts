/** A failure with its exit status; `message` may be empty, then nothing is printed. */
export class CliError extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}
