import { streamPair } from '@drydock/abi/testing'
import { decodeUtf8, toBase64 } from '@drydock/codec'
import { request } from '@drydock/http'
import {
  chainIds,
  digestOf,
  type ImageConfig,
  type ImageIndex,
  type LayerEntry,
  type Manifest,
  readLayer,
} from '@drydock/oci'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from './catalogue/index.ts'
import { createHub, hostRootEntries } from './index.ts'
import { PackageShelf } from './mirrors/package-shelf.ts'
import { ImageBuilder } from './rootfs/build-image.ts'
import { ProgramRows } from './rootfs/program-rows.ts'

const programs = [
  { name: 'coreutils/ls', paths: ['/bin/ls'], sizeBytes: 150_000 },
  { name: 'busybox/ls', paths: ['/bin/ls'] },
  { name: 'shell/bash', paths: ['/bin/bash'] },
  { name: 'shell/dash', paths: ['/bin/dash'] },
  { name: 'shell/ash', paths: ['/bin/ash'] },
  { name: 'nginx/nginx', paths: ['/usr/sbin/nginx'] },
  { name: 'docker/docker', paths: ['/usr/bin/docker'] },
]
const clock = {
  now: () => Date.UTC(2026, 10, 24),
  monotonic: () => 0,
  after: () => ({ cancel: () => undefined }),
  soon: queueMicrotask,
}
let next = 0
const entropy = { bytes: (length: number) => Uint8Array.from({ length }, () => next++ & 255) }

const hub = createHub({ programs, clock, entropy })
async function ask(
  host: string,
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
) {
  const [client, server] = streamPair()
  const serving = hub.serve(server, host, 443)
  const response = await request(client, {
    method,
    target,
    headers: { Host: host, Connection: 'close', ...headers },
    body,
  })
  const bytes = await response.body.readAll()
  await serving
  return { status: response.status, headers: response.headers, bytes, json: () => JSON.parse(decodeUtf8(bytes)) }
}
const registry = 'registry-1.docker.io'
async function tokenFor(scope: string, user?: string) {
  const auth = user ? { Authorization: `Basic ${toBase64(new TextEncoder().encode(`${user}:secret`))}` } : {}
  const answer = await ask(
    'auth.docker.io',
    'GET',
    `/token?service=registry.docker.io&scope=${encodeURIComponent(scope)}`,
    auth as Record<string, string>,
  )
  return { Authorization: `Bearer ${answer.json().token}` }
}

async function entriesOf(gz: Uint8Array): Promise<Map<string, LayerEntry>> {
  const entries = new Map<string, LayerEntry>()
  for await (const entry of readLayer([gz])) entries.set(entry.path, entry)
  return entries
}

describe('pull', () => {
  it('asks for a token first', async () => {
    const answer = await ask(registry, 'GET', '/v2/library/nginx/manifests/latest')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
    )
  })

  it('gives index, manifest, config and layers whose digests hold', async () => {
    const auth = await tokenFor('repository:library/nginx:pull')
    const index = (await ask(registry, 'GET', '/v2/library/nginx/manifests/latest', auth)).json() as ImageIndex
    const chosen = index.manifests.find(({ platform }) => platform?.architecture === 'amd64')
    const answer = await ask(registry, 'GET', `/v2/library/nginx/manifests/${chosen?.digest}`, auth)
    expect(digestOf(answer.bytes)).toBe(chosen?.digest)
    const manifest = answer.json() as Manifest
    expect(manifest.layers).toHaveLength(7)
    expect(manifest.layers[0]?.annotations?.['io.drydock.size']).toBe('29780765')
    const config = (
      await ask(registry, 'GET', `/v2/library/nginx/blobs/${manifest.config.digest}`, auth)
    ).json() as ImageConfig
    expect(chainIds(config.rootfs.diff_ids)).toHaveLength(7)
    expect(config.history?.filter((line) => !line.empty_layer)).toHaveLength(7)
    for (const layer of manifest.layers) {
      const blob = await ask(registry, 'GET', `/v2/library/nginx/blobs/${layer.digest}`, auth)
      expect(digestOf(blob.bytes)).toBe(layer.digest)
    }
  })

  it.each([
    ['an unknown tag', 'library/nginx', 'nonsense', 404, 'MANIFEST_UNKNOWN'],
    ['an unknown image', 'library/nosuchimage', 'latest', 401, 'DENIED'],
  ])('refuses %s', async (_, name, tag, status, code) => {
    const answer = await ask(registry, 'GET', `/v2/${name}/manifests/${tag}`, await tokenFor(`repository:${name}:pull`))
    expect([answer.status, answer.json().errors[0].code]).toEqual([status, code])
  })

  it('answers HEAD with the length and no body', async () => {
    const answer = await ask(
      registry,
      'HEAD',
      '/v2/library/alpine/manifests/3.22',
      await tokenFor('repository:library/alpine:pull'),
    )
    expect([answer.status, answer.bytes.length, Number(answer.headers.get('content-length')) > 100]).toEqual([
      200,
      0,
      true,
    ])
  })
})

describe('push', () => {
  it('is for the owner of the namespace only', async () => {
    const scope = 'repository:library/nginx:pull,push'
    const answer = await ask(registry, 'POST', '/v2/library/nginx/blobs/uploads/', await tokenFor(scope, 'me'))
    expect([answer.status, answer.json().errors[0].code]).toEqual([401, 'DENIED'])
  })

  it('keeps blobs and the manifest, which anybody pulls then', async () => {
    const auth = await tokenFor('repository:me/app:pull,push', 'me')
    const blob = new TextEncoder().encode('{"architecture":"amd64"}')
    const started = await ask(registry, 'POST', '/v2/me/app/blobs/uploads/', auth)
    expect(started.status).toBe(202)
    const location = started.headers.get('location') ?? ''
    expect((await ask(registry, 'PATCH', location, auth, blob)).status).toBe(202)
    expect((await ask(registry, 'PUT', `${location}?digest=${digestOf(blob)}`, auth)).status).toBe(201)
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(blob), size: blob.length },
      layers: [],
    })
    const missing = manifest.replace(/sha256:[0-9a-f]{64}/, digestOf('other'))
    expect((await ask(registry, 'PUT', '/v2/me/app/manifests/1.0', auth, missing)).json().errors[0].code).toBe(
      'MANIFEST_BLOB_UNKNOWN',
    )
    expect((await ask(registry, 'PUT', '/v2/me/app/manifests/1.0', auth, manifest)).status).toBe(201)
    const anybody = await tokenFor('repository:me/app:pull')
    expect(decodeUtf8((await ask(registry, 'GET', '/v2/me/app/manifests/1.0', anybody)).bytes)).toBe(manifest)
    expect((await ask(registry, 'GET', '/v2/me/app/tags/list', anybody)).json()).toEqual({
      name: 'me/app',
      tags: ['1.0'],
    })
  })

  it('mounts layers of other repositories', async () => {
    const image = new ImageBuilder(new ProgramRows(programs)).image(
      CATALOGUE.find(({ name }) => name === 'library/alpine')?.image('latest') ?? never(),
    )
    const [manifest] = [...image.manifests.values()]
    const digest = (JSON.parse(decodeUtf8(manifest?.bytes ?? new Uint8Array())) as Manifest).layers[0]?.digest
    const auth = await tokenFor('repository:me/two:pull,push', 'me')
    expect((await ask(registry, 'HEAD', `/v2/me/two/blobs/${digest}`, auth)).status).toBe(404)
    expect(
      (await ask(registry, 'POST', `/v2/me/two/blobs/uploads/?mount=${digest}&from=library/alpine`, auth)).status,
    ).toBe(201)
    expect((await ask(registry, 'HEAD', `/v2/me/two/blobs/${digest}`, auth)).status).toBe(200)
  })
})

const never = (): never => {
  throw new Error('not in the catalogue')
}

describe('catalogue', { timeout: 60_000 }, () => {
  const builder = new ImageBuilder(new ProgramRows(programs))
  for (const repository of CATALOGUE)
    it(`${repository.name}: every listed tag can be made`, async () => {
      if (repository.needsPackages) builder.use(await PackageShelf.load())
      for (const tag of repository.tags)
        expect(repository.image(tag)?.steps.length ?? `${tag} is missing`).toBeGreaterThan(0)
      const [first = ''] = repository.tags
      expect(builder.image(repository.image(first) ?? never()).manifests.size).toBe(2)
      expect(repository.image('no such tag')).toBeUndefined()
    })

  it('weighs what images weigh in real life', async () => {
    const spec = CATALOGUE.find(({ name }) => name === 'library/nginx')?.image('latest') ?? never()
    let size = 0
    for (const { layer } of spec.steps)
      if (layer)
        for (const entry of (await entriesOf(builder.layer(layer).gz)).values())
          size += entry.lazy?.size ?? entry.content?.length ?? 0
    expect(Math.round(size / 1e6)).toBe(161)
  })

  it('gives images on the same base the same layer', () => {
    const layerOf = (name: string, tag: string) =>
      CATALOGUE.find((each) => each.name === name)?.image(tag)?.steps[0]?.layer
    expect(builder.layer(layerOf('library/nginx', 'latest') ?? never())).toBe(
      builder.layer(layerOf('library/debian', 'trixie-slim') ?? never()),
    )
  })

  it('places the flavour of a tool that the distribution has', async () => {
    const entries = await entriesOf(
      builder.layer(
        CATALOGUE.find(({ name }) => name === 'library/alpine')?.image('latest')?.steps[0]?.layer ?? never(),
      ).gz,
    )
    expect(decodeUtf8(entries.get('bin/ls')?.content ?? new Uint8Array())).toContain('drydock:busybox/ls\n')
    expect(decodeUtf8(entries.get('bin/sh')?.content ?? new Uint8Array())).toContain('drydock:shell/ash\n')
    expect(entries.get('tmp')?.mode).toBe(0o1777)
  })
})

it('finds images for docker search', async () => {
  const answer = await ask('index.docker.io', 'GET', '/v1/search?q=nginx&n=5')
  expect(answer.json().results[0]).toMatchObject({ name: 'nginx', is_official: true })
})

it('lays out the host with parents before children', () => {
  const entries = hostRootEntries({ programs, hostname: 'node1', address: '192.168.0.8' })
  const seen = new Set([''])
  for (const { path } of entries) {
    expect(seen.has(path.slice(0, Math.max(path.lastIndexOf('/'), 0))), path).toBe(true)
    seen.add(path)
  }
  const text = (path: string): string =>
    decodeUtf8(entries.find((each) => each.path === path)?.content ?? new Uint8Array())
  expect(text('etc/passwd')).toMatch(/^root:x:0:0:root:\/root:\/bin\/bash$/m)
  expect(text('root/.bashrc')).toContain('192.168.0.8')
  expect(entries.find(({ path }) => path === 'usr/bin/docker')).toBeDefined()
})
