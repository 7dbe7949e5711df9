import type { Node, Service, Task } from '@drydock/docker-api'
import { Diskfs } from '@drydock/kernel'
import { bootTestKernel, TestClock } from '@drydock/kernel/testing'
import { afterEach, expect, test } from 'vitest'
import { bootEngine, type Client, imageTar } from '../testing/test-engine.ts'

let stop: (() => void) | undefined
afterEach(() => stop?.())

const SECOND = 1e9

async function boot(): Promise<Client> {
  const engine = await bootEngine(bootTestKernel)
  stop = engine.stop
  await engine.client.call('POST', '/images/load', imageTar())
  return engine.client
}

async function told<T>(client: Client, target: string): Promise<T> {
  return JSON.parse((await client.call('GET', target)).text) as T
}

const filtered = (noun: string, filters: object): string =>
  `/${noun}?filters=${encodeURIComponent(JSON.stringify(filters))}`

/** Asks until the answer is as wished. */
async function until<T>(client: Client, target: string, fits: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await told<T>(client, target)
    if (fits(value) || tries === 200) return value
    await client.sys.sleep(50)
  }
}

const spec = (Name: string, Args: string[], more: object = {}, container: object = {}): object => ({
  Name,
  TaskTemplate: { ContainerSpec: { Image: 'box:latest', Args, ...container }, ...more },
})

test('is in no swarm, is in one, and is in none again', async () => {
  const client = await boot()
  expect(await client.call('GET', '/services')).toMatchObject({
    status: 503,
    text: expect.stringContaining('This node is not a swarm manager.'),
  })
  const id = JSON.parse((await client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8' })).text) as string
  expect(id).toMatch(/^[0-9a-z]{25}$/)
  expect((await client.call('POST', '/swarm/init', {})).text).toContain('This node is already part of a swarm.')
  const [node] = await told<Node[]>(client, '/nodes')
  expect(node).toMatchObject({
    ID: id,
    Spec: { Role: 'manager', Availability: 'active' },
    Status: { State: 'ready' },
    ManagerStatus: { Leader: true },
  })
  expect(JSON.stringify(node)).not.toContain('secret')
  expect((await client.call('GET', '/info')).text).toContain('"LocalNodeState":"active"')
  expect((await client.call('GET', '/networks')).text).toMatch(/"Name":"ingress".*"Scope":"swarm"/)
  expect((await client.call('POST', '/swarm/leave')).text).toContain('Use `--force` to ignore this message.')
  expect((await client.call('POST', '/swarm/leave?force=1')).status).toBe(200)
  expect((await client.call('POST', '/swarm/leave')).text).toContain('This node is not part of a swarm')
  expect((await client.call('GET', '/networks')).text).not.toContain('ingress')
  // The bridge that swarms go out by stays, and may go.
  expect((await client.call('POST', '/networks/prune')).text).toContain('docker_gwbridge')
})

test('runs tasks as containers, with secrets, and says why some fail', async () => {
  const client = await boot()
  await client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8' })
  const secret = JSON.parse((await client.call('POST', '/secrets/create', { Name: 'pw', Data: 'czNjcmV0' })).text) as {
    ID: string
  }
  expect((await client.call('GET', '/secrets/pw')).text).not.toContain('czNjcmV0')
  const File = { Name: 'pw', UID: '0', GID: '0', Mode: 0o444 }
  const Secrets = [{ SecretID: secret.ID, SecretName: 'pw', File }]
  const sleeper = spec('web', ['sleep', '1000'], {}, { Secrets, Env: ['SLOT={{.Task.Slot}}'] })
  expect(
    (await client.call('POST', '/services/create', { ...sleeper, Mode: { Replicated: { Replicas: 2 } } })).status,
  ).toBe(201)
  expect((await client.call('POST', '/services/create', sleeper)).text).toContain(
    'name conflicts with an existing object: service web already exists',
  )
  const running = filtered('tasks', { service: ['web'], 'desired-state': ['running'] })
  const tasks = await until<Task[]>(
    client,
    running,
    (all) => all.filter(({ Status }) => Status.State === 'running').length === 2,
  )
  const ids = tasks.map(({ Status }) => Status.ContainerStatus?.ContainerID ?? '')
  const inspected = await Promise.all(ids.map(async (id) => (await client.call('GET', `/containers/${id}/json`)).text))
  for (const [at, text] of inspected.entries()) {
    expect(text).toContain(`"Name":"/web.${tasks[at]?.Slot}.${tasks[at]?.ID}"`)
    expect(text).toContain(`"SLOT=${tasks[at]?.Slot}"`)
    expect(text).toContain('"com.docker.swarm.service.name":"web"')
  }
  expect((await client.call('DELETE', '/secrets/pw')).text).toContain(
    "secret 'pw' is in use by the following service: web",
  )
  await client.call('POST', '/services/create', spec('once', ['fail'], { RestartPolicy: { Condition: 'none' } }))
  await client.call(
    'POST',
    '/services/create',
    spec('reader', ['hostname'], { RestartPolicy: { Condition: 'none' } }, { Hostname: '{{.Service.Name}}' }),
  )
  const failed = await until<Task[]>(
    client,
    filtered('tasks', { service: ['once'] }),
    ([task]) => task?.Status.State === 'failed',
  )
  expect(failed[0]).toMatchObject({
    DesiredState: 'shutdown',
    Status: { Err: 'task: non-zero exit (7)', ContainerStatus: { ExitCode: 7 } },
  })
  await until<Task[]>(client, filtered('tasks', { service: ['reader'] }), ([task]) => task?.Status.State === 'complete')
  expect((await client.call('GET', '/services/reader/logs?stdout=1')).text).toContain('reader 1\n')
  await client.call('DELETE', '/services/web')
  // Its tasks are still ending, of all the secret's files.
  expect((await client.call('POST', '/swarm/leave?force=1')).status).toBe(200)
  expect(await told(client, '/containers/json?all=1')).toEqual([])
})

test('shows a network as soon as it is made, and lets it go while its last tasks end', async () => {
  const client = await boot()
  await client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8' })
  expect((await client.call('POST', '/networks/create', { Name: 'app', Driver: 'overlay' })).status).toBe(201)
  expect((await client.call('GET', '/networks')).text).toContain('"Name":"app"')
  await client.call('POST', '/services/create', spec('web', ['sleep', '1000'], { Networks: [{ Target: 'app' }] }))
  await until<Task[]>(client, '/tasks', ([task]) => task?.Status.State === 'running')
  expect((await client.call('DELETE', '/networks/app')).text).toContain('is in use by service')
  await client.call('DELETE', '/services/web')
  expect((await client.call('DELETE', '/networks/app')).status).toBe(204)
  expect((await client.call('GET', '/networks')).text).not.toContain('"Name":"app"')
})

test('changes a service only from what it is, and back', async () => {
  const client = await boot()
  await client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8' })
  await client.call('POST', '/services/create', spec('web', ['sleep', '1000'], {}, { StopGracePeriod: SECOND / 100 }))
  const before = await until<Service>(client, '/services/web', ({ Endpoint }) => Endpoint !== undefined)
  const changed = spec('web', ['sleep', '2000'], {}, { StopGracePeriod: SECOND / 100 })
  const update = (version: number, more = ''): Promise<{ status: number; text: string }> =>
    client.call('POST', `/services/web/update?version=${version}${more}`, changed)
  expect(await update(1)).toMatchObject({ status: 500, text: expect.stringContaining('update out of sequence') })
  expect((await update(before.Version.Index ?? 0)).status).toBe(200)
  const shown = (args: string) => (tasks: Task[]) =>
    tasks.some(({ Status, Spec }) => Status.State === 'running' && Spec.ContainerSpec?.Args?.[1] === args)
  await until(client, '/tasks', shown('2000'))
  const after = await until<Service>(client, '/services/web', ({ UpdateStatus }) => UpdateStatus?.State === 'completed')
  expect(after.PreviousSpec?.TaskTemplate.ContainerSpec?.Args).toEqual(['sleep', '1000'])
  expect((await update(after.Version.Index ?? 0, '&rollback=previous')).status).toBe(200)
  expect((await told<Service>(client, '/services/web')).UpdateStatus?.State).toBe('rollback_started')
  expect(shown('1000')(await until(client, '/tasks', shown('1000')))).toBe(true)
})

test('locks itself with its tasks over a power cut, and begins anew with what it knew', async () => {
  const clock = new TestClock()
  const disk = Diskfs.open([], { clock })
  const first = await bootEngine((programs) => bootTestKernel(programs, { clock, root: disk }))
  stop = first.stop
  await first.client.call('POST', '/images/load', imageTar())
  await first.client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8', AutoLockManagers: true })
  await first.client.call('POST', '/services/create', spec('web', ['sleep', '1000']))
  const isUp = (tasks: Task[]): boolean => tasks.some(({ Status }) => Status.State === 'running')
  await until<Task[]>(first.client, '/tasks', isUp)
  const { UnlockKey } = await told<{ UnlockKey: string }>(first.client, '/swarm/unlockkey')
  await first.client.sys.sleep(50)
  first.stop()

  const root = Diskfs.open(disk.collect()?.puts ?? [], { clock })
  const { client, stop: end } = await bootEngine((programs) => bootTestKernel(programs, { clock, root }))
  stop = end
  expect(await client.call('GET', '/nodes')).toMatchObject({
    status: 503,
    text: expect.stringContaining('Swarm is encrypted and needs to be unlocked before it can be used.'),
  })
  expect((await client.call('GET', '/info')).text).toContain('"LocalNodeState":"locked"')
  expect(await told(client, '/containers/json')).toEqual([])
  expect((await client.call('POST', '/swarm/leave')).text).toContain('Please unlock it first or use `--force`')
  const unlock = (key: string): Promise<{ status: number; text: string }> =>
    client.call('POST', '/swarm/unlock', { UnlockKey: key })
  expect((await unlock('SWMKEY-1-short')).text).toContain('invalid key string')
  expect((await unlock(`SWMKEY-1-${'A'.repeat(43)}`)).text).toContain('invalid key provided')
  expect((await unlock(UnlockKey)).status).toBe(200)
  expect((await unlock(UnlockKey)).text).toContain('swarm is not locked')
  await until<Task[]>(client, '/tasks', isUp)
  const [node] = await told<Node[]>(client, '/nodes')
  const again = { AdvertiseAddr: '192.168.0.8', ForceNewCluster: true }
  expect(JSON.parse((await client.call('POST', '/swarm/init', again)).text)).toBe(node?.ID)
  expect(await told<Service[]>(client, '/services')).toMatchObject([{ Spec: { Name: 'web' } }])
  expect(isUp(await until<Task[]>(client, '/tasks', isUp))).toBe(true)
})

test('refuses what no swarm can have', async () => {
  const client = await boot()
  const init = async (more: object): Promise<string> =>
    (await client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8', ...more })).text
  expect(await init({ AdvertiseAddr: 'nope' })).toContain('advertise address must be a non-zero IP address')
  expect(await init({ DefaultAddrPool: ['10.20.0.0/16'], SubnetSize: 31 })).toContain('subnet size is out of range: 31')
  expect(await init({ DataPathPort: 80 })).toContain('Datapath port number is not in valid range (1024-49151) : 80')
  expect(await init({ Spec: { CAConfig: { NodeCertExpiry: 60 * SECOND } } })).toContain(
    'minimum certificate expiry time is: 1h0m0s',
  )
  await init({})
  const create = async (name: string, more: object, container: object = {}): Promise<string> =>
    (await client.call('POST', '/services/create', spec(name, ['sleep', '1000'], more, container))).text
  expect(await create('a', { RestartPolicy: { Condition: 'often' } })).toContain(
    'invalid RestartCondition: \\"often\\"',
  )
  expect(await create('a', {}, { Mounts: [{ Type: 'disk', Target: '/x' }] })).toContain('invalid MountType: \\"disk\\"')
  expect(await create('a', { Placement: { Constraints: ['node.role'] } })).toContain(
    'code = Unknown desc = constraint expected one operator',
  )
  await create('a', {})
  expect((await client.call('GET', '/services/a/logs?stdout=1&tail=some')).text).toContain(
    'tail value must be a positive integer or \\"all\\"',
  )
})

test('is in its swarm again after a power cut, with the same tasks', async () => {
  const clock = new TestClock()
  const disk = Diskfs.open([], { clock })
  const first = await bootEngine((programs) => bootTestKernel(programs, { clock, root: disk }))
  stop = first.stop
  await first.client.call('POST', '/images/load', imageTar())
  await first.client.call('POST', '/swarm/init', { AdvertiseAddr: '192.168.0.8' })
  await first.client.call('POST', '/networks/create', { Name: 'app', Driver: 'overlay' })
  await first.client.call('POST', '/services/create', spec('web', ['sleep', '1000'], { Networks: [{ Target: 'app' }] }))
  const isUp = (tasks: Task[]): boolean => tasks[0]?.Status.State === 'running'
  const [before] = await until<Task[]>(first.client, '/tasks', isUp)
  const nodes = await told<Node[]>(first.client, '/nodes')
  // What was written last is on the disk a turn later.
  await first.client.sys.sleep(50)
  first.stop()

  const root = Diskfs.open(disk.collect()?.puts ?? [], { clock })
  const second = await bootEngine((programs) => bootTestKernel(programs, { clock, root }))
  stop = second.stop
  const [after] = await until<Task[]>(second.client, '/tasks', isUp)
  expect(after?.ID).toBe(before?.ID)
  expect((await told<Node[]>(second.client, '/nodes')).map(({ ID }) => ID)).toEqual(nodes.map(({ ID }) => ID))
  const containers = await told<{ Id: string; State: string }[]>(second.client, '/containers/json')
  expect(containers).toMatchObject([{ Id: before?.Status.ContainerStatus?.ContainerID, State: 'running' }])
})
