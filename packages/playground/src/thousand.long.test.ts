import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { BlockStore, Clock } from '@drydock/abi'
import { DockerClient } from '@drydock/docker-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Session } from './session.ts'
import { Typist } from './testing/typist.ts'

const SLOW = 600_000
const COUNT = 1000
const MB = 2 ** 20

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  soon: (callback) => void setImmediate(callback),
}
const entropy = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }
const store: BlockStore = { load: async () => [], commit: async () => undefined }

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are reachable. */
function memory(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

let session: Session
let client: DockerClient

async function start(name: string): Promise<void> {
  await client.containers.create({ Image: 'busybox', Cmd: ['sleep', '100000'] }, { name })
  await client.containers.start(name)
}

/** Does it for 0 to count-1, ten at once: each waits more than it computes. */
async function together(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: 10 }, worker))
}

beforeAll(async () => {
  session = await Session.open({ id: 'thousand', clock, entropy, store, onChange: () => undefined })
  await session.addHost()
  client = new DockerClient({ dial: () => session.host('node1').dialEngine() })
  for await (const _ of client.images.pull({ fromImage: 'busybox', tag: 'latest' }));
}, SLOW)
afterAll(() => session?.dispose())

describe('a thousand containers', () => {
  it('run at once, each in less than a megabyte, and leave nothing behind', { timeout: SLOW, retry: 0 }, async () => {
    const typist = new Typist()
    await session.host('node1').openTerminal('main', { rows: 24, cols: 200 }, typist)
    await typist.prompt()
    // Rooms that are loaded for the first of all are no container's own.
    for (let n = 0; n < 20; n++) await start(`first${n}`)
    expect(await typist.run('docker ps -q | wc -l')).toMatch(/\b20\r\n/)
    for (let n = 0; n < 20; n++) await client.containers.remove(`first${n}`, { force: true })
    const before = memory()
    await together(COUNT, (n) => start(`k${n}`))
    const taken = memory() - before
    expect(taken / COUNT).toBeLessThan(MB)
    expect(await typist.run('docker ps -q | wc -l')).toMatch(/\b1000\r\n/)
    expect(await client.containers.list()).toHaveLength(COUNT)

    await together(COUNT, (n) => client.containers.remove(`k${n}`, { force: true }))
    expect(await client.containers.list({ all: true })).toEqual([])
    const left = memory() - before
    console.log(
      `${Math.round(taken / COUNT / 1024)} KB a container; ${Math.round(left / COUNT / 1024)} KB are left of each`,
    )
    expect(left).toBeLessThan(taken / 2)
  })
})
