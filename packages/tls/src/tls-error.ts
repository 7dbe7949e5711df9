import type { VerifyProblem } from './verify.ts'

/**
 * How a connection fails: the other side speaks something else (its first bytes are there), breaks off, sends an alert, is
 * not whom its certificate names, or does what RFC 8446 forbids.
 */
export type TlsFailure =
  | { readonly kind: 'no tls'; readonly first: Uint8Array }
  | { readonly kind: 'eof' }
  | { readonly kind: 'alert'; readonly alert: number }
  | { readonly kind: 'certificate'; readonly problem: VerifyProblem }
  | { readonly kind: 'protocol'; readonly alert: number; readonly reason: string }

export class TlsError extends Error {
  readonly failure: TlsFailure
  constructor(failure: TlsFailure) {
    super(messageOf(failure))
    this.failure = failure
  }
}

/** Alerts by number. RFC 8446 section 6. */
export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  badRecordMac: 20,
  handshakeFailure: 40,
  badCertificate: 42,
  unknownCa: 48,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  unrecognizedName: 112,
  certificateRequired: 116,
} as const

/** In the words of Go's crypto/tls. */
const ALERT_WORDS: ReadonlyMap<number, string> = new Map([
  [ALERT.unexpectedMessage, 'unexpected message'],
  [ALERT.badRecordMac, 'bad record MAC'],
  [ALERT.handshakeFailure, 'handshake failure'],
  [ALERT.badCertificate, 'bad certificate'],
  [ALERT.unknownCa, 'unknown certificate authority'],
  [ALERT.decodeError, 'error decoding message'],
  [ALERT.decryptError, 'error decrypting message'],
  [ALERT.protocolVersion, 'protocol version not supported'],
  [ALERT.unrecognizedName, 'unrecognized name'],
  [ALERT.certificateRequired, 'certificate required'],
])

function messageOf(failure: TlsFailure): string {
  if (failure.kind === 'no tls') return 'tls: first record does not look like a TLS handshake'
  if (failure.kind === 'eof') return 'EOF'
  if (failure.kind === 'alert')
    return `remote error: tls: ${ALERT_WORDS.get(failure.alert) ?? `alert(${failure.alert})`}`
  if (failure.kind === 'certificate') return `tls: failed to verify certificate: ${failure.problem.kind}`
  return `tls: ${failure.reason}`
}

export const protocolError = (alert: number, reason: string): TlsError =>
  new TlsError({ kind: 'protocol', alert, reason })
