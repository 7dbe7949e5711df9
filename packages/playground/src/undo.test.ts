import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '@drydock/abi'
import { DockerClient } from '@drydock/docker-api'
import type { Moment } from './rpc.ts'
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

vi.setConfig({ testTimeout: 120_000 })
const sessions: Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose()
})

async function open(store = new Store()): Promise<Session> {
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
const moments = async (session: Session): Promise<readonly Moment[]> => {
  await session.flush()
  return session.view().moments
}
const momentOf = async (session: Session, command: string): Promise<number> => {
  const found = (await moments(session)).findLast((moment) => moment.command === command)
  if (!found) throw new Error(`no moment of ${command}`)
  return found.id
}

describe('undo', () => {
  it('brings back a container and its volume that were removed', async () => {
    const session = await open()
    await session.addHost()
    const typist = await terminal(session)
    await typist.run('docker run -d --name db -v data:/data alpine sleep 1d')
    await typist.run('docker exec db sh -c "echo precious > /data/row"')
    await typist.run('docker exec db dd if=/dev/urandom of=/data/table bs=1M count=20')
    const sum = await typist.run('docker exec db md5sum /data/table')
    session.host('node1').keepScreen('main', 'what stood there')
    await session.flush()
    await typist.run('docker rm -f db && docker volume rm data')
    expect(await typist.run('docker ps -aq; docker volume ls -q')).not.toContain('data')
    const last = await momentOf(session, 'docker rm -f db && docker volume rm data')

    const back = typist.comesBack(() => void session.goBack(last))
    const [containers, volumes] = await Promise.all([engine(session).containers.list(), engine(session).volumes.list()])
    expect(containers.map(({ Names, State }) => [Names, State])).toEqual([[['/db'], 'running']])
    expect(volumes.Volumes?.map(({ Name }) => Name)).toEqual(['data'])
    await back
    expect(typist.screens.at(-1)).toEqual({ kind: 'screen', text: 'what stood there', since: 'return' })
    expect(await typist.run('docker exec db cat /data/row')).toContain('precious')
    expect(await typist.run('docker exec db md5sum /data/table')).toBe(sum)
  })

  it('leads forward again, and back over several commands', async () => {
    const session = await open()
    await session.addHost()
    const typist = await terminal(session)
    await typist.run('echo one > file')
    await typist.run('echo two > file')
    await typist.run('rm file')
    const second = await momentOf(session, 'echo two > file')
    await typist.comesBack(() => void session.goBack(second))
    expect(await typist.run('cat file; history | tail -2')).toMatch(/one\r\n[^]*echo one > file[^]*cat file/)
    const returning = (await moments(session)).at(-1)
    expect(returning).toMatchObject({ kind: 'return', command: 'echo two > file' })
    await typist.comesBack(() => void session.goBack(returning?.id ?? 0))
    expect(await typist.run('cat file')).toContain('No such file')
    await expect(session.goBack(99)).rejects.toThrow('too long ago')
  })

  it('brings back an instance that was deleted, and leaves the others running', async () => {
    const session = await open()
    await session.addHost()
    await session.addHost()
    const first = await terminal(session)
    await (await terminal(session, 'node2')).run('echo there > file')
    await first.run('sleep 1d &')
    await session.deleteHost('node2')
    const last = session.view().moments.at(-1)
    expect(last).toMatchObject({ kind: 'click', command: 'delete node2' })
    await session.goBack(last?.id ?? 0)
    expect(session.view().hosts.map(({ name }) => name)).toEqual(['node1', 'node2'])
    expect(await (await terminal(session, 'node2')).run('cat file')).toContain('there')
    expect(await first.run('jobs')).toContain('sleep 1d')
  })

  it('is kept as any other change: what is reopened is what one went back to', async () => {
    const store = new Store()
    const before = await open(store)
    await before.addHost()
    const typist = await terminal(before)
    await typist.run('mkdir tree && dd if=/dev/urandom of=tree/big bs=1k count=700 && echo leaf > tree/leaf')
    const sum = await typist.run('md5sum tree/big')
    await typist.run('rm -r tree; echo new > other')
    const removal = await momentOf(before, 'rm -r tree; echo new > other')
    await typist.comesBack(() => void before.goBack(removal))
    await typist.run('echo after > after')
    await before.flush()
    before.dispose()
    const again = await terminal(await open(store))
    expect(await again.run('md5sum tree/big')).toBe(sum)
    expect(await again.run('cat tree/leaf after; ls')).toMatch(/leaf\r\nafter\r\n(?![^]*other)/)
  })

  it('leads behind a reload, through what happened since', async () => {
    const store = new Store()
    const before = await open(store)
    await before.addHost()
    const typist = await terminal(before)
    await typist.run('docker run -d --name db -v data:/data alpine sleep 1d')
    await typist.run('docker exec db sh -c "echo precious > /data/row"')
    await typist.run('echo kept > file')
    await typist.run('docker rm -f db && docker volume rm data')
    const done = (await moments(before)).map(({ command }) => command)
    before.dispose()

    const session = await open(store)
    const again = await terminal(session)
    expect((await moments(session)).map(({ command }) => command)).toEqual(done)
    await again.run('echo lost > file; rm -r /srv')
    const removal = await momentOf(session, 'docker rm -f db && docker volume rm data')
    await again.comesBack(() => void session.goBack(removal))
    expect(await again.run('docker exec db cat /data/row; cat file; ls -d /srv')).toMatch(/precious\r\nkept\r\n\/srv/)
    const returning = (await moments(session)).at(-1)
    await again.comesBack(() => void session.goBack(returning?.id ?? 0))
    expect(await again.run('docker ps -aq | wc -l; cat file')).toMatch(/0\r\nlost\r\n/)
  })

  it('lists what changed something, and not what only looked', async () => {
    const session = await open()
    await session.addHost()
    const typist = await terminal(session)
    for (const command of ['ls /', 'docker ps']) await typist.run(command)
    await typist.run('docker run -d --name web alpine sleep 1d')
    for (const command of ['ls /', 'docker ps', 'echo one > file', 'cat file', 'docker stop web', 'docker images'])
      await typist.run(command)
    expect((await moments(session)).map(({ command }) => command)).toEqual([
      'docker run -d --name web alpine sleep 1d',
      'echo one > file',
      'docker stop web',
    ])
  })
})
