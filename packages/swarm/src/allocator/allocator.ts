import type { NetworkAttachment, NetworkAttachmentConfig, TaskNetwork } from '@drydock/docker-api'
import type { Powers } from '../powers.ts'
import { hasEnded, type NetworkObject, type ServiceObject, type TaskObject } from '../store/objects.ts'
import { type ClusterStore, timestamp } from '../store/store.ts'
import { ingressOf, takeAddress } from './networks.ts'
import { isIngress, publishedPorts } from './ports.ts'

/** Gives services their ports and virtual addresses, and tasks their addresses. */
export function allocate(powers: Powers): void {
  const { store } = powers
  for (const { ID } of store.all('service')) allocateService(store, ID)
  for (const task of store.all('task')) if (task.Status.State === 'new') allocateTask(powers, task)
}

/** Gives nodes their addresses, once it is known which tasks they have. */
export function allocateNodes({ store }: Powers): void {
  for (const { ID } of store.all('network')) allocateBalancers(store, ID)
}

export const networksOf = ({ Spec }: ServiceObject): readonly NetworkAttachmentConfig[] =>
  Spec.TaskTemplate.Networks?.length ? Spec.TaskTemplate.Networks : (Spec.Networks ?? [])

export const usesIngress = ({ Spec }: ServiceObject): boolean => (Spec.EndpointSpec?.Ports ?? []).some(isIngress)

/** The networks a service is to be on, the ingress among them where it publishes ports. */
function idsOf(store: ClusterStore, service: ServiceObject): string[] {
  const ingress = usesIngress(service) ? ingressOf(store) : undefined
  const own = networksOf(service).map(({ Target = '' }) => Target)
  return [...(ingress ? [ingress.ID] : []), ...own].filter((id) => store.get('network', id))
}

function allocateService(store: ClusterStore, id: string): void {
  const service = store.get('service', id)
  if (!service) return
  const Spec = service.Spec.EndpointSpec ?? {}
  const Ports = publishedPorts(store, service)
  const virtual = Spec.Mode === 'dnsrr' ? [] : idsOf(store, service)
  const before = service.Endpoint?.VirtualIPs ?? []
  const VirtualIPs = before.filter(({ NetworkID = '' }) => virtual.includes(NetworkID))
  for (const NetworkID of virtual) {
    if (VirtualIPs.some((each) => each.NetworkID === NetworkID)) continue
    const Addr = takeAddress(store, NetworkID)
    if (Addr) VirtualIPs.push({ NetworkID, Addr })
  }
  const Endpoint = {
    Spec,
    ...(Ports.length > 0 ? { Ports } : {}),
    ...(VirtualIPs.length > 0 ? { VirtualIPs } : {}),
  }
  if (JSON.stringify(Endpoint) !== JSON.stringify(service.Endpoint)) store.update('service', id, { Endpoint })
}

function allocateTask({ store, clock }: Powers, { ID, ServiceID, Status }: TaskObject): void {
  const service = store.get('service', ServiceID)
  if (!service) return
  const attachments: NetworkAttachment[] = []
  for (const id of idsOf(store, service)) {
    const address = takeAddress(store, id)
    const network = store.get('network', id)
    if (!address || !network) return
    attachments.push({ Network: describeNetwork(network), Addresses: [address] })
    // Each address is taken as soon as it is in the store.
    store.update('task', ID, { NetworksAttachments: attachments })
  }
  store.update('task', ID, {
    Status: { ...Status, Timestamp: timestamp(clock), State: 'pending', Message: 'pending task scheduling' },
  })
}

/** A network as a task shows it. */
export function describeNetwork(network: NetworkObject): TaskNetwork {
  const { ID, Version, CreatedAt, UpdatedAt, Spec, vni, subnet, gateway } = network
  const labels = Object.keys(Spec.Labels).length > 0 ? { Labels: Spec.Labels } : { Labels: {} }
  return {
    ID,
    Version,
    CreatedAt,
    UpdatedAt,
    Spec: {
      Name: Spec.Name,
      ...labels,
      DriverConfiguration: {
        Name: Spec.Driver,
        ...(Object.keys(Spec.Options).length > 0 ? { Options: Spec.Options } : {}),
      },
      ...(Spec.Internal ? { Internal: true } : {}),
      ...(Spec.Attachable ? { Attachable: true } : {}),
      ...(Spec.Ingress ? { Ingress: true } : {}),
      IPAMOptions: { Driver: { Name: 'default' }, ...(network.chosenSubnet ? { Configs: [{ Subnet: subnet }] } : {}) },
      Scope: 'swarm',
    },
    DriverState: { Name: 'overlay', Options: { 'com.docker.network.driver.overlay.vxlanid_list': String(vni) } },
    IPAMOptions: { Driver: { Name: 'default' }, Configs: [{ Subnet: subnet, Gateway: gateway }] },
  }
}

/** Each node that has somebody on a network answers there for virtual addresses, from an address of its own. */
function allocateBalancers(store: ClusterStore, id: string): void {
  for (const node of store.all('node')) {
    const network = store.get('network', id)
    if (!network || network.balancers[node.ID] || !needsBalancer(store, network, node.ID)) continue
    const address = takeAddress(store, id)
    if (address) store.update('network', id, { balancers: { ...network.balancers, [node.ID]: address } })
  }
  const network = store.get('network', id)
  const left = Object.entries(network?.balancers ?? {}).filter(([nodeId]) => store.get('node', nodeId))
  if (network && left.length < Object.keys(network.balancers).length)
    store.update('network', id, { balancers: Object.fromEntries(left) })
}

const needsBalancer = (store: ClusterStore, network: NetworkObject, nodeId: string): boolean =>
  network.Spec.Ingress ||
  store.all('task').some((task) => task.NodeID === nodeId && !hasEnded(task) && isOn(task, network.ID)) ||
  store.all('attachment').some(({ NodeID, NetworkID }) => NodeID === nodeId && NetworkID === network.ID)

/** The address that a task has on a network. */
export function addressOn({ NetworksAttachments }: TaskObject, networkId: string): string | undefined {
  const found = (NetworksAttachments ?? []).find(
    ({ Network }) => Network && 'ID' in Network && Network.ID === networkId,
  )
  return found?.Addresses?.[0]
}
export const isOn = (task: TaskObject, networkId: string): boolean => addressOn(task, networkId) !== undefined
