import type { Program, Sys } from '@drydock/abi'
import { stubBytes, unix } from '@drydock/abi'
import { encodeUtf8, sha256Hex, writeTar, type TarInput } from '@drydock/codec'
import { request } from '@drydock/http'
import { dial } from '@drydock/libc'
import { enginePrograms } from '../index.ts'

const say = (name: string, main: Program['main']): Program => ({
  name: `test/${name}`,
  paths: [`/bin/${name}`],
  covers: 'full',
  summary: name,
  main,
})

/** What the image `box` has. */
export const PROGRAMS: readonly Program[] = [
  say('echo', async ({ sys, argv }) => {
    await sys.write(1, encodeUtf8(`${argv.slice(1).join(' ')}\n`))
    return 0
  }),
  say('fail', async ({ sys }) => {
    await sys.write(2, encodeUtf8('oh no\n'))
    return 7
  }),
  say('cat', async ({ sys }) => {
    for (;;) {
      const bytes = await sys.read(0, 4096)
      if (bytes.length === 0) return 0
      await sys.write(1, bytes)
    }
  }),
  say('sleep', async ({ sys, argv }) => {
    await sys.sleep(Number(argv[1]) * 1000)
    return 0
  }),
  say('late', async ({ sys, argv }) => {
    await sys.write(1, encodeUtf8('early\n'))
    await sys.sleep(Number(argv[1]) * 1000)
    await sys.write(1, encodeUtf8('late\n'))
    return 3
  }),
  say('hostname', async ({ sys }) => {
    await sys.write(1, encodeUtf8(`${sys.uname().nodename} ${sys.getpid()}\n`))
    return 0
  }),
]

/** As docker save writes it. */
export function imageTar(): Uint8Array {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'
  const members: TarInput[] = [
    { name: 'bin/', type: 'directory' },
    { name: 'etc/', type: 'directory' },
    { name: 'etc/passwd', content: passwd },
    { name: 'tmp/', type: 'directory', mode: 0o1777 },
    ...PROGRAMS.map(({ name, paths }) => ({ name: paths[0]?.slice(1) ?? '', content: stubBytes(name), mode: 0o755 })),
  ]
  const layer = writeTar(members)
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2025-01-01T00:00:00Z',
    config: { Env: ['PATH=/usr/bin:/bin'], Cmd: ['echo', 'default'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256Hex(layer)}`] },
    history: [{ created: '2025-01-01T00:00:00Z', created_by: 'ADD rootfs' }],
  })
  return writeTar([
    { name: 'config.json', content: config },
    { name: 'layer.tar', content: layer },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: 'config.json', RepoTags: ['box:latest'], Layers: ['layer.tar'] }]),
    },
  ])
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Speaks to the daemon on its socket. */
export class Client {
  readonly sys: Sys
  constructor(sys: Sys) {
    this.sys = sys
  }

  async call(method: string, target: string, body?: unknown): Promise<Answer> {
    const stream = await dial(this.sys, unix('/var/run/docker.sock'))
    try {
      const bytes =
        body instanceof Uint8Array ? body : body === undefined ? undefined : encodeUtf8(JSON.stringify(body))
      const type = body instanceof Uint8Array ? 'application/x-tar' : 'application/json'
      const headers = bytes === undefined ? {} : { 'Content-Type': type }
      const response = await request(stream, {
        method,
        target: target.startsWith('/v1.') ? target : `/v1.50${target}`,
        headers,
        body: bytes,
      })
      return { status: response.status, text: new TextDecoder().decode(await response.body.readAll()) }
    } finally {
      stream.close()
    }
  }

  async create(body: object, name = ''): Promise<string> {
    const answer = await this.call('POST', `/containers/create?name=${name}`, { Image: 'box', ...body })
    if (answer.status !== 201) throw new Error(answer.text)
    return (JSON.parse(answer.text) as { Id: string }).Id
  }

  async run(body: object): Promise<{ id: string; code: number; log: string }> {
    const id = await this.create(body)
    const started = await this.call('POST', `/containers/${id}/start`)
    if (started.status !== 204) throw new Error(started.text)
    const waited = JSON.parse((await this.call('POST', `/containers/${id}/wait`)).text) as { StatusCode: number }
    const { text } = await this.call('GET', `/containers/${id}/logs?stdout=1&stderr=1`)
    return { id, code: waited.StatusCode, log: text }
  }
}

/** What a test's kernel is to a daemon. */
interface Machine {
  readonly sys: Sys
  run(argv: readonly string[]): Promise<unknown>
  shutdown(): unknown
}

/** A machine with a daemon that answers. @param boot of the kernel, which this room knows nothing of */
export async function bootEngine(
  boot: (programs: readonly Program[]) => Promise<Machine>,
): Promise<{ client: Client; oopses: () => readonly string[]; stop: () => void }> {
  const kernel = await boot([...enginePrograms, ...PROGRAMS])
  kernel.run(['/usr/bin/dockerd']).catch(() => undefined)
  for (let i = 0; i < 100; i++) {
    try {
      kernel.sys.stat('/var/run/docker.pid')
      break
    } catch {
      await kernel.sys.sleep(1)
    }
  }
  return { client: new Client(kernel.sys), oopses: () => kernel.sys.dmesg(), stop: () => void kernel.shutdown() }
}
