import { expect, it } from 'vitest'
import { FakeCluster, replicas } from '../testing/fake-cluster.ts'

const MIB = 1024 ** 2

const hostnames = (swarm: FakeCluster, id: string): (string | undefined)[] =>
  swarm
    .tasks(id, 'running')
    .map(({ NodeID = '' }) => swarm.store.get('node', NodeID)?.Description.Hostname)
    .sort()
const reasons = (swarm: FakeCluster, id: string): (string | undefined)[] =>
  swarm.tasks(id, 'pending').map(({ Status }) => Status.Err)

it('spreads tasks over the nodes', async () => {
  const swarm = new FakeCluster()
  for (const name of ['one', 'two', 'three']) swarm.node(name)
  const id = swarm.create(replicas(6))
  await swarm.after(0)
  expect(hostnames(swarm, id)).toEqual(['one', 'one', 'three', 'three', 'two', 'two'])
})

it('keeps to constraints and says what is not fit', async () => {
  const swarm = new FakeCluster()
  swarm.node('one', {}, { role: 'manager' })
  swarm.node('two', { Engine: { Labels: { disk: 'ssd' } } })
  const on = (name: string, ...Constraints: string[]): string =>
    swarm.create({ Name: name, TaskTemplate: { Placement: { Constraints } } })
  const ssd = on('a', 'engine.labels.disk == ssd')
  const worker = on('b', 'node.role != manager')
  const host = on('c', 'node.hostname==one')
  const none = on('d', 'node.labels.zone == x')
  await swarm.after(0)
  expect([ssd, worker, host].map((id) => hostnames(swarm, id))).toEqual([['two'], ['two'], ['one']])
  expect(reasons(swarm, none)).toEqual(['no suitable node (scheduling constraints not satisfied on 2 nodes)'])
  expect(() => on('e', 'node.role')).toThrow('constraint expected one operator from ==, !=')
  // A label comes, and the task that waited runs.
  const [one] = swarm.store.all('node')
  if (one)
    swarm.control('updateNode', {
      id: one.ID,
      version: one.Version.Index ?? 0,
      spec: { ...one.Spec, Labels: { zone: 'x' } },
    })
  await swarm.after(0)
  expect(hostnames(swarm, none)).toEqual(['one'])
})

it('counts what is reserved, and replicas on a node', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const big = swarm.create({
    Name: 'big',
    ...replicas(3),
    TaskTemplate: { Resources: { Reservations: { MemoryBytes: 400 * MIB } } },
  })
  const few = swarm.create({ Name: 'few', ...replicas(2), TaskTemplate: { Placement: { MaxReplicas: 1 } } })
  await swarm.after(0)
  expect(swarm.tasks(big, 'running')).toHaveLength(2)
  expect(reasons(swarm, big)).toEqual(['no suitable node (insufficient resources on 1 node)'])
  expect(reasons(swarm, few)).toEqual(['no suitable node (max replicas per node limit exceed)'])
})

it('gives a port of the host to one task a node', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const Ports = [{ TargetPort: 80, PublishedPort: 8080, PublishMode: 'host', Protocol: 'tcp' }]
  const id = swarm.create({ ...replicas(2), EndpointSpec: { Ports } })
  await swarm.after(0)
  expect(reasons(swarm, id)).toEqual(['no suitable node (host-mode port already in use on 1 node)'])
})

it('spreads over what a preference names', async () => {
  const swarm = new FakeCluster()
  for (const [name, rack] of [
    ['one', 'a'],
    ['two', 'a'],
    ['three', 'b'],
  ] as const)
    swarm.node(name, { Engine: { Labels: { rack } } })
  const Preferences = [{ Spread: { SpreadDescriptor: 'engine.labels.rack' } }]
  const id = swarm.create({ ...replicas(4), TaskTemplate: { Placement: { Preferences } } })
  await swarm.after(0)
  expect(hostnames(swarm, id)).toEqual(['one', 'three', 'three', 'two'])
})
