/** The engine refused; `message` is its own. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Nobody answers at the engine's address. */
export class ConnectionError extends Error {
  readonly host: string
  constructor(host: string) {
    super(`Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`)
    this.host = host
  }
}

/** There is no way to the engine's address; thrown by whoever dials, told with the request that wanted to go there. */
export class UnreachableError extends Error {}

/** The engine would not turn the connection into a stream. */
export class HijackError extends Error {}

/** The engine was there, but broke off or spoke no HTTP. */
export class BrokenAnswerError extends Error {}

export const isNotFound = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 404
