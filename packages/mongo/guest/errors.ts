import type { Document } from 'bson'

/** The server said no. */
export class MongoServerError extends Error {
  readonly code: number | undefined
  readonly codeName: string | undefined
  readonly errorResponse: Document

  constructor(answer: Document) {
    super(String(answer.errmsg ?? answer.message ?? 'n/a'))
    this.name = 'MongoServerError'
    this.code = answer.code as number | undefined
    this.codeName = answer.codeName as string | undefined
    this.errorResponse = answer
  }
}

/** Nobody answers any more. */
export class MongoNetworkError extends Error {
  override readonly name = 'MongoNetworkError'
}

/** A call that makes no sense as it is written. */
export class MongoshInvalidInputError extends Error {
  override readonly name = 'MongoshInvalidInputError'
  /** @param code  as in the shell's own list of errors */
  constructor(message: string, code = 'COMMON-10001') {
    super(`[${code}] ${message}`)
  }
}

/** Some of many writes failed. */
export class MongoBulkWriteError extends Error {
  override readonly name = 'MongoBulkWriteError'
  readonly code: number
  readonly writeErrors: readonly Document[]
  readonly result: Document

  constructor(writeErrors: readonly Document[], result: Document) {
    super(String(writeErrors[0]?.errmsg))
    this.code = Number(writeErrors[0]?.code)
    this.writeErrors = writeErrors
    this.result = result
  }
}
