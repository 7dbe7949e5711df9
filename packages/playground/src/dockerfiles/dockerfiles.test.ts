import { randomBytes } from 'node:crypto'
import type { BlockStore, Clock } from '@drydock/abi'
import { concatBytes, type TarInput, type TarMember, untar, writeTar } from '@drydock/codec'
import { DockerClient, isNotFound, type JsonMessage } from '@drydock/docker-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLASSIC } from './classic.ts'
import { COMMANDS } from './commands.ts'
import { COPIES } from './copies.ts'
import type { DockerfileRow } from './row.ts'
import { Session } from '../session.ts'
import { SETTINGS } from './settings.ts'
import { STAGES } from './stages.ts'

const ROWS = [...STAGES, ...SETTINGS, ...COPIES, ...COMMANDS, ...CLASSIC]

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
/** Nothing has to outlive the test. */
const store: BlockStore = { load: async () => [], commit: async () => undefined }

let client: DockerClient
let session: Session

beforeAll(async () => {
  session = await Session.open({ id: 'builds', clock, entropy, store, onChange: () => undefined })
  await session.addHost()
  client = new DockerClient({ dial: () => session.host('node1').dialEngine() })
  for await (const message of client.images.pull({ fromImage: 'busybox', tag: 'latest' }))
    if (message.error) throw new Error(message.error)
}, 120_000)

afterAll(() => session.dispose())

function contextOf({ dockerfile, context = {} }: DockerfileRow): Uint8Array {
  const members = Object.entries(context).map(
    ([name, content]): TarInput =>
      content.startsWith('->') ? { name, type: 'symlink', linkName: content.slice(2) } : { name, content },
  )
  return writeTar([{ name: 'Dockerfile', content: dockerfile }, ...members])
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

interface Outcome {
  readonly error: string
  readonly image: string
}

async function build(row: DockerfileRow): Promise<Outcome> {
  const query = { version: row.classic ? '1' : '2', buildargs: JSON.stringify(row.args ?? {}), target: row.target }
  let [error, image] = ['', '']
  for await (const message of client.images.build(query, once(contextOf(row)))) {
    const { id, aux, errorDetail } = message as JsonMessage
    if (errorDetail) error = errorDetail.message
    if (id === 'moby.image.id' || (row.classic && aux)) image = (aux as { ID: string }).ID
  }
  return { error, image }
}

/** Lets `look` ask for files of the image: a path's own member of an archive, or nothing. */
async function withFiles(
  image: string,
  look: (find: (path: string) => Promise<TarMember | undefined>) => Promise<void>,
) {
  const { Id } = await client.containers.create({ Image: image, Cmd: ['never runs'] })
  try {
    await look(async (path) => {
      try {
        const { tar } = await client.containers.getArchive(Id, `/${path}`)
        const parts: Uint8Array[] = []
        for await (const part of tar) parts.push(part)
        return untar(concatBytes(parts))[0]
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    })
  } finally {
    await client.containers.remove(Id, { force: true, v: true })
  }
}

async function check(row: DockerfileRow): Promise<void> {
  const { error, image } = await build(row)
  if (row.error !== undefined) return expect(error).toContain(row.error)
  expect(error).toBe('')
  const { Config } = await client.images.inspect(image)
  for (const [key, value] of Object.entries(row.config ?? {})) expect(Config?.[key as 'Cmd']).toEqual(value)
  if (row.env) expect((Config?.Env ?? []).filter((pair) => !pair.startsWith('PATH='))).toEqual(row.env)
  if (row.history !== undefined) expect((await client.images.history(image))[0]?.CreatedBy).toBe(row.history)
  if (!row.files && !row.stat && !row.missing) return
  await withFiles(image, async (find) => {
    for (const [path, content] of Object.entries(row.files ?? {}))
      expect([path, textOf(await find(path))]).toEqual([path, content])
    for (const [path, stat] of Object.entries(row.stat ?? {}))
      expect([path, statOf(await find(path))]).toEqual([path, stat])
    for (const path of row.missing ?? []) expect([path, (await find(path)) !== undefined]).toEqual([path, false])
  })
}

function textOf(member: TarMember | undefined): string | undefined {
  if (!member) return undefined
  return member.header.type === 'symlink' ? `->${member.header.linkName}` : new TextDecoder().decode(member.content)
}

const statOf = (member: TarMember | undefined): string | undefined =>
  member && `${member.header.mode.toString(8)} ${member.header.uid}:${member.header.gid}`

describe('Dockerfiles, small and nasty', () => {
  it.each(ROWS.map((row, i) => [`${i + 1}. ${row.rule}`, row] as const))('%s', (_name, row) => check(row), 60_000)
})

it('has enough of them', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(150)
})
