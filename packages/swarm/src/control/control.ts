import type { Powers } from '../powers.ts'
import { createCluster, updateCluster } from './cluster.ts'
import { addNetwork, attachContainer, detachContainer, removeNetwork } from './networks.ts'
import { joinManagers, joinNode, noteCertified, removeNode, updateNode } from './nodes.ts'
import { createFile, removeFile, updateFile } from './secrets.ts'
import { createService, removeService, updateService } from './services.ts'

/** What may be asked of the leader; arguments and answers are JSON, so that other nodes can ask as well. */
export const CONTROL = {
  createService,
  updateService,
  removeService,
  createFile,
  updateFile,
  removeFile,
  joinNode,
  joinManagers,
  noteCertified,
  updateNode,
  removeNode,
  updateCluster,
  addNetwork,
  removeNetwork,
  attachContainer,
  detachContainer,
} as const

export type ControlMethod = keyof typeof CONTROL
export type ControlArgs<Method extends ControlMethod> = Parameters<(typeof CONTROL)[Method]>[1]
export type ControlResult<Method extends ControlMethod> = ReturnType<(typeof CONTROL)[Method]>

/** @throws SwarmError */
export function perform<Method extends ControlMethod>(
  powers: Powers,
  method: Method,
  args: ControlArgs<Method>,
): ControlResult<Method> {
  const action = CONTROL[method] as (powers: Powers, args: ControlArgs<Method>) => ControlResult<Method>
  return powers.store.batch(() => action(powers, args))
}

export { createCluster }
