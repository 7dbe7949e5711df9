import type { ServiceSpec } from '@drydock/docker-api'

export type Mode = 'replicated' | 'global' | 'replicated-job' | 'global-job'

export function modeOf({ Mode }: Pick<ServiceSpec, 'Mode'>): Mode {
  if (Mode?.Global) return 'global'
  if (Mode?.ReplicatedJob) return 'replicated-job'
  return Mode?.GlobalJob ? 'global-job' : 'replicated'
}

export const isJob = (spec: Pick<ServiceSpec, 'Mode'>): boolean => modeOf(spec).endsWith('-job')
export const isGlobal = (spec: Pick<ServiceSpec, 'Mode'>): boolean => modeOf(spec).startsWith('global')

/** How many tasks are to be there; of a global service the orchestrator knows. */
export const replicasOf = ({ Mode }: Pick<ServiceSpec, 'Mode'>): number => Mode?.Replicated?.Replicas ?? 1
