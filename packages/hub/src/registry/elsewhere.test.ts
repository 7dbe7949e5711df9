import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../catalogue/index.ts'
import { hubPath, OTHER_REGISTRIES } from './elsewhere.ts'

describe('other registries', () => {
  it('have their images under their names', () => {
    expect(hubPath('gcr.io', '/v2/cadvisor/cadvisor/manifests/v0.47.0')).toBe('/v2/google/cadvisor/manifests/v0.47.0')
    expect(hubPath('public.ecr.aws', '/v2/docker/library/alpine/tags/list')).toBe('/v2/library/alpine/tags/list')
    expect(hubPath('mirror.gcr.io', '/v2/grafana/grafana/blobs/sha256:0')).toBe('/v2/grafana/grafana/blobs/sha256:0')
  })

  it('do not have what only the Hub has', () => {
    for (const host of OTHER_REGISTRIES.filter((each) => each !== 'mirror.gcr.io'))
      expect(hubPath(host, '/v2/library/nginx/manifests/latest')).toBe(`/v2/${host}/library/nginx/manifests/latest`)
    expect(hubPath('quay.io', '/v2/')).toBe('/v2/')
  })
})

describe('the data directory of postgres', () => {
  const postgres = CATALOGUE.find(({ name }) => name === 'library/postgres')
  it.each([
    ['9.6', '/var/lib/postgresql/data', '/var/lib/postgresql/data'],
    ['15-alpine', '/var/lib/postgresql/data', '/var/lib/postgresql/data'],
    ['18', '/var/lib/postgresql/18/docker', '/var/lib/postgresql'],
  ])('of %s is %s', (tag, directory, volume) => {
    const config = postgres?.image(tag)?.config
    expect(config?.Env).toContain(`PGDATA=${directory}`)
    expect(Object.keys(config?.Volumes ?? {})).toEqual([volume])
  })
})
