import { SIGTERM, unix } from '@drydock/abi'
import { request } from '@drydock/http'
import { Diskfs } from '@drydock/kernel'
import { bootTestKernel, TestClock } from '@drydock/kernel/testing'
import { dial, listen } from '@drydock/libc'
import { afterEach, expect, test } from 'vitest'
import { enginePrograms } from './index.ts'
import { bootEngine, Client, imageTar, PROGRAMS } from './testing/test-engine.ts'

let stop: (() => void) | undefined
afterEach(() => stop?.())

async function boot(): Promise<{ client: Client; oopses: () => readonly string[] }> {
  const engine = await bootEngine(bootTestKernel)
  stop = engine.stop
  return engine
}

test('ping, version, load, run, logs, list, rm', async () => {
  const { client } = await boot()
  expect((await client.call('GET', '/_ping')).text).toBe('OK')
  expect((await client.call('POST', '/images/load', imageTar())).text).toContain('Loaded image: box:latest')
  const { id, code, log } = await client.run({ Cmd: ['echo', 'hi'] })
  expect(code).toBe(0)
  expect(log).toContain('hi\n')
  expect((await client.call('GET', '/containers/json')).text.trim()).toBe('[]')
  expect((await client.call('GET', '/containers/json?all=1')).text).toContain(id)
  expect((await client.call('DELETE', `/containers/${id}`)).status).toBe(204)
  expect((await client.call('GET', `/containers/${id}/json`)).status).toBe(404)
})

test('exit codes, errors of start, hostname and pid', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const failed = await client.run({ Cmd: ['fail'] })
  expect([failed.code, failed.log.slice(8)]).toEqual([7, 'oh no\n'])
  const host = await client.run({ Cmd: ['hostname'], Hostname: 'here' })
  expect(host.log.slice(8)).toBe('here 1\n')
  const id = await client.create({ Cmd: ['nosuch'] })
  const refused = await client.call('POST', `/containers/${id}/start`)
  expect(refused.text).toContain('exec: \\"nosuch\\": executable file not found in $PATH: unknown')
})

test('stop, kill, addresses and names', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const id = await client.create({ Cmd: ['sleep', '1000'] }, 'one')
  await client.call('POST', `/containers/${id}/start`)
  const inspect = JSON.parse((await client.call('GET', '/containers/one/json')).text) as {
    NetworkSettings: { IPAddress: string }
  }
  expect(inspect.NetworkSettings.IPAddress).toBe('172.17.0.2')
  expect((await client.call('POST', '/containers/create?name=one', { Image: 'box' })).status).toBe(409)
  expect((await client.call('POST', '/containers/one/kill')).status).toBe(204)
  expect((await client.call('POST', '/containers/one/wait')).text).toContain('137')
})

test('events by filter', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  await client.run({ Cmd: ['fail'] })
  await client.call('POST', '/containers/create?name=other', { Image: 'box' })
  const actions = async (filters: object): Promise<string[]> => {
    const target = `/events?since=1&until=1767225600&filters=${encodeURIComponent(JSON.stringify(filters))}`
    const { text } = await client.call('GET', target.replace('until=1767225600', `until=${await now(client)}`))
    return text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { Action: string }).Action)
  }
  expect(await actions({ container: ['other'] })).toEqual(['create'])
  expect(await actions({ type: ['container'], event: ['start', 'die'] })).toEqual(['start', 'die'])
  expect(await actions({ type: ['image'] })).toEqual(['load'])
})

/** What the real engine says of requests that are wrong, where its versions agree. */
const REFUSED: readonly (readonly [method: string, target: string, body: unknown, status: number, message: string])[] =
  [
    [
      'POST',
      '/containers/create?name=%2F',
      { Image: 'box' },
      400,
      'Invalid container name (/), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    ],
    [
      'POST',
      '/containers/create',
      { Image: 'box', Cmd: 5 },
      400,
      'invalid JSON: json: cannot unmarshal number into Go struct field CreateRequest.Config.Cmd of type string',
    ],
    [
      'POST',
      '/containers/one/start',
      { Binds: [] },
      400,
      'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
    ],
    [
      'POST',
      '/containers/one/kill?signal=99',
      undefined,
      400,
      'cannot kill container: one: the linux daemon does not support signal 99',
    ],
    ['POST', '/containers/nosuch/kill', undefined, 404, 'cannot kill container: nosuch: No such container: nosuch'],
    ['POST', '/containers/one/update', undefined, 400, 'invalid JSON: got EOF while reading request body'],
    ['GET', '/containers/one/logs?stdout=1&since=x', undefined, 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [
      'GET',
      '/containers/one/checkpoints',
      undefined,
      501,
      'This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it.',
    ],
    ['POST', '/networks/bridge/connect', {}, 400, 'invalid name or ID supplied: ""'],
    ['POST', '/networks/bridge/disconnect', { Container: 'nosuch', Force: true }, 404, 'endpoint nosuch not found'],
    ['POST', '/networks/create', { Name: 'n', IPAM: { Driver: 'nosuch' } }, 404, 'plugin "nosuch" not found'],
    [
      'POST',
      '/networks/create',
      { Name: 'n', IPAM: { Config: [{ Subnet: '10.19.5.0/16' }] } },
      400,
      'invalid network config:\ninvalid subnet 10.19.5.0/16: it should be 10.19.0.0/16',
    ],
    ['PUT', '/volumes/nosuch', {}, 503, 'volume update only valid for cluster volumes, but swarm is unavailable'],
    ['GET', '/plugins?filters=%7B%22x%22%3A%5B%22y%22%5D%7D', undefined, 400, "invalid filter 'x'"],
    ['GET', '/events?since=2&until=1', undefined, 400, '`since` time (2) cannot be after `until` time (1)'],
    [
      'POST',
      '/images/create?fromImage=box&platform=nosuch',
      undefined,
      400,
      '"nosuch": unknown operating system or architecture: invalid argument',
    ],
    ['GET', '/images/box:BAD:x/json', undefined, 400, 'invalid reference format'],
    [
      'DELETE',
      '/images/box',
      undefined,
      409,
      'conflict: unable to remove repository reference "box" (must force) - container ID is using its referenced image ID',
    ],
  ]

test('requests that are wrong are refused in the real words', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  await client.create({ Cmd: ['sleep', '1000'] }, 'one')
  await client.call('POST', '/containers/one/start')
  for (const [method, target, body, status, message] of REFUSED) {
    const answer = await client.call(method, target, body)
    const told = (JSON.parse(answer.text) as { message: string }).message.replace(/\b[0-9a-f]{12}\b/g, 'ID')
    expect([target, answer.status, told]).toEqual([target, status, message])
  }
})

test('maps come in the order of their keys', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const ExposedPorts = { '9000/tcp': {}, '80/tcp': {} }
  await client.create({ Labels: { b: '1', a: '2' }, ExposedPorts }, 'one')
  const { text } = await client.call('GET', '/containers/one/json')
  expect(text).toContain('"Labels":{"a":"2","b":"1"}')
  expect(text).toContain('"ExposedPorts":{"80/tcp":{},"9000/tcp":{}}')
})

test('answers are as the version of the API has them', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  await client.call('POST', '/networks/create', { Name: 'net' })
  const id = await client.create({ Cmd: ['sleep', '9'], HostConfig: { NetworkMode: 'net' }, Hostname: 'here' }, 'one')
  const read = async <T>(target: string): Promise<T> => JSON.parse((await client.call('GET', target)).text) as T
  const aliases = async (version: string): Promise<unknown> => {
    const shown = await read<{ NetworkSettings: { Networks: { net: { Aliases: unknown } } } }>(
      `/v${version}/containers/one/json`,
    )
    return shown.NetworkSettings.Networks.net.Aliases
  }
  expect([await aliases('1.44'), await aliases('1.45'), await aliases('1.41')]).toEqual([
    [id.slice(0, 12), 'here'],
    null,
    [id.slice(0, 12), 'here'],
  ])
  const fields = async (target: string, names: readonly string[]): Promise<readonly string[]> => {
    const shown = Object.keys(await read<object>(target))
    return names.filter((name) => shown.includes(name))
  }
  const info = ['Containerd', 'FirewallBackend', 'BridgeNfIptables']
  expect(await fields('/v1.45/info', info)).toEqual(['BridgeNfIptables'])
  expect(await fields('/v1.49/info', info)).toEqual(['Containerd', 'FirewallBackend', 'BridgeNfIptables'])
  expect(await fields('/info', info)).toEqual(['Containerd', 'FirewallBackend'])
  expect(await fields('/v1.43/images/box/json', ['VirtualSize', 'ContainerConfig'])).toHaveLength(2)
  expect(await fields('/v1.44/images/box/json', ['VirtualSize', 'ContainerConfig'])).toEqual(['ContainerConfig'])
  expect((await client.call('GET', '/system/df?type=volume')).text).toContain('"Images":null')
  expect((await client.call('GET', '/v1.41/system/df?type=volume')).text).toContain('"Images":[{')
  expect((await client.call('GET', '/v1.51/info')).text).toContain('client version 1.51 is too new.')
  const two = { NetworkingConfig: { EndpointsConfig: { bridge: {}, net: {} } }, Image: 'box' }
  expect((await client.call('POST', '/v1.43/containers/create', two)).text).toContain('multiple network endpoints')
})

const now = async (client: Client): Promise<number> => client.sys.clock.now() / 1000 + 1

test('update and stats tell the same limits as the control group', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const id = await client.create({ Cmd: ['sleep', '1000'], HostConfig: { Memory: 64 << 20 } }, 'one')
  await client.call('POST', '/containers/one/start')
  const read = async (): Promise<string> => (await client.call('GET', '/containers/one/stats?stream=0&one-shot=1')).text
  const before = await read()
  expect(before).toContain(`"limit":${64 << 20}`)
  expect(before).toContain('"pids_stats":{"current":1,"limit":18446744073709551615}')
  const body = { Memory: 32 << 20, MemorySwap: -1, PidsLimit: 5 }
  expect((await client.call('POST', '/containers/one/update', body)).status).toBe(200)
  const after = await read()
  expect(after).toContain(`"limit":${32 << 20}`)
  expect(after).toContain('"pids_stats":{"current":1,"limit":5}')
  const [file] = [client.sys.open(`/sys/fs/cgroup/docker/${id}/memory.max`, 0)]
  expect(new TextDecoder().decode(client.sys.pread(file, 64, 0)).trim()).toBe(String(32 << 20))
})

test.each([
  ['hostname', 'healthy'],
  ['fail', 'unhealthy'],
])('health check with %s ends %s', async (command, expected) => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const Healthcheck = { Test: ['CMD', command], Interval: 1e9, Retries: 2 }
  await client.create({ Cmd: ['sleep', '1000'], Healthcheck }, 'one')
  await client.call('POST', '/containers/one/start')
  const health = async (): Promise<string> => {
    const { text } = await client.call('GET', '/containers/one/json')
    return (JSON.parse(text) as { State: { Health: { Status: string } } }).State.Health.Status
  }
  expect(await health()).toBe('starting')
  await client.sys.sleep(5000)
  expect(await health()).toBe(expected)
})

test('a start that fails is not told to those who wait for the next exit', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const id = await client.create({ Cmd: ['nosuch'] })
  let told = false
  const waiting = client.call('POST', `/containers/${id}/wait?condition=next-exit`).then(() => {
    told = true
  })
  await client.call('POST', `/containers/${id}/start`)
  await client.sys.sleep(50)
  expect(told).toBe(false)
  await client.call('DELETE', `/containers/${id}`)
  await waiting
})

test('after a power cut what ran comes back with its id and address', async () => {
  const clock = new TestClock()
  const disk = Diskfs.open([], { clock })
  const first = await bootTestKernel([...enginePrograms, ...PROGRAMS], { clock, root: disk })
  void first.run(['/usr/bin/dockerd']).catch(() => undefined)
  const before = new Client(first.sys)
  await answering(before)
  await before.call('POST', '/images/load', imageTar())
  await before.create({ Cmd: ['sleep', '1000'] }, 'idle')
  const id = await before.create({ Cmd: ['sleep', '1000'] }, 'one')
  await before.call('POST', '/containers/one/start')
  first.shutdown()

  const root = Diskfs.open(disk.collect()?.puts ?? [], { clock })
  const second = await bootTestKernel([...enginePrograms, ...PROGRAMS], { clock, root })
  stop = () => second.shutdown()
  void second.run(['/usr/bin/dockerd']).catch(() => undefined)
  const after = new Client(second.sys)
  await answering(after)
  await second.sys.sleep(50)
  const { text } = await after.call('GET', '/containers/json?all=1')
  const listed = (JSON.parse(text) as { Id: string; State: string; Names: string[] }[]).map(({ Id, State, Names }) => [
    Names[0],
    State,
    Id === id,
  ])
  expect(listed).toEqual([
    ['/one', 'running', true],
    ['/idle', 'created', false],
  ])
  expect((await after.call('GET', '/containers/one/json')).text).toContain('"IPAddress":"172.17.0.2"')
})

async function answering(client: Client): Promise<void> {
  for (let i = 0; i < 100; i++) {
    try {
      await client.call('GET', '/_ping')
      return
    } catch {
      await client.sys.sleep(1)
    }
  }
}

test('-H fd:// answers on the socket handed over and leaves its file alone', async () => {
  const kernel = await bootTestKernel([...enginePrograms, ...PROGRAMS])
  stop = () => kernel.shutdown()
  const { sys } = kernel
  sys.mkdir('/var/run/handed')
  const socket = listen(sys, unix('/var/run/handed/docker.sock'))
  const fds = new Map([0, 1, 2, socket].map((fd, i) => [i, i === 3 ? socket : sys.open('/dev/null', 2)] as const))
  const pid = await sys.spawn('/usr/bin/dockerd', { argv: ['dockerd', '-H', 'fd://'], fds })
  const stream = await dial(sys, unix('/var/run/handed/docker.sock'))
  const response = await request(stream, { method: 'GET', target: '/_ping' })
  expect(new TextDecoder().decode(await response.body.readAll())).toBe('OK')
  stream.close()
  sys.kill(pid, SIGTERM)
  await sys.wait(pid)
  expect(sys.stat('/var/run/handed/docker.sock').size).toBe(0)
})

test('a container runs as a user without rights', async () => {
  const { client } = await boot()
  await client.call('POST', '/images/load', imageTar())
  const run = await client.run({ Cmd: ['echo', 'as nobody'], User: '65534:65534' })
  expect(run.code).toBe(0)
  expect(run.log).toContain('as nobody')
  const host = JSON.parse((await client.call('GET', `/containers/${run.id}/json`)).text) as { HostConfig: object }
  expect(host.HostConfig).toMatchObject({ OomKillDisable: false, ShmSize: 64 * 1024 * 1024 })
  expect(Object.keys(host.HostConfig)).not.toContain('MemorySwappiness')
})
