import { describe, expect, it } from 'vitest'
import type { Cli } from '@drydock/cli-plugin'
import { attestsOf, sentAttests } from './attests.ts'
import { cachePlaces } from './caches.ts'
import { outputsOf } from './outputs.ts'

const cli = { isTerminal: () => true } as unknown as Cli
const ENGINE = { name: 'default', driver: 'docker', platforms: [] }
const APART = { name: 'b1', driver: 'docker-container', platforms: [] }
const NOTHING = { output: [], push: false, load: false, tag: ['app'], platforms: [], attested: false }

/** How outputs are told: type, where to, then attributes. */
const told = (wish: Partial<Parameters<typeof outputsOf>[1]>, instance = APART): string => {
  try {
    return outputsOf(cli, { ...NOTHING, ...wish }, instance)
      .map(({ type, destination, attributes }) => [type, destination, ...Object.entries(attributes).flat()].join(' '))
      .join('; ')
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
  }
}

type Row = readonly [wish: Partial<Parameters<typeof outputsOf>[1]>, apart: string, engine?: string]

/** buildx util/buildflags/export.go, build/opt.go; docs.docker.com/build/exporters */
const ROWS: readonly Row[] = [
  [{}, ''],
  [{ output: ['out'] }, 'local out'],
  [{ output: ['type=local,dest=out', 'type=tar,dest=x.tar'] }, 'local out; tar x.tar'],
  [{ output: ['-'] }, 'ERROR: dest file is required for tar exporter. refusing to write to console'],
  [{ output: ['type=oci'] }, 'ERROR: dest file is required for oci exporter. refusing to write to console'],
  [{ output: ['dest=x'] }, 'ERROR: type is required for output'],
  [{ output: ['type=local'] }, 'ERROR: dest is required for local exporter'],
  [{ output: ['type=local,dest=-'] }, 'ERROR: dest cannot be stdout for local exporter'],
  [{ output: ['type=image,dest=x'] }, 'ERROR: dest is not supported by image exporter'],
  [{ output: ['type=registry,name=a/b'] }, 'image  name a/b push true'],
  [{ output: ['type=registry'], tag: [] }, 'ERROR: tag is needed when pushing to registry'],
  [{ push: true }, 'image  push true'],
  [{ push: true, tag: [] }, 'ERROR: tag is needed when pushing to registry'],
  [{ push: true, output: ['type=local,dest=o'] }, 'local o; image  push true'],
  [{ push: true, output: ['type=image,name=x'] }, 'image  name x push true'],
  [{ load: true }, 'docker  load true', 'image '],
  [{ push: true, load: true }, 'image  push true; docker  load true', 'image  push true; image '],
  [{ output: ['type=oci,dest=o.tar'] }, 'oci o.tar', 'ERROR: OCI exporter is not supported for the docker driver.'],
  [
    { output: ['type=docker,dest=o.tar'] },
    'docker o.tar',
    'ERROR: Docker exporter is not supported for the docker driver.',
  ],
  [{ output: ['type=docker'] }, 'docker  load true', 'image '],
  [
    { output: ['type=docker'], platforms: ['linux/amd64', 'linux/arm64'] },
    'ERROR: docker exporter does not currently support exporting manifest lists',
  ],
  [
    { output: ['type=docker,dest=o.tar'], attested: true },
    'ERROR: docker exporter does not support exporting manifest lists, use the oci exporter instead',
  ],
  [
    { output: ['type=image,push=true,push-by-digest=true'] },
    'image  push true push-by-digest true',
    'ERROR: push-by-digest is currently not implemented for docker driver, please create a new builder instance',
  ],
  [{ output: ['type=cacheonly'] }, 'cacheonly '],
]

describe('--output', () => {
  it.for(ROWS)('%j', ([wish, apart, engine = apart]) => {
    expect(told(wish)).toBe(apart)
    expect(told(wish, ENGINE)).toBe(engine)
  })
})

const NONE = { attest: [], provenance: '', sbom: '' }

describe('--attest, --provenance and --sbom', () => {
  it.each([
    [{}, { provenance: 'mode=min,inline-only=true' }],
    [{ provenance: 'false' }, {}],
    [{ provenance: 'true' }, { provenance: '' }],
    [{ provenance: 'mode=max' }, { provenance: 'mode=max' }],
    [{ sbom: 'true', provenance: 'false' }, { sbom: '' }],
    [{ attest: ['type=sbom,generator=x'], provenance: 'false' }, { sbom: 'generator=x' }],
    [{ attest: ['type=provenance,disabled=true'] }, {}],
  ])('%j', (wish, sent) => expect(sentAttests(attestsOf({ ...NONE, ...wish }), true, false)).toEqual(sent))

  it('are not there by themselves where the builder cannot, or is told not to', () => {
    expect(sentAttests(attestsOf(NONE), false, false)).toEqual({})
    expect(sentAttests(attestsOf(NONE), true, true)).toEqual({})
  })

  it.each([['foo'], ['type=foo']])('refuses %s', (spec) => {
    expect(() => attestsOf({ ...NONE, attest: [spec] })).toThrow(/attestation type/)
  })
})

describe('--cache-from and --cache-to', () => {
  it.each([
    ['user/app:cache', [{ type: 'registry', attributes: { ref: 'user/app:cache' } }]],
    ['type=local,src=d', [{ type: 'local', attributes: { src: 'd' } }]],
    ['type=registry,ref=a/b,mode=max', [{ type: 'registry', attributes: { ref: 'a/b', mode: 'max' } }]],
    ['type=gha', []],
  ])('%s', (spec, places) => expect(cachePlaces([spec], 'to')).toEqual(places))

  it('refuses what it does not know', () => {
    expect(() => cachePlaces(['src=x'], 'from')).toThrow('type required form> "src=x"')
    expect(() => cachePlaces(['type=foo'], 'to')).toThrow('unknown cache exporter: "foo"')
  })
})
