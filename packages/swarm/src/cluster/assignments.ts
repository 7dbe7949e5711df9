import type { Config, PortConfig, Secret } from '@drydock/docker-api'
import { bare } from '../allocator/address.ts'
import { addressOn, isOn, networksOf } from '../allocator/allocator.ts'
import { isIngress } from '../allocator/ports.ts'
import { isWanted, type NetworkObject, rank, type ServiceObject, type TaskObject } from '../store/objects.ts'
import { managersOf } from '../control/nodes.ts'
import type { ClusterStore } from '../store/store.ts'

/** A network as a node has to build it. */
export interface AssignedNetwork {
  readonly network: NetworkObject
  /** The node's own address there, with its prefix length. */
  readonly balancer: string | undefined
  /** Hosts that have an end of it. */
  readonly peers: readonly { readonly name: string; readonly address: string }[]
  /** What names stand for. */
  readonly names: readonly (readonly [name: string, addresses: readonly string[]])[]
  /** Virtual addresses and who is behind them. */
  readonly virtual: readonly { readonly address: string; readonly targets: readonly string[] }[]
  /** Of the ingress: what is published on every node, and who answers. */
  readonly ports: readonly { readonly port: PortConfig; readonly targets: readonly string[] }[]
}

/** Everything that a node is to do. */
export interface Assignments {
  readonly tasks: readonly TaskObject[]
  readonly secrets: readonly Secret[]
  readonly configs: readonly Config[]
  readonly networks: readonly AssignedNetwork[]
  readonly managers: readonly { readonly NodeID: string; readonly Addr: string }[]
  readonly role: 'manager' | 'worker'
  /** PEM of the authority that is to certify the node. */
  readonly root?: string
}

export function assignmentsOf(store: ClusterStore, nodeId: string): Assignments {
  const { root } = store.cluster.internal
  const tasks = store
    .all('task')
    .filter((task) => task.NodeID === nodeId && rank(task.Status.State) >= rank('assigned'))
  const secrets = new Set(
    tasks.flatMap(({ Spec }) => (Spec.ContainerSpec?.Secrets ?? []).map(({ SecretID }) => SecretID)),
  )
  const configs = new Set(
    tasks.flatMap(({ Spec }) => (Spec.ContainerSpec?.Configs ?? []).map(({ ConfigID }) => ConfigID)),
  )
  return {
    tasks,
    secrets: store.all('secret').filter(({ ID }) => secrets.has(ID)),
    configs: store.all('config').filter(({ ID }) => configs.has(ID)),
    networks: store.all('network').map((network) => assignNetwork(store, network, nodeId)),
    managers: managersOf(store).map(({ ID, internal }) => ({ NodeID: ID, Addr: internal.managerAddr })),
    role: store.get('node', nodeId)?.Spec.Role ?? 'worker',
    ...(root ? { root: root.certificate } : {}),
  }
}

function assignNetwork(store: ClusterStore, network: NetworkObject, nodeId: string): AssignedNetwork {
  const services = store.all('service').filter((service) => isServiceOn(service, network))
  const answering = (service: ServiceObject): string[] =>
    runningTasks(store, service)
      .filter((task) => isOn(task, network.ID))
      .map((task) => bare(addressOn(task, network.ID) ?? ''))
  return {
    network,
    balancer: network.balancers[nodeId],
    peers: store
      .all('node')
      .filter(({ ID, Status }) => network.balancers[ID] && Status.State === 'ready')
      .map(({ Description, internal }) => ({ name: Description.Hostname ?? '', address: internal.dataPathAddr })),
    names: network.Spec.Ingress ? [] : namesOn(store, network, services, answering),
    virtual: services.flatMap((service) => {
      const address = virtualAddress(service, network)
      return address ? [{ address, targets: answering(service) }] : []
    }),
    ports: network.Spec.Ingress
      ? services.flatMap((service) =>
          (service.Endpoint?.Ports ?? []).filter(isIngress).map((port) => ({ port, targets: answering(service) })),
        )
      : [],
  }
}

const isServiceOn = (service: ServiceObject, { ID, Spec }: NetworkObject): boolean =>
  Spec.Ingress
    ? (service.Endpoint?.Ports ?? []).some(isIngress)
    : networksOf(service).some(({ Target }) => Target === ID)

const runningTasks = (store: ClusterStore, { ID }: ServiceObject): TaskObject[] =>
  store.all('task').filter((task) => task.ServiceID === ID && task.Status.State === 'running' && isWanted(task))

const virtualAddress = ({ Endpoint }: ServiceObject, { ID }: NetworkObject): string | undefined => {
  const found = (Endpoint?.VirtualIPs ?? []).find(({ NetworkID }) => NetworkID === ID)?.Addr
  return found === undefined ? undefined : bare(found)
}

function namesOn(
  store: ClusterStore,
  network: NetworkObject,
  services: readonly ServiceObject[],
  answering: (service: ServiceObject) => string[],
): [string, string[]][] {
  const names: [string, string[]][] = []
  for (const service of services) {
    const { Name = '' } = service.Spec
    const virtual = virtualAddress(service, network)
    const addresses = virtual ? [virtual] : answering(service)
    const aliases = networksOf(service).find(({ Target }) => Target === network.ID)?.Aliases ?? []
    for (const name of [Name, ...aliases]) names.push([name, addresses], [`tasks.${name}`, answering(service)])
    for (const task of runningTasks(store, service))
      names.push([containerName(task), [bare(addressOn(task, network.ID) ?? '')]])
  }
  for (const { NetworkID, names: own, address } of store.all('attachment'))
    if (NetworkID === network.ID) for (const name of own) names.push([name, [bare(address)]])
  return names
}

/** `web.1.<id>`, of global services `web.<node>.<id>`. swarmkit api/naming */
export const taskName = ({ internal, Slot, NodeID, ID }: TaskObject): string =>
  `${internal.serviceName}.${Slot || (NodeID ?? ID)}`
export const containerName = (task: TaskObject): string => `${taskName(task)}.${task.ID}`
