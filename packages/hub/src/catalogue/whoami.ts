import { configSteps, layer, PATH, type Repository, setOf } from '../rootfs/image-spec.ts'

const VERSIONS = ['v1.12.0', 'v1.11.0', 'v1.10.4', 'v1.10.3', 'v1.10.2', 'v1.10.1', 'v1.10.0', 'v1.9.0', 'v1.8.7']
const CREATED = '2025-04-24T09:11:24Z'

const whoamiOf = (name: string): Repository => ({
  name,
  description: 'Tiny Go webserver that prints OS information and HTTP request to output',
  stars: 190,
  tags: ['latest', 'v1', ...VERSIONS],
  image(tag) {
    if (tag !== 'latest' && !/^v1(\.\d+){0,2}$/.test(tag)) return undefined
    const config = { Env: [PATH], Entrypoint: ['/whoami'], ExposedPorts: setOf('80/tcp') }
    const binary = layer('COPY whoami / # buildkit', {
      ...{ id: 'whoami', compressedBytes: 2_700_000, sizeBytes: 6_420_000, created: CREATED },
      ...{ mergedUsr: false, flavour: 'gnu' as const, bulk: ['/usr/share/zoneinfo/Etc/data.bin'] },
      build: (tree) => void tree.mainCommand('traefik-whoami', '/whoami').dir('/etc/ssl/certs'),
    })
    return { created: CREATED, config, steps: [binary, ...configSteps(CREATED, config)] }
  },
})

/** Traefik's example behind its routes, under its name and those it had before. */
export const whoami = whoamiOf('traefik/whoami')
export const containousWhoami = whoamiOf('containous/whoami')
export const emilevaugeWhoami = whoamiOf('emilevauge/whoami')
