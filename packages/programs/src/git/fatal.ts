/** Ends the command with a message and a status. */
export class Fatal extends Error {
  readonly status: number
  constructor(message: string, status = 128) {
    super(message)
    this.status = status
  }
}
