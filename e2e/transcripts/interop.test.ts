// Archives of images go out to tools that others wrote, and come back: skopeo, umoci and, where there is one, a real engine.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlockStore, ByteStream, Clock } from '@drydock/abi'
import { writeTar } from '@drydock/codec'
import { DockerClient } from '@drydock/docker-api'
import { Session } from '@drydock/playground'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

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
const store: BlockStore = { load: async () => [], commit: async () => undefined }

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0
const TOOLS = has('skopeo') && has('umoci')
const ENGINE = process.env['DRYDOCK_ENGINE'] ?? '/tmp/real/docker.sock'
const REAL = existsSync(ENGINE) && has('docker')
if (!TOOLS) console.log('interop: skipped, no skopeo and umoci on this machine')
if (!REAL) console.log('interop: no real engine, docker load there is skipped')

const folder = mkdtempSync(join(tmpdir(), 'drydock-interop-'))
const archive = join(folder, 'saved.tar')
const layout = join(folder, 'layout')
let session: Session
let client: DockerClient

const DOCKERFILE = `FROM busybox
RUN mkdir /made && echo one > /made/one && ln -s one /made/link && rm /etc/group
COPY --chown=5:6 Dockerfile /copied/
LABEL by=drydock
`

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

async function drain(messages: AsyncIterable<{ error?: string }>): Promise<void> {
  for await (const { error } of messages) if (error !== undefined) throw new Error(error)
}

beforeAll(async () => {
  session = await Session.open({ id: 'interop', clock, entropy, store, onChange: () => undefined })
  await session.addHost()
  client = new DockerClient({ dial: () => session.host('node1').dialEngine() })
  await drain(client.images.pull({ fromImage: 'busybox', tag: 'latest' }))
  const context = writeTar([{ name: 'Dockerfile', content: DOCKERFILE }])
  await drain(client.images.build({ t: 'drydock-interop:1', version: '2' }, once(context)))
  const parts: Uint8Array[] = []
  for await (const part of client.images.save(['drydock-interop:1'])) parts.push(part)
  writeFileSync(archive, Buffer.concat(parts))
}, 180_000)

afterAll(() => {
  session.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const skopeo = (...args: string[]): string => execFileSync('skopeo', args, { encoding: 'utf8' })
const umoci = (...args: string[]): string => execFileSync('umoci', args, { encoding: 'utf8' })

it.runIf(TOOLS)(
  'skopeo reads what docker save wrote',
  async () => {
    const seen = JSON.parse(skopeo('inspect', `docker-archive:${archive}`)) as object
    const { RootFS } = await client.images.inspect('drydock-interop:1')
    expect(seen).toMatchObject({ Labels: { by: 'drydock' }, Os: 'linux', Layers: RootFS.Layers })
  },
  120_000,
)

it.runIf(TOOLS)(
  'umoci unpacks it, and what umoci and skopeo made of it is loaded',
  async () => {
    skopeo('copy', '--insecure-policy', `docker-archive:${archive}`, `oci:${layout}:1`)
    umoci('unpack', '--rootless', '--image', `${layout}:1`, join(folder, 'bundle'))
    const root = join(folder, 'bundle/rootfs')
    expect(readdirSync(join(root, 'made')).toSorted()).toEqual(['link', 'one'])
    expect(readFileSync(join(root, 'made/link'), 'utf8')).toBe('one\n')
    expect(existsSync(join(root, 'etc/group'))).toBe(false)
    writeFileSync(join(folder, 'note'), 'from umoci\n')
    umoci('insert', '--rootless', '--image', `${layout}:1`, join(folder, 'note'), '/note')
    skopeo('copy', '--insecure-policy', `oci:${layout}:1`, `docker-archive:${join(folder, 'back.tar')}:back:1`)
    await drain(client.images.load(once(new Uint8Array(readFileSync(join(folder, 'back.tar'))))))
    const ours = await client.images.inspect('drydock-interop:1')
    const back = await client.images.inspect('back:1')
    expect(back.RootFS.Layers?.slice(0, -1)).toEqual(ours.RootFS.Layers)
    const { Id } = await client.containers.create({ Image: 'back:1', Cmd: ['true'] })
    expect((await client.containers.statPath(Id, '/note')).size).toBe('from umoci\n'.length)
  },
  120_000,
)

it.runIf(REAL)(
  'a real engine loads it as the same image',
  async () => {
    const docker = (...args: string[]): string =>
      execFileSync('docker', ['-H', `unix://${ENGINE}`, ...args], { encoding: 'utf8' })
    try {
      expect(docker('load', '-i', archive)).toContain('Loaded image: drydock-interop:1')
      const { Id } = await client.images.inspect('drydock-interop:1')
      expect(docker('image', 'inspect', '-f', '{{.Id}}', 'drydock-interop:1').trim()).toBe(Id)
    } finally {
      spawnSync('docker', ['-H', `unix://${ENGINE}`, 'rmi', 'drydock-interop:1'])
    }
  },
  120_000,
)

const REGISTRY_PORT = 5000 + Number(process.env['DRYDOCK_TEST_PORT'] ?? 4700)

describe.runIf(TOOLS)('the image registry:2 on a real port', () => {
  const socket = join(folder, 'engine.sock')
  const registry = `127.0.0.1:${REGISTRY_PORT}`
  let command: ChildProcess
  beforeAll(async () => {
    command = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket, '--publish'], { stdio: 'ignore' })
    await until(() => existsSync(socket))
    const engine = new DockerClient({ dial: async () => streamOf(connect(socket)) })
    await drain(engine.images.pull({ fromImage: 'registry', tag: '2' }))
    const { Id } = await engine.containers.create({
      Image: 'registry:2',
      Env: ['REGISTRY_STORAGE_DELETE_ENABLED=true'],
      HostConfig: { PortBindings: { '5000/tcp': [{ HostPort: String(REGISTRY_PORT) }] } },
    })
    await engine.containers.start(Id)
    await until(async () => (await fetch(`http://${registry}/v2/`).catch(() => undefined))?.ok ?? false)
  }, 180_000)
  afterAll(() => void command.kill())

  it('takes an image that skopeo copies to it, and gives it back the same', async () => {
    skopeo(
      'copy',
      '--insecure-policy',
      '--dest-tls-verify=false',
      `docker-archive:${archive}`,
      `docker://${registry}/team/made:1`,
    )
    const list = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as object
    expect(list).toEqual({ repositories: ['team/made'] })
    const there = JSON.parse(skopeo('inspect', '--tls-verify=false', `docker://${registry}/team/made:1`)) as {
      Digest: string
    }
    expect(there).toMatchObject({ RepoTags: ['1'], Labels: { by: 'drydock' } })
    const back = join(folder, 'returned')
    skopeo('copy', '--insecure-policy', '--src-tls-verify=false', `docker://${registry}/team/made:1`, `oci:${back}:1`)
    umoci('unpack', '--rootless', '--image', `${back}:1`, join(folder, 'returned-bundle'))
    expect(readFileSync(join(folder, 'returned-bundle/rootfs/made/one'), 'utf8')).toBe('one\n')
    skopeo('delete', '--tls-verify=false', `docker://${registry}/team/made:1`)
    expect((await fetch(`http://${registry}/v2/team/made/manifests/${there.Digest}`)).status).toBe(404)
  }, 120_000)
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((later) => setTimeout(later, 50))
}

/** A socket of this machine as a stream. */
function streamOf(socket: Socket): ByteStream {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return {
    read: async () => new Uint8Array((await chunks.next()).value ?? []),
    write: (bytes) => new Promise((done) => void socket.write(bytes, () => done())),
    shutdown: () => void socket.end(),
    close: () => void socket.destroy(),
  }
}
