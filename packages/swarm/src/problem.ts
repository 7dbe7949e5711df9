/** Status codes of gRPC, which swarm's managers answer with. */
export type SwarmCode =
  | 'InvalidArgument'
  | 'NotFound'
  | 'AlreadyExists'
  | 'FailedPrecondition'
  | 'Unimplemented'
  | 'Unavailable'
  | 'Unauthenticated'
  | 'Unknown'

/** A request that the cluster refuses. */
export class SwarmError extends Error {
  readonly code: SwarmCode
  constructor(code: SwarmCode, message: string) {
    super(message)
    this.name = 'SwarmError'
    this.code = code
  }
}

export const invalidArgument = (message: string): SwarmError => new SwarmError('InvalidArgument', message)
export const failedPrecondition = (message: string): SwarmError => new SwarmError('FailedPrecondition', message)
