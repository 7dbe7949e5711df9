import type { Address } from './address.ts'

/** One side of a conversation: an address and a port. */
export interface Endpoint {
  readonly address: Address
  readonly port: number
  /** Of an address that is good on one link only: the index of the interface. RFC 4007 */
  readonly scope?: number
}

export const endpointOf = (address: Address, port: number, scope: number | undefined): Endpoint =>
  scope === undefined ? { address, port } : { address, port, scope }

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
