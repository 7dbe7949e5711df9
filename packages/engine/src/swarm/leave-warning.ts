import { type ClusterStore, managersOf } from '@drydock/swarm'

const LAST_MANAGER =
  'You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. '

/** What keeps a manager from leaving unless it is forced. moby daemon/cluster/swarm.go */
export function leaveWarning(store: ClusterStore): string {
  const managers = managersOf(store)
  if (managers.length === 1) return LAST_MANAGER
  const reachable = managers.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable').length
  const head = 'You are attempting to leave the swarm on a node that is participating as a manager. '
  if (reachable - 1 > managers.length / 2)
    return `${head}The only way to restore a swarm that has lost consensus is to reinitialize it with \`--force-new-cluster\`. Use \`--force\` to suppress this message. `
  return `${head}Removing this node leaves ${managers.length - 1} managers out of ${managers.length}. Without a Raft quorum your swarm will be inaccessible. The only way to restore a swarm that has lost consensus is to reinitialize it with \`--force-new-cluster\`. Use \`--force\` to suppress this message. `
}
