import type { ServiceSpec } from '@drydock/docker-api'
import { describe, expect, it } from 'vitest'
import { FakeCluster, replicas } from '../testing/fake-cluster.ts'

const withImage =
  (image: string) =>
  (spec: ServiceSpec): ServiceSpec => ({
    ...spec,
    TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { Image: image } },
  })

describe('replicated services', () => {
  it('are filled, grown and shrunk', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const id = swarm.create(replicas(2))
    await swarm.after(0)
    expect(swarm.tasks(id, 'running').map(({ Slot }) => Slot)).toEqual([1, 2])
    swarm.update(id, (spec) => ({ ...spec, ...replicas(3) }))
    await swarm.after(0)
    expect(swarm.tasks(id, 'running')).toHaveLength(3)
    swarm.update(id, (spec) => ({ ...spec, ...replicas(1) }))
    await swarm.after(0)
    expect(swarm.tasks(id).map(({ Slot, Status }) => [Slot, Status.State])).toEqual([[1, 'running']])
  })

  it('start again what ended, five seconds later, and remember five', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const id = swarm.create()
    await swarm.after(0)
    for (let times = 0; times < 7; times++) {
      const [task] = swarm.tasks(id, 'running')
      if (task) swarm.exit(task, 1)
      await swarm.after(4)
      expect(swarm.tasks(id, 'running')).toHaveLength(0)
      await swarm.after(2)
      expect(swarm.tasks(id, 'running')).toHaveLength(1)
    }
    const failed = swarm.tasks(id, 'failed')
    expect(failed).toHaveLength(4)
    expect(failed[0]).toMatchObject({ DesiredState: 'shutdown', Status: { Err: 'task: non-zero exit (1)' } })
  })

  it('keep to the restart policy', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const second = 1e9
    const twice = { RestartPolicy: { Condition: 'on-failure' as const, Delay: second, MaxAttempts: 2 } }
    const id = swarm.create({ image: 'broken', TaskTemplate: twice })
    const never = swarm.create({
      Name: 'never',
      image: 'short',
      TaskTemplate: { RestartPolicy: { Condition: 'none' } },
    })
    const done = swarm.create({ Name: 'done', image: 'short', TaskTemplate: twice })
    await swarm.after(60)
    expect(swarm.tasks(id).map(({ Status }) => Status.State)).toEqual(['failed', 'failed', 'failed'])
    expect(swarm.tasks(never).map(({ Status }) => Status.State)).toEqual(['complete'])
    expect(swarm.tasks(done)).toHaveLength(1)
  })

  it('tell why an image cannot be had', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const id = swarm.create({ image: 'missing:1' })
    await swarm.after(1)
    expect(swarm.tasks(id)[0]?.Status).toMatchObject({ State: 'rejected', Err: 'No such image: missing:1' })
  })

  it('leave a node that is drained, and one that is silent', async () => {
    const swarm = new FakeCluster()
    const one = swarm.node('one', {}, { stopMs: 3000 })
    swarm.node('two')
    const id = swarm.create(replicas(2))
    await swarm.after(0)
    expect(new Set(swarm.tasks(id, 'running').map(({ NodeID }) => NodeID)).size).toBe(2)
    const { Version, Spec } = swarm.store.get('node', one.ID) ?? one
    swarm.control('updateNode', { id: one.ID, version: Version.Index ?? 0, spec: { ...Spec, Availability: 'drain' } })
    await swarm.after(1)
    // The old one is let end first.
    expect(swarm.tasks(id, 'ready')).toHaveLength(1)
    await swarm.after(3)
    expect(swarm.tasks(id, 'running').every(({ NodeID }) => NodeID !== one.ID)).toBe(true)
    const three = swarm.node('three')
    swarm.silence('two')
    await swarm.after(20)
    const running = swarm.tasks(id).filter(({ DesiredState }) => DesiredState === 'running')
    expect(running.map(({ NodeID }) => NodeID)).toEqual([three.ID, three.ID])
    expect(swarm.store.all('node').find(({ Description }) => Description.Hostname === 'two')?.Status.State).toBe('down')
  })
})

describe('global services', () => {
  it('are on every node that is fit, also on those that come later', async () => {
    const swarm = new FakeCluster()
    swarm.node('one', {}, { role: 'manager' })
    swarm.node('two')
    const id = swarm.create({ Mode: { Global: {} } })
    const some = swarm.create({
      Name: 'some',
      Mode: { Global: {} },
      TaskTemplate: { Placement: { Constraints: ['node.role == worker'] } },
    })
    await swarm.after(0)
    expect([swarm.tasks(id, 'running').length, swarm.tasks(some, 'running').length]).toEqual([2, 1])
    swarm.node('three')
    await swarm.after(0)
    expect([swarm.tasks(id, 'running').length, swarm.tasks(some, 'running').length]).toEqual([3, 2])
  })
})

describe('jobs', () => {
  it('run to their end, so many at once', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const id = swarm.create({ Mode: { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 5 } } })
    await swarm.after(0)
    for (const left of [2, 2, 1]) {
      expect(swarm.tasks(id, 'running')).toHaveLength(left)
      for (const task of swarm.tasks(id, 'running')) swarm.exit(task, 0)
      await swarm.after(0)
    }
    expect(swarm.tasks(id).map(({ Status }) => Status.State)).toEqual(Array.from({ length: 5 }, () => 'complete'))
    const everywhere = swarm.create({ Name: 'all', image: 'short', Mode: { GlobalJob: {} } })
    await swarm.after(1)
    expect(swarm.tasks(everywhere, 'complete')).toHaveLength(1)
  })
})

describe('updates', () => {
  it('take one task after the other and tell when they are through', async () => {
    const swarm = new FakeCluster()
    swarm.node('one', {}, { stopMs: 1000 })
    const id = swarm.create(replicas(3))
    await swarm.after(0)
    swarm.update(id, withImage('app:2'))
    await swarm.after(0.5)
    expect(swarm.service(id).UpdateStatus).toMatchObject({ State: 'updating', Message: 'update in progress' })
    expect(swarm.tasks(id).filter(({ DesiredState }) => DesiredState === 'shutdown')).toHaveLength(1)
    await swarm.after(20)
    expect(swarm.tasks(id, 'running').map(({ Spec }) => Spec.ContainerSpec?.Image)).toEqual(['app:2', 'app:2', 'app:2'])
    expect(swarm.service(id).UpdateStatus).toMatchObject({ State: 'completed', Message: 'update completed' })
  })

  it('start the new task first where that is wished for', async () => {
    const swarm = new FakeCluster()
    swarm.node('one', {}, { stopMs: 1000 })
    const id = swarm.create({
      ...replicas(1),
      UpdateConfig: { Parallelism: 1, MaxFailureRatio: 0, Order: 'start-first' },
    })
    await swarm.after(0)
    swarm.update(id, withImage('app:2'))
    await swarm.after(0.5)
    expect(swarm.tasks(id, 'running').map(({ Spec }) => Spec.ContainerSpec?.Image)).toEqual(['app:1', 'app:2'])
    await swarm.after(1)
    expect(swarm.tasks(id, 'running')).toHaveLength(1)
  })

  it('stop at the first failure, or go back', async () => {
    const swarm = new FakeCluster()
    swarm.node('one')
    const id = swarm.create(replicas(2))
    const back = swarm.create({
      Name: 'back',
      ...replicas(2),
      UpdateConfig: { Parallelism: 1, MaxFailureRatio: 0, Order: 'stop-first', FailureAction: 'rollback' },
    })
    await swarm.after(0)
    swarm.update(id, withImage('broken'))
    swarm.update(back, withImage('broken'))
    await swarm.after(3)
    expect(swarm.service(id).UpdateStatus).toMatchObject({ State: 'paused' })
    expect(swarm.service(id).UpdateStatus?.Message).toMatch(
      /^update paused due to failure or early termination of task \w{25}$/,
    )
    expect(swarm.tasks(id, 'running')).toHaveLength(1)
    await swarm.after(20)
    expect(swarm.service(back).UpdateStatus).toMatchObject({
      State: 'rollback_completed',
      Message: 'rollback completed',
    })
    expect(swarm.tasks(back, 'running').map(({ Spec }) => Spec.ContainerSpec?.Image)).toEqual(['app:1', 'app:1'])
  })
})

it('keeps the tasks of a service whose spec comes back in another order of its fields', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const id = swarm.create({ TaskTemplate: { RestartPolicy: { Condition: 'any', Delay: 1e9 } } })
  await swarm.after(0)
  const before = swarm.tasks(id).map(({ ID }) => ID)
  swarm.update(id, (spec) => ({
    ...spec,
    TaskTemplate: { RestartPolicy: { Delay: 1e9, Condition: 'any' }, ...spec.TaskTemplate, Networks: null },
  }))
  await swarm.after(30)
  expect(swarm.tasks(id).map(({ ID }) => ID)).toEqual(before)
})

it('goes on with an update under another leader, and makes no task twice', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const UpdateConfig = { Parallelism: 1, Delay: 10e9, MaxFailureRatio: 0, Order: 'start-first' }
  const id = swarm.create({ ...replicas(3), UpdateConfig })
  await swarm.after(0)
  swarm.update(id, withImage('app:2'))
  await swarm.after(1)
  expect(
    swarm
      .tasks(id, 'running')
      .map(({ Spec }) => Spec.ContainerSpec?.Image)
      .sort(),
  ).toEqual([...['app:1', 'app:1', 'app:2']])
  swarm.changeLeader()
  await swarm.after(60)
  const running = swarm.tasks(id, 'running').map(({ Spec }) => Spec.ContainerSpec?.Image)
  expect(running).toEqual(['app:2', 'app:2', 'app:2'])
  expect(swarm.tasks(id).filter(({ Spec }) => Spec.ContainerSpec?.Image === 'app:2')).toHaveLength(3)
  expect(swarm.service(id).UpdateStatus?.State).toBe('completed')
})

it('starts a new task of a global service before it stops the old one, where so wished', async () => {
  const swarm = new FakeCluster()
  swarm.node('one', {}, { stopMs: 5000 })
  const UpdateConfig = { Parallelism: 1, MaxFailureRatio: 0, Order: 'start-first' }
  const id = swarm.create({ Mode: { Global: {} }, UpdateConfig })
  await swarm.after(0)
  swarm.update(id, withImage('app:2'))
  await swarm.after(1)
  expect(
    swarm
      .tasks(id, 'running')
      .map(({ DesiredState }) => DesiredState)
      .sort(),
  ).toEqual(['running', 'shutdown'])
})

it('keeps the credentials for an image with the spec that they were given for', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const spec = { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'app:1' } } }
  const id = swarm.control('createService', { spec, auth: 'first' })
  await swarm.after(0)
  let at = 1
  const used = () => swarm.tasks(id, 'running').map(({ internal }) => internal.registryAuth)
  expect(used()).toEqual(['first'])
  const update = (more: object): void => {
    const { Spec, Version } = swarm.service(id)
    const change = { id, version: Version.Index ?? 0, spec: withImage(`app:${++at}`)(Spec), rollback: false, ...more }
    swarm.control('updateService', change)
  }
  update({})
  await swarm.after(30)
  expect(used()).toEqual(['first'])
  update({ auth: 'second' })
  await swarm.after(30)
  expect(used()).toEqual(['second'])
  update({ rollback: true })
  await swarm.after(30)
  expect(used()).toEqual(['first'])
})

it('has no more tasks of a job than wished, each in a slot of its own, from nought', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  const id = swarm.create({ image: 'short', Mode: { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } } })
  await swarm.after(30)
  expect(swarm.tasks(id, 'complete').map(({ Slot = 0 }) => Slot)).toEqual([0, 1, 2])
})

it('counts no node as down that keeps to the period it was told, though the swarm wishes for a shorter one now', async () => {
  const swarm = new FakeCluster()
  swarm.node('one')
  await swarm.after(1)
  const { cluster } = swarm.store
  const spec = { ...cluster.Spec, Dispatcher: { HeartbeatPeriod: 1e9 } }
  const rotate = { rotateWorker: false, rotateManager: false, rotateUnlockKey: false }
  swarm.control('updateCluster', { version: cluster.Version.Index ?? 0, spec, ...rotate })
  await swarm.after(3.9)
  expect(swarm.store.all('node').map(({ Status }) => Status.State)).toEqual(['ready'])
})
