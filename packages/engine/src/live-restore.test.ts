import { type ProcessInfo, SIGKILL, SIGTERM, type Signal } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { afterEach, expect, test } from 'vitest'
import { enginePrograms } from './index.ts'
import { Client, imageTar, PROGRAMS } from './testing/test-engine.ts'

type Kernel = Awaited<ReturnType<typeof bootTestKernel>>

let stop: (() => void) | undefined
afterEach(() => stop?.())

/** A machine whose daemon comes and goes. */
class Machine {
  readonly kernel: Kernel
  readonly client: Client
  private ended: Promise<unknown> = Promise.resolve()

  constructor(kernel: Kernel) {
    this.kernel = kernel
    this.client = new Client(kernel.sys)
  }

  async startDaemon(...flags: string[]): Promise<void> {
    this.ended = this.kernel.run(['/usr/bin/dockerd', ...flags]).catch(() => undefined)
    for (let tries = 0; tries < 100; tries++) {
      try {
        await this.client.call('GET', '/_ping')
        return
      } catch {
        await this.kernel.sys.sleep(1)
      }
    }
  }

  async endDaemon(signal: Signal): Promise<void> {
    for (const { pid } of this.named('dockerd')) this.kernel.sys.kill(pid, signal)
    await this.ended
  }

  named(comm: string): readonly ProcessInfo[] {
    return this.kernel.sys.processes().filter((each) => each.comm === comm && each.state !== 'Z')
  }

  async inspect(name: string): Promise<{ State: Record<string, unknown>; NetworkSettings: { Networks: object } }> {
    return JSON.parse((await this.client.call('GET', `/containers/${name}/json`)).text)
  }

  async start(name: string, body: object): Promise<string> {
    const id = await this.client.create(body, name)
    await this.client.call('POST', `/containers/${name}/start`)
    return id
  }
}

async function boot(...flags: string[]): Promise<Machine> {
  const kernel = await bootTestKernel([...enginePrograms, ...PROGRAMS])
  stop = () => kernel.shutdown()
  const machine = new Machine(kernel)
  await machine.startDaemon(...flags)
  await machine.client.call('POST', '/images/load', imageTar())
  return machine
}

test('a shim is nobody’s child, the parent of its container, and goes with it', async () => {
  const machine = await boot()
  const id = await machine.start('one', { Cmd: ['sleep', '1000'] })
  const [shim] = machine.named('containerd-shim')
  expect(shim).toMatchObject({ ppid: 1 })
  expect(shim?.argv.slice(1, 5)).toEqual(['-namespace', 'moby', '-id', id])
  expect(machine.named('sleep').map(({ ppid }) => ppid)).toEqual([shim?.pid])
  await machine.client.call('POST', '/containers/one/kill')
  await machine.client.call('POST', '/containers/one/wait')
  await machine.kernel.sys.sleep(1)
  expect(machine.named('containerd-shim')).toEqual([])
})

test('what is run in a container is a child of its shim as well, and ends with it', async () => {
  const machine = await boot()
  await machine.start('one', { Cmd: ['sleep', '1000'], HostConfig: { PidMode: 'host' } })
  const { text } = await machine.client.call('POST', '/containers/one/exec', { Cmd: ['sleep', '2000'] })
  await machine.client.call('POST', `/exec/${JSON.parse(text).Id}/start`, { Detach: true })
  const [shim] = machine.named('containerd-shim')
  expect(machine.named('sleep').map(({ ppid }) => ppid)).toEqual([shim?.pid, shim?.pid])
  await machine.client.call('POST', '/containers/one/kill')
  await machine.client.call('POST', '/containers/one/wait')
  expect(machine.named('sleep')).toEqual([])
})

test('a container whose shim is killed has been killed', async () => {
  const machine = await boot()
  await machine.start('one', { Cmd: ['sleep', '1000'] })
  for (const { pid } of machine.named('containerd-shim')) machine.kernel.sys.kill(pid, SIGKILL)
  await machine.client.call('POST', '/containers/one/wait')
  expect((await machine.inspect('one')).State).toMatchObject({ Status: 'exited', ExitCode: 137 })
  expect(machine.named('sleep')).toEqual([])
})

test.each([
  ['stopped', SIGTERM],
  ['killed', SIGKILL],
])('containers run on while a daemon with live-restore is %s', async (_, signal) => {
  const machine = await boot('--live-restore')
  const PortBindings = { '80/tcp': [{ HostPort: '8080' }] }
  await machine.start('one', { Cmd: ['sleep', '1000'], ExposedPorts: { '80/tcp': {} }, HostConfig: { PortBindings } })
  await machine.start('talker', { Cmd: ['late', '5'] })
  await machine.start('gone', { Cmd: ['late', '1'] })
  const before = await machine.inspect('one')
  const talker = await machine.inspect('talker')
  await machine.endDaemon(signal)
  expect(machine.named('sleep').map(({ pid }) => pid)).toEqual([before.State['Pid']])
  await machine.kernel.sys.sleep(2000)

  await machine.startDaemon('--live-restore')
  expect(await machine.inspect('one')).toEqual(before)
  expect((await machine.inspect('talker')).State).toEqual(talker.State)
  const { text } = await machine.client.call('POST', '/containers/talker/wait')
  expect(JSON.parse(text)).toEqual({ StatusCode: 3 })
  for (const name of ['talker', 'gone']) {
    const logs = await machine.client.call('GET', `/containers/${name}/logs?stdout=1`)
    expect(logs.text.match(/\w+(?=\n)/g)).toEqual(['early', 'late'])
  }
  expect((await machine.inspect('gone')).State).toMatchObject({ Status: 'exited', ExitCode: 3 })
  expect((await machine.client.call('POST', '/containers/one/stop?t=0')).status).toBe(204)
  expect(machine.named('containerd-shim')).toEqual([])
})

test('without live-restore nothing runs on', async () => {
  const machine = await boot()
  await machine.start('one', { Cmd: ['sleep', '1000'] })
  await machine.start('two', { Cmd: ['sleep', '1000'], HostConfig: { RestartPolicy: { Name: 'always' } } })
  await machine.endDaemon(SIGKILL)
  expect(machine.named('sleep')).toHaveLength(2)
  await machine.startDaemon()
  expect((await machine.inspect('one')).State).toMatchObject({ Status: 'exited', ExitCode: 137 })
  expect((await machine.inspect('two')).State).toMatchObject({ Status: 'running' })
  await machine.endDaemon(SIGTERM)
  expect(machine.named('sleep')).toEqual([])
  expect(machine.named('containerd-shim')).toEqual([])
})
