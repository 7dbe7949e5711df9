import type { ServiceSpec } from '@drydock/docker-api'
import { checkPortConflicts } from '../allocator/ports.ts'
import { newId } from '../identity.ts'
import { isJob, modeOf } from '../orchestrator/mode.ts'
import type { Powers } from '../powers.ts'
import { failedPrecondition, SwarmError } from '../problem.ts'
import { timestamp } from '../store/store.ts'
import { checkService } from './check-service.ts'
import { NAME_CONFLICT, requireVersion } from './versions.ts'

/** @param auth credentials for the image, as X-Registry-Auth has them */
export interface ServiceWish {
  readonly spec: ServiceSpec
  readonly auth?: string
}

/** @returns its id @throws SwarmError */
export function createService({ store, clock, entropy }: Powers, { spec, auth }: ServiceWish): string {
  checkService(store, spec)
  checkPortConflicts(store, spec)
  if (store.all('service').some(({ Spec }) => Spec.Name === spec.Name))
    throw new SwarmError('AlreadyExists', `${NAME_CONFLICT}: service ${spec.Name} already exists`)
  const { ID } = store.create('service', {
    ID: newId(entropy),
    Spec: withMode(spec),
    SpecVersion: { Index: 0 },
    ...(auth ? { registryAuth: auth } : {}),
    ...(isJob(spec) ? { JobStatus: { JobIteration: { Index: 0 }, LastExecution: timestamp(clock) } } : {}),
  })
  return ID
}

/** A service that says nothing of it has one task. */
const withMode = (spec: ServiceSpec): ServiceSpec => {
  if (!spec.Mode || Object.keys(spec.Mode).length === 0) return { ...spec, Mode: { Replicated: { Replicas: 1 } } }
  const { Replicated } = spec.Mode
  return Replicated && Replicated.Replicas === undefined ? { ...spec, Mode: { Replicated: { Replicas: 1 } } } : spec
}

export interface ServiceUpdate {
  readonly id: string
  readonly version: number
  readonly spec: ServiceSpec
  readonly rollback: boolean
  readonly auth?: string
  /** Without new credentials: whose are to be used. */
  readonly authFrom?: 'spec' | 'previous-spec'
}

/** @throws SwarmError */
export function updateService({ store, clock }: Powers, update: ServiceUpdate): void {
  const { id, version, spec, rollback } = update
  checkService(store, spec)
  const service = store.get('service', id)
  if (!service) throw new SwarmError('NotFound', `service ${id} not found`)
  checkPortConflicts(store, spec, id)
  if (modeOf(service.Spec) !== modeOf(withMode(spec)))
    throw new SwarmError('Unimplemented', 'service mode change is not allowed')
  if (service.Spec.Name !== spec.Name) throw new SwarmError('Unimplemented', 'renaming services is not supported')
  requireVersion(service, version)
  const { JobStatus } = service
  const again = JobStatus
    ? {
        JobStatus: {
          JobIteration: { Index: (JobStatus.JobIteration.Index ?? 0) + 1 },
          LastExecution: timestamp(clock),
        },
      }
    : {}
  const { registryAuth } = service
  if (!rollback) {
    const { Spec: PreviousSpec, SpecVersion: PreviousSpecVersion } = service
    const SpecVersion = { Index: version }
    store.update('service', id, {
      ...{ Spec: withMode(spec), SpecVersion, PreviousSpec, PreviousSpecVersion, UpdateStatus: null },
      registryAuth: update.auth ?? (update.authFrom === 'previous-spec' ? service.previousRegistryAuth : registryAuth),
      previousRegistryAuth: registryAuth,
      ...again,
    })
    return
  }
  if (!service.PreviousSpec) throw failedPrecondition(`service ${id} does not have a previous spec`)
  store.update('service', id, {
    Spec: service.PreviousSpec,
    SpecVersion: service.PreviousSpecVersion ?? {},
    PreviousSpec: service.Spec,
    PreviousSpecVersion: service.SpecVersion,
    registryAuth: service.previousRegistryAuth,
    previousRegistryAuth: registryAuth,
    UpdateStatus: { State: 'rollback_started', StartedAt: timestamp(clock), Message: 'manually requested rollback' },
    ...again,
  })
}

export function removeService({ store }: Powers, { id }: { id: string }): void {
  if (!store.get('service', id)) throw new SwarmError('NotFound', `service ${id} not found`)
  store.remove('service', id)
}
