import type { TaskStatus } from '@drydock/docker-api'
import { type ControlArgs, type ControlMethod, type NodeObject, SPEC_DEFAULTS, SwarmError } from '@drydock/swarm'
import type { Manager } from './manager.ts'
import type { RpcConnection } from './rpc.ts'

interface Proof {
  readonly nodeId: string
  readonly secret: string
}

/** @throws SwarmError for a node that was removed, or never was */
function requireNode({ store }: Manager, { nodeId, secret }: Proof): NodeObject {
  const node = store.get('node', nodeId)
  if (!node || node.internal.secret !== secret)
    throw new SwarmError('InvalidArgument', 'node is not part of the swarm any more')
  return node
}

/** @returns the certificate; undefined in a swarm without an authority. Whoever asks is known to be that node. */
export async function certify(
  manager: Manager,
  nodeId: string,
  role: 'manager' | 'worker',
  request: string,
): Promise<string | undefined> {
  const { ID, Spec, internal } = manager.store.cluster
  if (!internal.root) return undefined
  const { signRequest } = await import('./certificates.ts')
  const validMs = (Spec.CAConfig?.NodeCertExpiry || SPEC_DEFAULTS.CAConfig.NodeCertExpiry) / 1e6
  const { clock, entropy } = manager.sys
  const subject = { nodeId, clusterId: ID, role, validMs }
  const signed = await signRequest(internal.root, request, subject, clock.now(), (length) => entropy.bytes(length))
  if (signed !== undefined) manager.perform('noteCertified', { id: nodeId })
  return signed
}

type Answer = (manager: Manager, params: never, from: RpcConnection) => unknown

/** What others ask of the leader. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  join: (manager, params: ControlArgs<'joinNode'>) => manager.perform('joinNode', params),
  control: (manager, { method, args }: { method: ControlMethod; args: never }) => manager.change(method, args),
  session(manager, params: Proof & { description: NodeObject['Description'] }, from) {
    const node = requireNode(manager, params)
    const { TLSInfo } = node.Description
    manager.store.update('node', node.ID, { Description: { ...params.description, ...(TLSInfo ? { TLSInfo } : {}) } })
    const close = manager.leader?.dispatcher.open(node.ID, (assignments) => {
      void from.call('assign', assignments).catch(() => undefined)
    })
    from.onClose(() => close?.())
    return null
  },
  joinManagers(manager, proof: Proof) {
    const { ID, Spec } = requireNode(manager, proof)
    if (Spec.Role === 'manager') manager.perform('joinManagers', { id: ID })
  },
  authority: ({ store }) => store.cluster.internal.root?.certificate,
  async certify(manager, { request, ...proof }: Proof & { request: string }) {
    const { ID, Spec } = requireNode(manager, proof)
    return certify(manager, ID, Spec.Role ?? 'worker', request)
  },
  heartbeat: ({ leader }, { nodeId }: Proof) => leader?.dispatcher.heartbeat(nodeId),
  report: ({ leader }, { nodeId, statuses }: Proof & { statuses: [string, TaskStatus][] }) =>
    leader?.report(nodeId, statuses),
  leave(manager, proof: Proof) {
    const node = requireNode(manager, proof)
    manager.store.update('node', node.ID, { Status: { ...node.Status, State: 'down' } })
  },
}
