/** One side of a conversation: an address (32 bits) and a port. */
export interface Endpoint {
  readonly address: number
  readonly port: number
}

export const SHUTDOWN_READ = 1
export const SHUTDOWN_WRITE = 2

/** What poll(2) asks. */
export interface Readiness {
  readonly readable: boolean
  readonly writable: boolean
  /** Both ways are closed. */
  readonly hangup: boolean
  readonly error: boolean
}

/** Sockets here never block: they throw EAGAIN, and call `onChange` when trying again may help. */
export interface Socket {
  onChange: () => void
  readiness(): Readiness
  close(): void
}
