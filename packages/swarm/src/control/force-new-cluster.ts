import type { SwarmSpec } from '@drydock/docker-api'
import type { ClusterStore } from '../store/store.ts'
import { mergeSpec } from './cluster.ts'

interface Place {
  readonly address: string
  readonly managerAddr: string
  readonly dataPathAddr: string
}

/** `swarm init --force-new-cluster`: nodes, services and tasks stay as they are known, the other managers count no more. */
export function becomeOnlyManager(store: ClusterStore, nodeId: string, place: Place, spec: SwarmSpec): void {
  const { cluster } = store
  store.batch(() => {
    store.update('cluster', cluster.ID, { Spec: mergeSpec(cluster.Spec, spec) })
    for (const node of store.all('node')) {
      if (node.ID !== nodeId) {
        store.update('node', node.ID, { ManagerStatus: undefined })
        continue
      }
      const { address, managerAddr, dataPathAddr } = place
      store.update('node', node.ID, {
        Spec: { ...node.Spec, Role: 'manager' },
        Status: { ...node.Status, State: 'ready', Addr: address },
        ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: managerAddr },
        internal: { ...node.internal, managerAddr, dataPathAddr },
      })
    }
  })
}
