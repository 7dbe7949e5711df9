import { randomBytes } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import type { Clock } from '@drydock/abi'
import { DockerClient } from '@drydock/docker-api'
import { Session } from './session.ts'
import { Store } from './testing/typist.ts'

const SPEED = 5
/** Time that passes faster. */
const clock: Clock = {
  now: () => 1_700_000_000_000 + performance.now() * SPEED,
  monotonic: () => performance.now() * SPEED,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / SPEED)
    return { cancel: () => clearTimeout(timer) }
  },
  soon: (callback) => void setImmediate(callback),
}
const entropy = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }

vi.setConfig({ testTimeout: 180_000 })
const sessions: Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose()
})

const WAIT = { timeout: 40_000, interval: 100 }

async function open(store: Store): Promise<Session> {
  const session = await Session.open({ id: 'swarm', clock, entropy, store, onChange: () => undefined })
  sessions.push(session)
  return session
}

const clientOf = (session: Session, name: string): DockerClient =>
  new DockerClient({ dial: () => session.host(name).dialEngine() })

const addressOf = (session: Session, name: string): string => session.host(name).record.address

async function sh(session: Session, name: string, line: string): Promise<string> {
  const env = new Map([
    ['PATH', '/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOME', '/root'],
  ])
  const { stdout, stderr } = await session
    .host(name)
    .run({ argv: ['/bin/sh', '-c', line], env, cwd: '/', timeoutMs: 400_000 })
  const decoder = new TextDecoder()
  return decoder.decode(stdout) + decoder.decode(stderr)
}

/** So many hosts, the first of which has begun a swarm that the others have joined. */
async function swarmOf(session: Session, roles: readonly ('Manager' | 'Worker')[]): Promise<DockerClient[]> {
  for (let count = 0; count <= roles.length; count++) await session.addHost()
  const clients = ['node1', ...roles.map((_role, at) => `node${at + 2}`)].map((name) => clientOf(session, name))
  const [one] = clients as [DockerClient]
  const first = addressOf(session, 'node1')
  await expect.poll(() => one.system.version().catch(() => undefined), WAIT).toBeDefined()
  await one.swarm.init({ AdvertiseAddr: first, ListenAddr: '0.0.0.0:2377' })
  const { JoinTokens } = await one.swarm.inspect()
  for (const [at, role] of roles.entries())
    await clients[at + 1]?.swarm.join({
      RemoteAddrs: [`${first}:2377`],
      JoinToken: JoinTokens[role],
      ListenAddr: '0.0.0.0:2377',
    })
  // Whoever has joined knows of it, a manager of the whole swarm.
  for (const [at, role] of roles.entries())
    expect((await clients[at + 1]?.system.info())?.Swarm).toMatchObject({ ControlAvailable: role === 'Manager' })
  return clients
}

const running = async (client: DockerClient, service: string) =>
  (await client.tasks.list({ filters: { service: [service] } })).filter(
    ({ Status, DesiredState }) => Status.State === 'running' && DesiredState === 'running',
  )

it('certifies every node, by its role, and all anew when the authority is changed', async () => {
  const session = await open(new Store())
  const [one] = (await swarmOf(session, ['Worker'])) as [DockerClient]
  const folder = '/var/lib/docker/swarm/certificates'
  const told = (name: string, what: string): Promise<string> =>
    sh(session, name, `openssl x509 -in ${folder}/swarm-node.crt -noout ${what}`)
  await expect.poll(() => told('node2', '-subject'), WAIT).toContain('OU = swarm-worker')
  await expect.poll(() => told('node1', '-subject'), WAIT).toContain('OU = swarm-manager')
  expect(await told('node2', '-ext subjectAltName')).toMatch(/DNS:swarm-worker, DNS:[0-9a-z]{25}\n$/)
  const verify = `openssl verify -CAfile ${folder}/swarm-root-ca.crt ${folder}/swarm-node.crt`
  expect(await sh(session, 'node2', verify)).toContain('swarm-node.crt: OK')

  const before = await one.swarm.inspect()
  expect(await sh(session, 'node1', 'docker swarm ca --rotate --detach')).toBe('')
  const rootOf = async (name: string): Promise<string> => sh(session, name, `cat ${folder}/swarm-root-ca.crt`)
  const settled = async (): Promise<boolean> => !(await one.swarm.inspect()).RootRotationInProgress
  await expect.poll(settled, WAIT).toBe(true)
  const after = await one.swarm.inspect()
  expect(after.TLSInfo.TrustRoot).not.toBe(before.TLSInfo.TrustRoot)
  for (const name of ['node1', 'node2']) expect(await rootOf(name)).toBe(after.TLSInfo.TrustRoot)
  expect((await one.nodes.list()).map(({ Description }) => Description.TLSInfo)).toEqual([after.TLSInfo, after.TLSInfo])

  const [two] = (await one.nodes.list()).filter(({ Spec }) => Spec.Role === 'worker')
  expect(await sh(session, 'node1', `docker node promote ${two?.ID}`)).toContain('promoted')
  await expect.poll(() => told('node2', '-subject'), WAIT).toContain('OU = swarm-manager')

  await session.addHost()
  const strange = before.JoinTokens.Worker
  const joined = await sh(session, 'node3', `docker swarm join --token ${strange} ${addressOf(session, 'node1')}:2377`)
  expect(joined).toContain('remote CA does not match fingerprint. Expected: ')
})

it('runs services on several hosts, found by name and by a port of every host', async () => {
  const session = await open(new Store())
  const [one, two] = (await swarmOf(session, ['Worker'])) as [DockerClient, DockerClient]
  const roles = () => session.view().hosts.map(({ swarmRole }) => swarmRole)
  await expect.poll(roles, WAIT).toEqual(['leader', 'worker'])
  const nodes = await one.nodes.list()
  expect(nodes.map(({ Spec, Status }) => [Spec.Role, Status.State])).toEqual([
    ['manager', 'ready'],
    ['worker', 'ready'],
  ])
  await expect(two.nodes.list()).rejects.toThrow("Worker nodes can't be used to view or modify cluster state")
  expect(await sh(session, 'node1', 'docker network create -d overlay --attachable app')).toMatch(/^\w{25}\n$/)
  const on = (node: string): string => `--network app --constraint node.hostname==${node}`
  await sh(session, 'node1', `docker service create -d --name web -p 8080:80 ${on('node2')} nginx:alpine`)
  await sh(session, 'node1', `docker service create -d --name client ${on('node1')} busybox sleep 100000`)
  await expect
    .poll(async () => [...(await running(one, 'web')), ...(await running(one, 'client'))].length, WAIT)
    .toBe(2)
  await expect
    .poll(() => sh(session, 'node1', 'docker exec $(docker ps -qf name=client) wget -qO- http://web'), WAIT)
    .toContain('Welcome to nginx')
  // What a task of another host prints is told here.
  await expect
    .poll(() => sh(session, 'node1', 'docker service logs web 2>&1'), WAIT)
    .toMatch(/^web\.1\.\w{12}@node2 +\| /)
  // Nobody of the service is on this host.
  expect(await sh(session, 'node1', 'curl -s localhost:8080')).toContain('Welcome to nginx')
  const published = { port: 8080, protocol: 'tcp', address: '0.0.0.0', container: 'web' }
  for (const name of ['node1', 'node2']) await expect.poll(() => session.host(name).ports(), WAIT).toEqual([published])
  expect(await sh(session, 'node2', 'docker run --rm --network app busybox nslookup client')).toMatch(
    /Address: 10\.0\.1\./,
  )
  await sh(session, 'node1', 'docker service update -d --constraint-rm node.hostname==node2 web')
  await sh(session, 'node1', 'docker node update --availability drain node2')
  await expect.poll(async () => (await running(one, 'web')).map(({ NodeID }) => NodeID), WAIT).toEqual([nodes[0]?.ID])
  await two.swarm.leave()
  await expect
    .poll(async () => (await one.nodes.list()).map(({ Status }) => Status.State), WAIT)
    .toEqual(['ready', 'down'])
  expect(await sh(session, 'node1', 'docker node rm node2')).toBe('node2\n')
  await expect.poll(roles, WAIT).toEqual(['leader', undefined])
  await one.swarm.leave({ force: true })
  await expect.poll(roles, WAIT).toEqual([undefined, undefined])
})

it('is led by another manager when the first is gone, and by none without a majority', async () => {
  const session = await open(new Store())
  const [, two] = (await swarmOf(session, ['Manager', 'Manager'])) as [DockerClient, DockerClient]
  const states = async () =>
    (await two.nodes.list()).map(({ ManagerStatus }) =>
      ManagerStatus?.Leader ? 'leader' : ManagerStatus?.Reachability,
    )
  await expect.poll(states, WAIT).toEqual(['leader', 'reachable', 'reachable'])
  // The second is asked, the first does it.
  expect(await sh(session, 'node2', 'docker service create -d --name web --replicas 3 busybox sleep 100000')).toMatch(
    /^\w{25}\n$/,
  )
  await expect.poll(async () => (await running(two, 'web')).length, WAIT).toBe(3)
  const first = (await two.nodes.list()).find(({ ManagerStatus }) => ManagerStatus?.Leader)?.ID
  await session.deleteHost('node1')
  await expect.poll(() => states().catch(() => []), WAIT).toContain('leader')
  await expect.poll(states, WAIT).toContain('unreachable')
  const elsewhere = async () => (await running(two, 'web')).filter(({ NodeID }) => NodeID !== first)
  await expect.poll(async () => (await elsewhere()).length, WAIT).toBe(3)
  await session.deleteHost('node3')
  await expect
    .poll(() => sh(session, 'node2', 'docker node ls'), WAIT)
    .toBe(
      "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.\n",
    )
})

it('promotes and demotes, and begins anew with all it knew when its majority is lost', async () => {
  const session = await open(new Store())
  const [one, two] = (await swarmOf(session, ['Worker', 'Worker'])) as [DockerClient, DockerClient]
  const roles = async (client: DockerClient) =>
    (await client.nodes.list())
      .map(({ Description, ManagerStatus }) => {
        const role = ManagerStatus?.Leader ? 'leader' : (ManagerStatus?.Reachability ?? 'worker')
        return `${Description.Hostname} ${role}`
      })
      .sort()
  await sh(session, 'node1', 'docker service create -d --name web --replicas 2 busybox sleep 100000')
  expect(await sh(session, 'node1', 'docker node promote node2 node3')).toBe(
    'Node node2 promoted to a manager in the swarm.\nNode node3 promoted to a manager in the swarm.\n',
  )
  await expect
    .poll(() => roles(two).catch(() => []), WAIT)
    .toEqual(['node1 leader', 'node2 reachable', 'node3 reachable'])
  expect(await sh(session, 'node2', 'docker node rm node3')).toContain('It must be demoted to worker before removal')
  // The leader itself is demoted, by another: one of the two that are left leads.
  expect(await sh(session, 'node2', 'docker node demote node1')).toBe('Manager node1 demoted in the swarm.\n')
  await expect.poll(async () => (await roles(two).catch(() => [])).join(), WAIT).toMatch(/node1 worker.*leader/)
  expect(await sh(session, 'node1', 'docker node ls')).toContain("Worker nodes can't be used to view or modify")
  await session.deleteHost('node3')
  await expect
    .poll(() => sh(session, 'node2', 'docker service ls'), WAIT)
    .toContain('The swarm does not have a leader.')
  const again = await sh(session, 'node2', 'docker swarm init --force-new-cluster --advertise-addr eth0')
  expect(again).toContain('is now a manager')
  expect(await roles(two)).toEqual(['node1 worker', 'node2 leader', 'node3 worker'])
  // The worker that is left finds its new leader, and all tasks run again.
  await expect.poll(async () => (await running(two, 'web')).length, WAIT).toBe(2)
  await expect
    .poll(async () => (await two.nodes.list()).map(({ Status }) => Status.State).sort(), WAIT)
    .toEqual(['down', 'ready', 'ready'])
  expect(await sh(session, 'node2', 'docker node rm node3')).toBe('node3\n')
  await expect(one.nodes.list()).rejects.toThrow('not a swarm manager')
})

it('holds published ports on every node, and follows logs of tasks that start later', async () => {
  const session = await open(new Store())
  const [one] = (await swarmOf(session, ['Worker'])) as [DockerClient]
  await sh(session, 'node1', 'docker service create -d --name web -p 8080:80 nginx:alpine')
  await expect.poll(async () => (await running(one, 'web')).length, WAIT).toBe(1)
  await expect
    .poll(() => sh(session, 'node2', 'docker run --rm -p 8080:80 busybox true'), WAIT)
    .toContain('listen tcp4 0.0.0.0:8080: bind: address already in use')
  expect(await sh(session, 'node2', "curl -s 'http://[::1]:8080'")).toContain('Welcome to nginx')
  const create = "docker service create -d --name say --hostname '{{.Service.Name}}-{{.Task.Slot}}' busybox"
  await sh(session, 'node1', `${create} sh -c 'hostname; sleep 100000'`)
  await expect.poll(async () => (await running(one, 'say')).length, WAIT).toBe(1)
  const follow = 'timeout 100 docker service logs -f --raw say > /tmp/said & docker service scale -d say=3'
  await sh(session, 'node1', `${follow}; until [ $(wc -l < /tmp/said) -ge 3 ]; do sleep 1; done; kill %1`)
  expect((await sh(session, 'node1', 'sort /tmp/said')).trim().split('\n')).toEqual(['say-1', 'say-2', 'say-3'])
})
