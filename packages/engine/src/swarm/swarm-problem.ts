import { SwarmError, type SwarmCode } from '@drydock/swarm'
import { Problem, type ProblemKind } from '../problem.ts'

/** moby daemon/server/httpstatus, statusCodeFromGRPCError. */
const KINDS: Readonly<Record<SwarmCode, ProblemKind>> = {
  InvalidArgument: 'invalid',
  NotFound: 'not found',
  AlreadyExists: 'conflict',
  FailedPrecondition: 'invalid',
  Unimplemented: 'not implemented',
  Unavailable: 'unavailable',
  Unauthenticated: 'unauthorized',
  Unknown: 'system',
}

/** What a manager refuses, as the API tells it. */
export function swarmProblem(error: unknown): unknown {
  if (!(error instanceof SwarmError)) return error
  return new Problem(KINDS[error.code], `rpc error: code = ${error.code} desc = ${error.message}`)
}
