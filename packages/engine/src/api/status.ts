import { isErrno } from '@drydock/abi'
import { HttpError, type ServerResponse } from '@drydock/http'
import { TarError } from '@drydock/codec'
import { Problem, type ProblemKind } from '../problem.ts'
import { json } from './route.ts'

/** moby daemon/server/httpstatus. */
const STATUS: Readonly<Record<ProblemKind, number>> = {
  'not modified': 304,
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not found': 404,
  'not acceptable': 406,
  conflict: 409,
  system: 500,
  'not implemented': 501,
  unavailable: 503,
}

/** The answer to a request that failed; undefined for what is no failure of a request. */
export function failure(error: unknown): ServerResponse | undefined {
  if (error instanceof Problem)
    return error.kind === 'not modified' ? { status: 304 } : json({ message: error.message }, STATUS[error.kind])
  if (error instanceof HttpError) return json({ message: error.message }, error.status)
  if (error instanceof TarError) return json({ message: error.message }, 400)
  return isErrno(error) ? json({ message: lower(error.message) }, 500) : undefined
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
