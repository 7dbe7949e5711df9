import type { ConfigSpec, SecretSpec } from '@drydock/docker-api'
import { newId } from '../identity.ts'
import type { Powers } from '../powers.ts'
import { invalidArgument, SwarmError } from '../problem.ts'
import type { ServiceObject } from '../store/objects.ts'
import { requireVersion } from './versions.ts'

export type Kind = 'secret' | 'config'

const MOST_BYTES: Readonly<Record<Kind, number>> = { secret: 500 * 1024, config: 1000 * 1024 }
const MOST_NAME = 64

/** @throws SwarmError */
function check(kind: Kind, { Name, Data = '', ...rest }: SecretSpec | ConfigSpec): void {
  if (Name === '') throw invalidArgument('meta: name must be provided')
  if (Name.length > MOST_NAME || !/^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[A-Za-z0-9])?$/.test(Name))
    throw invalidArgument(
      'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]',
    )
  // Plugins of swarm, of which there are none, would be asked for it.
  if ('Driver' in rest && rest.Driver)
    throw new SwarmError('Unknown', `plugin ${JSON.stringify(rest.Driver.Name)} not found`)
  const bytes = Math.floor((Data.replace(/=+$/, '').length * 3) / 4)
  if (bytes === 0 && kind === 'secret')
    throw invalidArgument('secret data must be larger than 0 and less than 512000 bytes')
  if (bytes >= MOST_BYTES[kind])
    throw invalidArgument(`${kind} data must be larger than 0 and less than ${MOST_BYTES[kind]} bytes`)
}

/** @returns its id @throws SwarmError */
export function createFile({ store, entropy }: Powers, { kind, spec }: { kind: Kind; spec: SecretSpec }): string {
  check(kind, spec)
  if (store.all(kind).some(({ Spec }) => Spec.Name === spec.Name))
    throw new SwarmError('AlreadyExists', `${kind} ${spec.Name} already exists`)
  return store.create(kind, { ID: newId(entropy), Spec: spec }).ID
}

/** Only labels may change. @throws SwarmError */
export function updateFile(
  { store }: Powers,
  { kind, id, version, spec }: { kind: Kind; id: string; version: number; spec: SecretSpec },
): void {
  const found = store.get(kind, id)
  if (!found) throw new SwarmError('NotFound', `${kind} ${id} not found`)
  const { Name, Data } = found.Spec
  if (Name !== spec.Name || (spec.Data && spec.Data !== Data))
    throw invalidArgument(`only updates to Labels are allowed`)
  requireVersion(found, version)
  store.update(kind, id, { Spec: { ...found.Spec, Labels: spec.Labels ?? {} } })
}

/** @throws SwarmError while a service uses it */
export function removeFile({ store }: Powers, { kind, id }: { kind: Kind; id: string }): void {
  const found = store.get(kind, id)
  if (!found) throw new SwarmError('NotFound', `${kind} ${id} not found`)
  const users = store
    .all('service')
    .filter((service) => idsOf(service, kind).includes(id))
    .map(({ Spec }) => Spec.Name)
  if (users.length > 0)
    throw invalidArgument(
      `${kind} '${found.Spec.Name}' is in use by the following service${users.length > 1 ? 's' : ''}: ${users.join(', ')}`,
    )
  store.remove(kind, id)
}

function idsOf({ Spec }: ServiceObject, kind: Kind): string[] {
  const { Secrets, Configs } = Spec.TaskTemplate.ContainerSpec ?? {}
  return kind === 'secret'
    ? (Secrets ?? []).map(({ SecretID }) => SecretID)
    : (Configs ?? []).map(({ ConfigID }) => ConfigID)
}
