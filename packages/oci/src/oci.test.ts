import { describe, expect, it } from 'vitest'
import {
  canonicalString,
  chainIds,
  digestOf,
  familiarString,
  InvalidReference,
  type LayerEntry,
  makedev,
  majorOf,
  minorOf,
  parsePlatform,
  parseReference,
  readLayer,
  whiteoutFor,
  whiteoutOf,
  withDefaultTag,
  writeLayer,
} from './index.ts'

const hex = 'a'.repeat(64)

describe('reference', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
    ['me/app', 'docker.io/me/app:latest', 'me/app:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/a/b:v1', 'localhost:5000/a/b:v1', 'localhost:5000/a/b:v1'],
    ['ghcr.io/a/b_c', 'ghcr.io/a/b_c:latest', 'ghcr.io/a/b_c:latest'],
    [`alpine@sha256:${hex}`, `docker.io/library/alpine@sha256:${hex}`, `alpine@sha256:${hex}`],
    [`alpine:3@sha256:${hex}`, `docker.io/library/alpine:3@sha256:${hex}`, `alpine:3@sha256:${hex}`],
  ])('%s', (text, canonical, familiar) => {
    const reference = withDefaultTag(parseReference(text))
    expect([canonicalString(reference), familiarString(reference)]).toEqual([canonical, familiar])
  })

  it.each([
    ['', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['nginx:', 'invalid reference format'],
    ['nginx:-x', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
    ['me/App:x', 'invalid reference format: repository name (me/App) must be lowercase'],
    [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
    [`a@sha256:${'a'.repeat(40)}`, 'invalid checksum digest length'],
    [`${'a/'.repeat(130)}b`, 'repository name must not be more than 255 characters'],
  ])('refuses %j', (text, message) => {
    expect(() => parseReference(text)).toThrow(new InvalidReference(message))
  })
})

it('chains diffIDs', () => {
  const [a, b] = [digestOf('a'), digestOf('b')]
  expect(chainIds([a, b])).toEqual([a, digestOf(`${a} ${b}`)])
})

it.each([
  ['linux/amd64', { os: 'linux', architecture: 'amd64' }],
  ['arm64', { os: 'linux', architecture: 'arm64' }],
  ['linux/aarch64/v8', { os: 'linux', architecture: 'arm64', variant: 'v8' }],
  ['a/b/c/d', undefined],
])('platform %s', (text, platform) => expect(parsePlatform(text)).toEqual(platform))

it('knows whiteouts', () => {
  expect(whiteoutOf('etc/.wh.passwd')).toEqual({ kind: 'removed', path: 'etc/passwd' })
  expect(whiteoutOf('etc/.wh..wh..opq')).toEqual({ kind: 'opaque', path: 'etc' })
  expect(whiteoutOf('etc/passwd')).toBeUndefined()
  expect(whiteoutOf(whiteoutFor('a'))).toEqual({ kind: 'removed', path: 'a' })
})

it.each([
  [1, 3],
  [259, 70_000],
  [4095, 0],
])('device %d:%d', (major, minor) => {
  const rdev = makedev(major, minor)
  expect([majorOf(rdev), minorOf(rdev)]).toEqual([major, minor])
})

describe('layer', () => {
  const base = { mode: 0o644, uid: 1, gid: 2, mtimeMs: 1_700_000_000_000 }
  const entries: LayerEntry[] = [
    { ...base, path: 'etc', type: 'directory', mode: 0o755 },
    { ...base, path: 'etc/motd', type: 'file', content: new TextEncoder().encode('hi') },
    { ...base, path: 'etc/link', type: 'symlink', linkTarget: '../usr' },
    { ...base, path: 'etc/hard', type: 'hardlink', linkTarget: 'etc/motd' },
    { ...base, path: 'dev/null', type: 'character', rdev: makedev(1, 3) },
    {
      ...base,
      path: 'bin/big',
      type: 'file',
      lazy: { prefix: new TextEncoder().encode('head'), size: 50_000_000, seed: 4_000_000_000 },
    },
  ]

  it('comes back as it was, packed or not', async () => {
    const { gz, tar } = writeLayer(entries)
    for (const bytes of [gz, tar]) {
      const read: LayerEntry[] = []
      for await (const entry of readLayer([bytes.subarray(0, 700), bytes.subarray(700)])) read.push(entry)
      expect(read).toEqual(entries)
    }
  })

  it('has the same digest every time', () => {
    expect(writeLayer(entries).digest).toBe(writeLayer(entries).digest)
  })

  it('keeps paths inside the root', async () => {
    const { tar } = writeLayer([{ ...base, path: '../../etc/passwd', type: 'file' }])
    for await (const { path } of readLayer([tar])) expect(path).toBe('etc/passwd')
  })
})
