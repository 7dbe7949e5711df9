import type { ServerResponse } from '@drydock/http'

export type Fields = readonly (readonly [string, string])[]

export const jsonAnswer = (status: number, value: unknown, headers: Fields = []): ServerResponse => ({
  status,
  headers: [['Content-Type', 'application/json'], ...headers],
  body: `${JSON.stringify(value)}\n`,
})

/** Codes of errors with their status. distribution, docs/spec/api.md, "Errors". */
const ERRORS = {
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [403, 'requested access to the resource is denied'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  NAME_INVALID: [400, 'invalid repository name'],
  TAG_INVALID: [400, 'manifest tag did not match URI'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  BLOB_UPLOAD_INVALID: [404, 'blob upload invalid'],
  RANGE_INVALID: [416, 'invalid content range'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  UNSUPPORTED: [405, 'The operation is unsupported.'],
} as const satisfies Record<string, readonly [number, string]>
export type ErrorCode = keyof typeof ERRORS

export interface ErrorWords {
  readonly detail?: unknown
  readonly headers?: Fields
  /** In place of the code's own. */
  readonly message?: string
  readonly status?: number
}

export function errorAnswer(code: ErrorCode, words: ErrorWords = {}): ServerResponse {
  const [status, usual] = ERRORS[code]
  const error = {
    code,
    message: words.message ?? usual,
    ...(words.detail !== undefined && { detail: words.detail }),
  }
  return jsonAnswer(words.status ?? status, { errors: [error] }, words.headers)
}
