/** What can be wrong with a request, as moby's errdefs names it; api/status.ts gives each kind its HTTP status. */
export type ProblemKind =
  | 'not modified'
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not found'
  | 'not acceptable'
  | 'conflict'
  | 'system'
  | 'not implemented'
  | 'unavailable'

/** A failed request: `message` goes to the user as it is. */
export class Problem extends Error {
  readonly kind: ProblemKind
  constructor(kind: ProblemKind, message: string) {
    super(message)
    this.name = 'Problem'
    this.kind = kind
  }
}

export const notFound = (message: string): Problem => new Problem('not found', message)
export const conflict = (message: string): Problem => new Problem('conflict', message)
export const invalid = (message: string): Problem => new Problem('invalid', message)
export const systemProblem = (message: string): Problem => new Problem('system', message)
export const noSuchContainer = (name: string): Problem => notFound(`No such container: ${name}`)
