import type { ServerResponse } from '@drydock/http'

export const jsonAnswer = (
  status: number,
  value: unknown,
  headers: readonly (readonly [string, string])[] = [],
): ServerResponse => ({
  status,
  headers: [['Content-Type', 'application/json'], ...headers],
  body: `${JSON.stringify(value)}\n`,
})

/** Codes of errors with their status. distribution, docs/spec/api.md, "Errors". */
const ERRORS = {
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [401, 'requested access to the resource is denied'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  NAME_INVALID: [400, 'invalid repository name'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  BLOB_UPLOAD_INVALID: [416, 'blob upload invalid'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  UNSUPPORTED: [405, 'The operation is unsupported.'],
} as const satisfies Record<string, readonly [number, string]>
export type ErrorCode = keyof typeof ERRORS

export function errorAnswer(
  code: ErrorCode,
  detail: unknown = null,
  headers: readonly (readonly [string, string])[] = [],
): ServerResponse {
  const [status, message] = ERRORS[code]
  return jsonAnswer(status, { errors: [{ code, message, detail }] }, headers)
}
