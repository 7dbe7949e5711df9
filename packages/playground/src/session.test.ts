import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BlockStore, Clock } from '@drydock/abi'
import { DockerClient } from '@drydock/docker-api'
import { Session } from './session.ts'
import { Store, Typist } from './testing/typist.ts'

/** Time of this machine, twenty times as fast where something waits: pulls are paced for the eye. */
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / 20)
    return { cancel: () => clearTimeout(timer) }
  },
  soon: (callback) => void setImmediate(callback),
}
const entropy = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }

// The first command of each kind loads its room, which takes long on a machine with other work.
vi.setConfig({ testTimeout: 90_000 })
const sessions: Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose()
})

async function open(store: BlockStore): Promise<Session> {
  const session = await Session.open({ id: 'test', clock, entropy, store, onChange: () => undefined })
  sessions.push(session)
  return session
}

async function terminal(session: Session, name = 'node1'): Promise<Typist> {
  const typist = new Typist()
  await session.host(name).openTerminal('main', { rows: 24, cols: 200 }, typist)
  await typist.prompt()
  return typist
}

const engine = (session: Session): DockerClient => new DockerClient({ dial: () => session.host('node1').dialEngine() })

describe('a session', () => {
  it('comes back with its files, history and working directory after a power cut', async () => {
    const store = new Store()
    const before = await open(store)
    await before.addHost()
    const first = await terminal(before)
    await first.run('mkdir -p /work/here && cd /work/here && echo kept > file')
    before.host('node1').keepScreen('main', 'what stood there')
    await before.flush()
    before.dispose()

    const after = await open(store)
    expect(after.host('node1').screen('main')).toBe('what stood there')
    const second = await terminal(after)
    expect(await second.run('pwd; cat file')).toContain('/work/here\r\nkept\r\n')
    expect(await second.run('history | head -1')).toContain('mkdir -p /work/here')
  })

  it('starts again what was running, with the same id, address, port and files', async () => {
    const store = new Store()
    const before = await open(store)
    await before.addHost()
    const typist = await terminal(before)
    await typist.run('docker run -d --name web -p 8080:80 nginx')
    await typist.run('docker exec web sh -c "echo changed > /usr/share/nginx/html/index.html"')
    await typist.run('docker run --name done busybox true')
    const was = await engine(before).containers.inspect('web')
    await before.flush()
    before.dispose()

    const after = await open(store)
    const docker = engine(after)
    await expect.poll(async () => (await docker.containers.list()).length, { timeout: 5000 }).toBe(1)
    const is = await docker.containers.inspect('web')
    expect(is.Id).toBe(was.Id)
    expect(is.NetworkSettings.Networks.bridge?.IPAddress).toBe(was.NetworkSettings.Networks.bridge?.IPAddress)
    expect((await docker.containers.list({ all: true })).map(({ State }) => State).sort()).toEqual([
      'exited',
      'running',
    ])
    const again = await terminal(after)
    await expect.poll(() => again.run('curl -s localhost:8080'), { timeout: 5000 }).toContain('changed')
    expect(after.host('node1').ports()).toEqual([{ port: 8080, protocol: 'tcp', address: '0.0.0.0', container: 'web' }])
  })

  it('has hosts that see one another by name, up to ten', async () => {
    const session = await open(new Store())
    for (let count = 0; count < 10; count++) await session.addHost()
    await expect(session.addHost()).rejects.toThrow('ten instances')
    const typist = await terminal(session, 'node10')
    expect(await typist.run('ping -c 1 node3')).toContain('1 received')
    await session.deleteHost('node3')
    expect((await session.addHost()).name).toBe('node3')
  })

  it('has hosts that let one another in by ssh', async () => {
    const session = await open(new Store())
    await session.addHost()
    await session.addHost()
    const typist = await terminal(session)
    await terminal(session, 'node2')
    const login = 'ssh -o StrictHostKeyChecking=accept-new node2 hostname'
    await expect.poll(() => typist.run(login), { timeout: 20_000 }).toMatch(/\nnode2\r\n/)
    expect(await typist.run('ssh node2 "exit 5"; echo "status $?"')).toContain('status 5')
    expect(await typist.run('ssh root@192.168.0.7 true; ps -ef | grep [s]shd')).toContain('sshd')
  })

  it('clones what lessons clone, and says what it does not have', async () => {
    const session = await open(new Store())
    await session.addHost()
    const typist = await terminal(session)
    const cloned = await typist.run('git clone https://github.com/docker/getting-started-app && ls getting-started-app')
    expect(cloned).toMatch(/Cloning into 'getting-started-app'\.\.\.[^]*Receiving objects: 100%[^]*package\.json/)
    expect(await typist.run('cd getting-started-app; git status; git log --oneline | cat')).toMatch(
      /Your branch is up to date with 'origin\/main'\.[^]*working tree clean[^]*Add the todo application/,
    )
    await typist.run('cd; git clone -b step1 https://github.com/ibnesayeed/linkextractor.git')
    expect(await typist.run('cd linkextractor; git branch -a; git checkout step4')).toMatch(
      /step1[^]*Switched to a new branch 'step4'/,
    )
    expect(await typist.run('git clone https://github.com/no/such; git clone https://nowhere.invalid/x')).toMatch(
      /could not read Username for 'https:\/\/github\.com'[^]*Could not resolve host: nowhere\.invalid/,
    )
  })

  it('says why a port cannot be reached', async () => {
    const session = await open(new Store())
    await session.addHost()
    const typist = await terminal(session)
    const why = async (port: number) => (await session.gateway.diagnose(session.host('node1'), port)).reason
    await expect.poll(() => why(80), { timeout: 20_000 }).toMatch(/Nothing listens on port 80/)
    await typist.run('docker run -d --name inside nginx')
    expect(await why(80)).toMatch(/the port is not published/)
    await typist.run('docker run -d --name shy -p 127.0.0.1:8080:80 nginx')
    expect(await why(8080)).toMatch(/127\.0\.0\.1 only/)
    await typist.run('docker rm -f inside shy; docker run --name gone -p 8081:80 busybox true')
    expect(await why(8081)).toMatch(/gone has exited/)
  })
})
