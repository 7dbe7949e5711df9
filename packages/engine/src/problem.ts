import { Problem } from '@drydock/distribution'

/** api/status.ts gives each kind its HTTP status. */
export { Problem, type ProblemKind, systemProblem } from '@drydock/distribution'

export const notFound = (message: string): Problem => new Problem('not found', message)
export const conflict = (message: string): Problem => new Problem('conflict', message)
export const invalid = (message: string): Problem => new Problem('invalid', message)
export const noSuchContainer = (name: string): Problem => notFound(`No such container: ${name}`)
