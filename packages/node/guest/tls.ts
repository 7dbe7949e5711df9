import { nodeError } from './errors.ts'
import { Socket } from './net.ts'

const missing = (): never => {
  throw nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'TLS is not available in this node')
}

/** node's tls, for the packages that load it and mostly need it not: there are no encrypted connections. */
export const tls = {
  TLSSocket: class TLSSocket extends Socket {
    readonly encrypted = true
  },
  connect: missing,
  createServer: missing,
  createSecureContext: missing,
  checkServerIdentity: missing,
  rootCertificates: [],
  DEFAULT_MIN_VERSION: 'TLSv1.2',
  DEFAULT_MAX_VERSION: 'TLSv1.3',
}
