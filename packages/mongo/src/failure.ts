import type { Document } from './wire/message.ts'

/** Codes of errors, as `codeName` has them. mongo: src/mongo/base/error_codes.yml */
const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  UserNotFound: 11,
  UnsupportedFormat: 12,
  Unauthorized: 13,
  TypeMismatch: 14,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  RoleNotFound: 31,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  NoReplicationEnabled: 76,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NotYetInitialized: 94,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  CommandNotSupportedOnView: 166,
  NoSuchTransaction: 251,
  AlreadyInitialized: 23,
  DuplicateKey: 11000,
} as const

export type FailureName = keyof typeof CODES

/** An answer with `ok: 0`. */
export class Failure extends Error {
  readonly code: number
  readonly codeName: string
  /** What the answer has besides. */
  readonly more: Document

  /** @param kind a number where the error has no name: it is called after it */
  constructor(kind: FailureName | number, message: string, more: Document = {}) {
    super(message)
    this.code = typeof kind === 'number' ? kind : CODES[kind]
    this.codeName = typeof kind === 'number' ? `Location${kind}` : kind
    this.more = more
  }
}
