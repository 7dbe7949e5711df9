import { sha256Hex } from '@drydock/codec'
import { describe, expect, it } from 'vitest'
import { jsonText, toJson } from '../model/marshal.ts'
import { loadSpec } from '../testing/spec-harness.ts'
import { networkHash, serviceHash, volumeHash } from './hash.ts'

const serviceOf = async (body: string) => {
  const { project } = await loadSpec(`services:\n  web: ${body}\n  db: {image: x}\nvolumes: {data: }`)
  return project.services.get('web') ?? {}
}

/** Go's encoding of the struct is what is hashed: fields in its order, maps by key, `<` escaped, no command as null. */
const ENCODED: readonly (readonly [body: string, json: string])[] = [
  ['{image: nginx}', '{"command":null,"entrypoint":null,"image":"nginx","networks":{"default":null}}'],
  [
    '{image: nginx, environment: {B: "<1>", A: "2"}, command: [a]}',
    String.raw`{"command":["a"],"entrypoint":null,"environment":{"A":"2","B":"\u003c1\u003e"},"image":"nginx","networks":{"default":null}}`,
  ],
  [
    '{image: nginx, mem_limit: 1k, stop_grace_period: 90s, ports: ["80:80"]}',
    '{"command":null,"entrypoint":null,"image":"nginx","mem_limit":"1024","networks":{"default":null},"ports":[{"mode":"ingress","target":80,"published":"80","protocol":"tcp"}],"stop_grace_period":"1m30s"}',
  ],
]

describe('the hash of a service', () => {
  it.each(ENCODED)('%s', async (body, json) => {
    const service = await serviceOf(body)
    expect(jsonText(toJson(service))).toBe(json)
    expect(serviceHash(service)).toBe(sha256Hex(json))
  })

  it.each([
    ['depends_on: [db]', true],
    ['scale: 3', true],
    ['profiles: [a]', true],
    ['pull_policy: always', true],
    ['build: .', true],
    ['hostname: h', false],
    ['labels: {a: b}', false],
    ['volumes: ["data:/d"]', false],
  ])('%s leaves it as it is: %s', async (more, same) => {
    const { project } = await loadSpec(
      `services:\n  web: {image: nginx, ${more}}\n  db: {image: x}\nvolumes: {data: }`,
      { profiles: ['*'] },
    )
    const plain = serviceHash(await serviceOf('{image: nginx}'))
    expect(serviceHash(project.services.get('web') ?? {}) === plain).toBe(same)
  })

  it('has networks and volumes as well', () => {
    expect(networkHash({ name: 'a_default', ipam: {} })).toBe(sha256Hex('{"name":"a_default","ipam":{}}'))
    expect(volumeHash({ name: 'v' })).toBe(sha256Hex('{"name":"v","driver":"local"}'))
  })
})
