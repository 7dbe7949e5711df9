import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'

const SLOW = 180_000
let engine: Headless
let docker: Docker

beforeAll(async () => {
  engine = await startHeadless()
  docker = new Docker({ socketPath: engine.socket })
  await pull('busybox:latest')
}, SLOW)
afterAll(() => engine?.close())

/** @returns the status lines of the pull, in order */
async function pull(reference: string): Promise<string[]> {
  const stream = await docker.pull(reference)
  const lines = await new Promise<{ status?: string }[]>((done, failed) => {
    docker.modem.followProgress(stream, (error, output) =>
      error ? failed(error) : done(output as { status?: string }[]),
    )
  })
  return lines.flatMap(({ status }) => status ?? [])
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts).toString()
}

/** Both streams of a multiplexed one, as dockerode takes them apart. */
async function demuxed(stream: NodeJS.ReadableStream): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  docker.modem.demuxStream(stream, stdout, stderr)
  stream.on('end', () => [stdout, stderr].forEach((each) => each.end()))
  const [out, err] = await Promise.all([textOf(stdout), textOf(stderr)])
  return { stdout: out, stderr: err }
}

test('pull tells its progress', { timeout: SLOW }, async () => {
  const lines = await pull('alpine:latest')
  expect(lines).toContain('Pulling from library/alpine')
  expect(lines.at(-1)).toMatch(/^Status: (Downloaded newer image|Image is up to date) for alpine:latest$/)
})

test('attach takes input and gives output', { timeout: SLOW }, async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['cat'], OpenStdin: true, StdinOnce: true })
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true })
  const output = demuxed(stream)
  await container.start()
  stream.end('hello through a hijacked connection\n')
  expect(await output).toEqual({ stdout: 'hello through a hijacked connection\n', stderr: '' })
  expect(await container.wait()).toEqual({ StatusCode: 0 })
  await container.remove()
})

test('exec runs beside, with its exit code', { timeout: SLOW }, async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] })
  await container.start()
  const exec = await container.exec({
    Cmd: ['sh', '-c', 'echo out; echo err >&2; echo $WHO in $PWD; exit 7'],
    Env: ['WHO=me'],
    WorkingDir: '/tmp',
    AttachStdout: true,
    AttachStderr: true,
  })
  const output = await demuxed(await exec.start({ hijack: true }))
  expect(output).toEqual({ stdout: 'out\nme in /tmp\n', stderr: 'err\n' })
  expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 7 })
  await container.remove({ force: true })
})

test('logs keep stdout and stderr apart', { timeout: SLOW }, async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sh', '-c', 'echo one; echo two >&2'] })
  await container.start()
  await container.wait()
  const stream = await container.logs({ stdout: true, stderr: true, follow: true })
  expect(await demuxed(stream)).toEqual({ stdout: 'one\n', stderr: 'two\n' })
  await container.remove()
})

test('stats stream, one reading a second', { timeout: SLOW }, async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] })
  await container.start()
  const stream = (await container.stats({ stream: true })) as unknown as Readable
  const readings: { read: string; memory_stats: { usage: number } }[] = []
  for await (const part of stream) {
    for (const line of String(part).trim().split('\n')) readings.push(JSON.parse(line) as (typeof readings)[number])
    if (readings.length >= 2) break
  }
  stream.destroy()
  expect(readings[0]?.memory_stats.usage).toBeGreaterThan(0)
  expect(readings[1]?.read).not.toBe(readings[0]?.read)
  await container.remove({ force: true })
})

test('events follow a container through its life', { timeout: SLOW }, async () => {
  const events = (await docker.getEvents({ filters: { type: ['container'], container: ['followed'] } })) as Readable
  const seen: string[] = []
  const gone = new Promise<void>((done) => {
    events.on('data', (part: Buffer) => {
      for (const line of part.toString().trim().split('\n')) seen.push((JSON.parse(line) as { Action: string }).Action)
      if (seen.includes('destroy')) done()
    })
  })
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['true'], name: 'followed' })
  await container.start()
  await container.wait()
  await container.remove()
  await gone
  events.destroy()
  expect(seen).toEqual(['create', 'start', 'die', 'destroy'])
})

test('archives go in and come out', { timeout: SLOW }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-archive-'))
  writeFileSync(join(folder, 'note.txt'), 'kept\n')
  const archive = execFileSync('tar', ['-C', folder, '-c', 'note.txt'])
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['cat', '/tmp/note.txt'] })
  await container.putArchive(archive, { path: '/tmp' })
  const out = await container.getArchive({ path: '/tmp/note.txt' })
  const parts: Buffer[] = []
  for await (const part of out) parts.push(Buffer.from(part as Uint8Array))
  expect(execFileSync('tar', ['-xO'], { input: Buffer.concat(parts) }).toString()).toBe('kept\n')
  await container.remove()
  rmSync(folder, { recursive: true })
})
