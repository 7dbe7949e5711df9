/** What can be wrong with a request, as containerd's errdefs names it. */
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

export const systemProblem = (message: string): Problem => new Problem('system', message)
