import type { SwarmObject } from '@drydock/docker-api'
import { SwarmError } from '../problem.ts'

export const NAME_CONFLICT = 'name conflicts with an existing object'

/** Who changes an object has to know it as it is. @throws SwarmError */
export function requireVersion({ Version }: SwarmObject, version: number): void {
  if (Version.Index !== version) throw new SwarmError('Unknown', 'update out of sequence')
}
