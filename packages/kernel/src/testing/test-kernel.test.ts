import type { Program } from '@drydock/abi'
import { expect, test } from 'vitest'
import { bootTestKernel } from './index.ts'

const encoder = new TextEncoder()
const program = (name: string, main: Program['main']): Program => ({
  name: `test/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'full',
  summary: name,
  main,
})

const cat = program('cat', async ({ sys }) => {
  for (;;) {
    const bytes = await sys.read(0, 4096)
    if (bytes.length === 0) return 0
    await sys.write(1, bytes)
  }
})
const echo = program('echo', async ({ sys, argv }) => {
  await sys.write(1, encoder.encode(`${argv.slice(1).join(' ')}\n`))
  return 0
})
const fail = program('fail', () => 3)
const nap = program('nap', async ({ sys }) => {
  await sys.sleep(3_600_000)
  return 0
})
const yes = program('yes', async ({ sys }) => {
  for (;;) {
    const r = sys.write(1, encoder.encode('y\n'))
    if (r instanceof Promise) await r
  }
})
const head = program('head', async ({ sys }) => {
  await sys.write(1, await sys.read(0, 2))
  return 0
})
const pipeline = program('pipeline', async ({ sys }) => {
  const [r, w] = sys.pipe()
  const a = await sys.spawn('/bin/yes', {
    argv: ['yes'],
    fds: new Map([
      [0, 0],
      [1, w],
      [2, 2],
    ]),
  })
  const b = await sys.spawn('/bin/head', {
    argv: ['head'],
    fds: new Map([
      [0, r],
      [1, 1],
      [2, 2],
    ]),
  })
  sys.close(r)
  sys.close(w)
  await sys.wait(b)
  const first = await sys.wait(a)
  return first?.status.kind === 'signaled' ? first.status.signal : 0
})

test('programs run with captured streams', async () => {
  const kernel = await bootTestKernel([cat, echo, fail, nap, yes, head, pipeline])
  expect(await kernel.run(['echo', 'a', 'b'])).toMatchObject({ stdout: 'a b\n', status: 0 })
  expect(await kernel.run(['cat'], { stdin: 'x'.repeat(200_000) })).toMatchObject({ stdout: 'x'.repeat(200_000) })
  expect((await kernel.run(['fail'])).status).toBe(3)
  expect((await kernel.run(['nap'])).status).toBe(0)
  expect(await kernel.run(['pipeline'])).toMatchObject({ stdout: 'y\n', status: 13 })
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
