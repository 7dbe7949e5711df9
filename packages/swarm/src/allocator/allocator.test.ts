import { expect, it } from 'vitest'
import { FakeCluster, replicas } from '../testing/fake-cluster.ts'

const port = (TargetPort: number, PublishedPort?: number) => ({
  ...{ TargetPort, Protocol: 'tcp', PublishMode: 'ingress' },
  ...(PublishedPort ? { PublishedPort } : {}),
})
const overlay = (Name: string) => ({
  ...{
    Name,
    Labels: {},
    Driver: 'overlay',
    Options: {},
    Internal: false,
    Attachable: false,
    Ingress: false,
    Ipv6: false,
  },
})

it('gives services ports and refuses those that are taken', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const first = swarm.create({ EndpointSpec: { Ports: [port(80, 80), port(81)] } })
  const second = swarm.create({ Name: 'two', EndpointSpec: { Ports: [port(80)] } })
  await swarm.after(0)
  expect(swarm.service(first).Endpoint?.Ports?.map(({ PublishedPort }) => PublishedPort)).toEqual([80, 30000])
  expect(swarm.service(second).Endpoint?.Ports?.map(({ PublishedPort }) => PublishedPort)).toEqual([30001])
  expect(() => swarm.create({ Name: 'three', EndpointSpec: { Ports: [port(8080, 80)] } })).toThrow(
    `port '80' is already in use by service 'web' (${first}) as an ingress port`,
  )
})

it('gives networks, services, nodes and tasks addresses of their own', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const net = swarm.control('addNetwork', { spec: overlay('app'), wish: {} })
  const id = swarm.create({ ...replicas(2), TaskTemplate: { Networks: [{ Target: net }] } })
  await swarm.after(0)
  const network = swarm.store.get('network', net)
  expect([network?.subnet, network?.gateway]).toEqual(['10.0.1.0/24', '10.0.1.1'])
  const virtual = swarm.service(id).Endpoint?.VirtualIPs?.map(({ Addr = '' }) => Addr) ?? []
  const own = swarm.tasks(id).flatMap(({ NetworksAttachments }) => NetworksAttachments?.[0]?.Addresses ?? [])
  const all = [...virtual, ...own, ...Object.values(network?.balancers ?? {})]
  expect(all).toHaveLength(4)
  expect(new Set(all).size).toBe(4)
  expect(all.every((address) => /^10\.0\.1\.\d+\/24$/.test(address))).toBe(true)
  expect(() => swarm.control('removeNetwork', { id: net })).toThrow(`network ${net} is in use by service ${id}`)
})

it('wants changes to be made from what there is', async () => {
  const swarm = new FakeCluster()
  const id = swarm.create()
  const { Spec } = swarm.service(id)
  expect(() => swarm.control('updateService', { id, version: 1, spec: Spec, rollback: false })).toThrow(
    'update out of sequence',
  )
})
