import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NetworkRecord } from '../networks/network-record.ts'
import { Problem } from '../problem.ts'

export const isTask = ({ record }: Container): boolean =>
  record.Config.Labels?.['com.docker.swarm.task.id'] !== undefined

/** Containers that are no tasks ask the swarm for their addresses. @throws Problem forbidden where only tasks may be */
export async function attachToSwarm(parts: DaemonParts, container: Container): Promise<void> {
  if (isTask(container)) return
  for (const name of Object.keys(container.record.Networks)) {
    const network = parts.networks.store.byName(name)
    if (network?.driver === 'overlay') await attachToNetwork(parts, container, network)
  }
}

export async function attachToNetwork(parts: DaemonParts, container: Container, network: NetworkRecord): Promise<void> {
  if (!network.attachable)
    throw new Problem(
      'forbidden',
      `Could not attach to network ${network.name}: rpc error: code = PermissionDenied desc = network ${network.name} not manually attachable`,
    )
  const record = container.record.Networks[network.name] ?? {}
  const wish = record.IPAMConfig?.IPv4Address
  const address = await parts.swarm.attach({
    networkId: network.id,
    containerId: container.id,
    containerName: container.name,
    names: [container.name, container.id.slice(0, 12), ...(record.Aliases ?? [])],
    ...(wish ? { address: wish } : {}),
  })
  parts.networks.grant(container.id, network.id, address)
  await parts.swarm.networkReady(network.id)
}
