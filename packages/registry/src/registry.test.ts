import type { Sys } from '@drydock/abi'
import { streamPair } from '@drydock/abi/testing'
import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import { bcrypt } from '@drydock/crypto'
import { type HeaderMap, request, serveConnection } from '@drydock/http'
import { Diskfs, Kernel } from '@drydock/kernel'
import { Stdio } from '@drydock/libc'
import { digestOf } from '@drydock/oci'
import { describe, expect, it } from 'vitest'
import type { AccessController } from './api/access.ts'
import { DistributionApi } from './api/distribution.ts'
import { ConfigurationError, readConfiguration } from './program/configuration.ts'
import { collectGarbage } from './program/garbage-collect.ts'
import { HtpasswdAccess } from './program/htpasswd-access.ts'
import { FileStore } from './storage/file-store.ts'
import { FileTree } from './storage/file-tree.ts'

const clock = {
  now: () => Date.UTC(2026, 10, 24),
  monotonic: () => performance.now(),
  after: () => ({ cancel: () => undefined }),
  soon: (callback: () => void) => void setImmediate(callback),
}
let next = 0
const entropy = { bytes: (length: number) => Uint8Array.from({ length }, () => next++ & 255) }

/** Runs on a machine with an empty disk. */
async function onMachine(run: (sys: Sys) => Promise<void>): Promise<void> {
  const root = Diskfs.open([], { clock })
  const programs = { find: () => undefined }
  let failure: unknown
  await new Kernel({ clock, entropy, programs, root, hostname: 'x', memoryBytes: 1 << 28, cpus: 1 }).start(
    async ({ sys }) => {
      try {
        await run(sys)
      } catch (error) {
        failure = error
      }
      return 0
    },
  )
  if (failure) throw failure
}

interface Answer {
  readonly status: number
  readonly headers: HeaderMap
  readonly text: string
}
type Ask = (
  method: string,
  target: string,
  headers?: Record<string, string>,
  body?: string | Uint8Array,
) => Promise<Answer>

const asking =
  (api: DistributionApi): Ask =>
  async (method, target, headers = {}, body) => {
    const [client, server] = streamPair()
    void serveConnection(server, (each) => api.handle(each))
    const all = { Host: 'localhost:5000', Connection: 'close', ...headers }
    const response = await request(client, { method, target, headers: all, body })
    const text = decodeUtf8(await response.body.readAll())
    return { status: response.status, headers: response.headers, text }
  }

const OPEN: AccessController = { check: () => undefined }
const storeOn = (sys: Sys): FileStore => new FileStore(new FileTree(sys, '/registry'), clock, entropy)
const apiOn = (sys: Sys, options: object = {}): Ask =>
  asking(new DistributionApi({ store: storeOn(sys), access: OPEN, negotiates: true, deletes: true, ...options }))

const CONFIG = '{"architecture":"amd64","os":"linux"}'
const OCI = 'application/vnd.oci.image.manifest.v1+json'
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
const manifest = (mediaType: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/json', digest: digestOf(CONFIG), size: CONFIG.length },
    layers: [],
  })

async function push(ask: Ask, name: string, tag: string, mediaType = DOCKER): Promise<string> {
  const place = (await ask('POST', `/v2/${name}/blobs/uploads/`)).headers.get('location') ?? ''
  await ask('PUT', `${place.replace('http://localhost:5000', '')}?digest=${digestOf(CONFIG)}`, {}, CONFIG)
  const text = manifest(mediaType)
  expect((await ask('PUT', `/v2/${name}/manifests/${tag}`, { 'Content-Type': mediaType }, text)).status).toBe(201)
  return digestOf(text)
}

const unknownDigest = digestOf('nothing of the kind')

/** Requests to a registry that has `app:1` and `app:2`, with what distribution answers. */
const ANSWERS: readonly (readonly [request: string, status: number, found: string | RegExp, headers?: object])[] = [
  ['GET /v2/', 200, '{}'],
  ['GET /v2', 301, '', { location: '/v2/' }],
  ['GET /nothing', 404, '404 page not found'],
  ['GET /v2/_catalog', 200, '{"repositories":["app","team/app"]}'],
  ['GET /v2/_catalog?n=1', 200, '{"repositories":["app"]}', { link: '</v2/_catalog?last=app&n=1>; rel="next"' }],
  ['GET /v2/_catalog?n=1&last=app', 200, '{"repositories":["team/app"]}', { link: undefined }],
  ['GET /v2/_catalog?n=-1', 400, /PAGINATION_NUMBER_INVALID/],
  ['GET /v2/app/tags/list', 200, '{"name":"app","tags":["1","2"]}'],
  [
    'GET /v2/app/tags/list?n=1',
    200,
    '{"name":"app","tags":["1"]}',
    { link: '</v2/app/tags/list?last=1&n=1>; rel="next"' },
  ],
  ['GET /v2/none/tags/list', 404, /"NAME_UNKNOWN".*"name":"none"/],
  ['GET /v2/app/manifests/9', 404, /"MANIFEST_UNKNOWN","message":"manifest unknown","detail":\{"Tag":"9"\}/],
  [`GET /v2/app/manifests/${unknownDigest}`, 404, /"detail":\{"Name":"app","Revision":"sha256:/],
  [
    'HEAD /v2/app/manifests/1',
    200,
    '',
    { 'docker-content-digest': digestOf(manifest(DOCKER)), 'content-type': DOCKER },
  ],
  ['GET /v2/team/app/manifests/oci', 404, /OCI manifest found, but accept header does not support OCI manifests/],
  ['PATCH /v2/app/manifests/1', 405, /UNSUPPORTED/],
  [`HEAD /v2/app/blobs/${digestOf(CONFIG)}`, 200, '', { 'content-length': String(CONFIG.length) }],
  [`GET /v2/app/blobs/${digestOf(CONFIG)}`, 200, CONFIG, { etag: `"${digestOf(CONFIG)}"` }],
  [`GET /v2/app/blobs/${unknownDigest}`, 404, /BLOB_UNKNOWN/],
  [`GET /v2/none/blobs/${digestOf(CONFIG)}`, 404, /BLOB_UNKNOWN/],
  ['GET /v2/app/blobs/sha256:12', 400, /DIGEST_INVALID/],
  ['GET /v2/app/blobs/uploads/none', 404, /BLOB_UPLOAD_UNKNOWN/],
  [`POST /v2/other/blobs/uploads/?mount=${digestOf(CONFIG)}&from=app`, 201, ''],
  [`POST /v2/other/blobs/uploads/?mount=${unknownDigest}&from=app`, 202, ''],
  ['DELETE /v2/app/manifests/1', 400, /DIGEST_INVALID/],
  [`DELETE /v2/app/manifests/${unknownDigest}`, 404, /MANIFEST_UNKNOWN/],
]

describe('the API of distribution', () => {
  it('answers as distribution does', () =>
    onMachine(async (sys) => {
      const ask = apiOn(sys)
      await push(ask, 'app', '1')
      await push(ask, 'app', '2')
      await push(ask, 'team/app', 'oci', OCI)
      for (const [line, status, found, headers = {}] of ANSWERS) {
        const [method = '', target = ''] = line.split(' ')
        const answer = await ask(method, target)
        expect.soft(answer.status, line).toBe(status)
        if (typeof found === 'string') expect.soft(answer.text.trimEnd(), line).toBe(found)
        else expect.soft(answer.text, line).toMatch(found)
        for (const [name, value] of Object.entries(headers)) expect.soft(answer.headers.get(name), line).toBe(value)
      }
    }))

  it('takes a blob in pieces, refuses one out of turn, and hands out parts', () =>
    onMachine(async (sys) => {
      const ask = apiOn(sys, { relativeUrls: true })
      const place = (await ask('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? ''
      const first = await ask('PATCH', place, { 'Content-Range': '0-2' }, 'abc')
      expect([first.status, first.headers.get('range')]).toEqual([202, '0-2'])
      expect((await ask('PATCH', place, { 'Content-Range': '7-9' }, 'xyz')).status).toBe(416)
      expect((await ask('GET', place)).headers.get('range')).toBe('0-2')
      const digest = digestOf('abcdef')
      expect((await ask('PUT', `${place}?digest=${digest}`, { 'Content-Range': '3-5' }, 'def')).status).toBe(201)
      const part = await ask('GET', `/v2/app/blobs/${digest}`, { Range: 'bytes=2-3' })
      expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, 'cd', 'bytes 2-3/6'])
      expect((await ask('GET', `/v2/app/blobs/${digest}`, { Range: 'bytes=9-' })).status).toBe(416)
    }))

  it('takes a blob by one POST, and none that is not what it says', () =>
    onMachine(async (sys) => {
      const ask = apiOn(sys)
      expect((await ask('POST', `/v2/a/blobs/uploads/?digest=${digestOf('one')}`, {}, 'one')).status).toBe(201)
      const wrong = await ask('POST', `/v2/a/blobs/uploads/?digest=${digestOf('two')}`, {}, 'one')
      expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('DIGEST_INVALID')])
      expect(sys.readdir('/registry/docker/registry/v2/repositories/a/_uploads')).toEqual([])
    }))

  it('refuses a manifest whose parts are not there', () =>
    onMachine(async (sys) => {
      const answer = await apiOn(sys)('PUT', '/v2/a/manifests/1', { 'Content-Type': DOCKER }, manifest(DOCKER))
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('MANIFEST_BLOB_UNKNOWN')])
    }))

  it('hands the manifest for linux/amd64 to clients that know no lists', () =>
    onMachine(async (sys) => {
      const ask = apiOn(sys)
      const digest = await push(ask, 'app', '1')
      const platform = { architecture: 'amd64', os: 'linux' }
      const list = { schemaVersion: 2, mediaType: LIST, manifests: [{ mediaType: DOCKER, digest, size: 1, platform }] }
      await ask('PUT', '/v2/app/manifests/all', { 'Content-Type': LIST }, JSON.stringify(list))
      const told = async (accept: string) =>
        (await ask('GET', '/v2/app/manifests/all', { Accept: accept })).headers.get('content-type')
      expect([await told(DOCKER), await told(`${DOCKER}, ${LIST}`)]).toEqual([DOCKER, LIST])
    }))

  it('deletes only where it may', () =>
    onMachine(async (sys) => {
      const digest = await push(apiOn(sys), 'app', '1')
      expect((await apiOn(sys, { deletes: false })('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(405)
      expect((await apiOn(sys)('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(202)
      expect((await apiOn(sys)('GET', '/v2/app/tags/list')).text).toBe('{"name":"app","tags":null}\n')
      await push(apiOn(sys), 'app', '1')
      expect((await apiOn(sys, { untags: true })('DELETE', '/v2/app/manifests/1')).status).toBe(202)
      expect((await apiOn(sys)('HEAD', `/v2/app/manifests/${digest}`)).status).toBe(200)
    }))
})

it('lays files out as distribution does, and collects what nothing leads to', () =>
  onMachine(async (sys) => {
    const store = storeOn(sys)
    const ask = apiOn(sys)
    const digest = await push(ask, 'app', '1')
    const hex = digest.slice(7)
    const root = '/registry/docker/registry/v2'
    for (const path of [
      `blobs/sha256/${hex.slice(0, 2)}/${hex}/data`,
      `repositories/app/_manifests/revisions/sha256/${hex}/link`,
      'repositories/app/_manifests/tags/1/current/link',
      `repositories/app/_manifests/tags/1/index/sha256/${hex}/link`,
      `repositories/app/_layers/sha256/${digestOf(CONFIG).slice(7)}/link`,
    ])
      expect.soft(sys.stat(`${root}/${path}`).size, path).toBeGreaterThan(0)
    const io = new Stdio({ ...sys, isatty: () => false, write: (_: number, bytes: Uint8Array) => bytes.length } as Sys)
    await collectGarbage(sys, store, io, { dryRun: false, deleteUntagged: false })
    expect(store.blobSize('app', digestOf(CONFIG))).toBe(CONFIG.length)
    await ask('DELETE', `/v2/app/manifests/${digest}`)
    await collectGarbage(sys, store, io, { dryRun: true, deleteUntagged: false })
    expect(store.blobSize('app', digestOf(CONFIG))).toBe(CONFIG.length)
    await collectGarbage(sys, store, io, { dryRun: false, deleteUntagged: false })
    expect(store.blobSize('app', digestOf(CONFIG))).toBeUndefined()
  }))

it('asks for name and password of an htpasswd file', () =>
  onMachine(async (sys) => {
    const hash = await bcrypt('secret', 4, new Uint8Array(16).fill(7), () => undefined)
    await new FileTree(sys, '').write('/etc/htpasswd', `me:${hash}\nold:{SHA}xyz\n`)
    const ask = apiOn(sys, { access: new HtpasswdAccess(sys, { realm: 'Here', path: '/etc/htpasswd' }) })
    const basic = (pair: string) => ({ Authorization: `Basic ${btoa(pair)}` })
    const refused = await ask('GET', '/v2/')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Here"'])
    for (const [pair, status] of [
      ['me:secret', 200],
      ['me:other', 401],
      ['old:x', 401],
      ['who:secret', 401],
    ] as const)
      expect.soft((await ask('GET', '/v2/', basic(pair))).status, pair).toBe(status)
  }))

describe('the configuration', () => {
  const file = 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /data\nhttp:\n  addr: :5000\n'
  it.each([
    [{}, { root: '/data', address: ':5000', deletes: false, htpasswd: undefined }],
    [
      { REGISTRY_STORAGE_DELETE_ENABLED: 'true', REGISTRY_HTTP_ADDR: '0.0.0.0:443' },
      { deletes: true, address: '0.0.0.0:443' },
    ],
    [{ REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: '/other' }, { root: '/other' }],
    [
      {
        REGISTRY_AUTH: 'htpasswd',
        REGISTRY_AUTH_HTPASSWD_PATH: '/auth/htpasswd',
        REGISTRY_AUTH_HTPASSWD_REALM: 'Registry Realm',
      },
      { htpasswd: { path: '/auth/htpasswd', realm: 'Registry Realm' } },
    ],
    [
      { REGISTRY_HTTP_TLS_CERTIFICATE: '/certs/domain.crt', REGISTRY_HTTP_TLS_KEY: '/certs/domain.key' },
      { tls: { certificate: '/certs/domain.crt', key: '/certs/domain.key' } },
    ],
  ])('%j', (env, found) => {
    expect(readConfiguration(file, new Map(Object.entries(env)))).toMatchObject(found)
  })

  it.each([
    ['storage:\n  filesystem: {}\n', 'configuration version not specified'],
    ['version: 0.1\nstorage:\n  s3: {}\n', 'StorageDriver not registered: s3'],
    ['version: 0.1\nstorage:\n  filesystem: {}\nauth:\n  htpasswd:\n    path: /x\n', '"realm" must be set'],
  ])('refuses %j', (text, message) => {
    expect(() => readConfiguration(text, new Map())).toThrow(ConfigurationError)
    expect(() => readConfiguration(text, new Map())).toThrow(message)
  })
})

it('keeps bytes as they came', () =>
  onMachine(async (sys) => {
    const files = new FileTree(sys, '/x')
    await files.write('/a/b/c', encodeUtf8('0123456789'))
    expect(decodeUtf8(await files.read('/a/b/c', 2, 5))).toBe('234')
    expect([files.list('/a'), files.remove('/a'), files.exists('/a/b/c')]).toEqual([['b'], true, false])
  }))
