/** A message that breaks HTTP's grammar or our limits; `status` is what a server answers to it. RFC 9110 section 15. */
export class HttpError extends Error {
  readonly status: number
  /** The first line of the request that it is about, where one came. */
  requestLine: string | undefined
  constructor(status: number, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
  }
}
