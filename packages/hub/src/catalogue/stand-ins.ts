import type { ExecutionConfig } from '@drydock/oci'
import { configSteps, layer, PATH, type Repository, setOf } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'

/** An image of one binary whose program here is a stand-in. */
interface StandIn {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly tags: readonly string[]
  readonly created: string
  readonly by: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly build: (tree: Tree) => void
  readonly config: ExecutionConfig
}

function standIn(image: StandIn): Repository {
  const { name, description, stars, tags, created, by, compressedBytes, sizeBytes, build, config } = image
  return {
    ...{ name, description, stars, tags },
    image(tag) {
      if (!tags.includes(tag) && !/^v?\d+(\.\d+)*(-alpine)?$/.test(tag)) return undefined
      const spec = {
        ...{ id: name, compressedBytes, sizeBytes, created, build, mergedUsr: false, flavour: 'busybox' as const },
        bulk: [`/usr/lib/${name.split('/').pop() ?? name}.bin`],
      }
      return { created, config, steps: [layer(by, spec), ...configSteps(created, config)] }
    },
  }
}

const SHELL = 'sh ash cat ls ps wget id env sleep'

export const visualizer = standIn({
  name: 'dockersamples/visualizer',
  description: 'A visualizer for Docker Swarm',
  stars: 240,
  tags: ['latest', 'stable'],
  created: '2019-10-15T11:03:51Z',
  by: 'COPY dir:visualizer in /app',
  compressedBytes: 55_000_000,
  sizeBytes: 148_000_000,
  build: (tree) => void tree.commands(SHELL).mainCommand('visualizer', '/app/server.js').dir('/var/run'),
  config: {
    Env: [PATH, 'NODE_VERSION=8.2.1', 'MS=1000', 'CTX_ROOT=/'],
    Cmd: ['/app/server.js'],
    ExposedPorts: setOf('8080/tcp'),
    WorkingDir: '/app',
  },
})

const portainerOf = (name: string): Repository =>
  standIn({
    name,
    description: 'Portainer CE - a lightweight service delivery platform for containerized applications',
    stars: 2500,
    tags: ['latest', 'lts', 'sts', 'alpine'],
    created: '2025-12-09T02:40:10Z',
    by: 'COPY dist / # buildkit',
    compressedBytes: 67_000_000,
    sizeBytes: 186_000_000,
    build: (tree) => void tree.mainCommand('portainer', '/portainer').dir('/data').dir('/var/run'),
    config: {
      Env: [PATH],
      Entrypoint: ['/portainer'],
      ExposedPorts: setOf('8000/tcp', '9000/tcp', '9443/tcp'),
      Volumes: setOf('/data'),
      WorkingDir: '/',
    },
  })
export const portainer = portainerOf('portainer/portainer-ce')
export const oldPortainer = portainerOf('portainer/portainer')

const PROMETHEUS_YML = `# my global config
global:
  scrape_interval: 15s # Set the scrape interval to every 15 seconds. Default is every 1 minute.
  evaluation_interval: 15s # Evaluate rules every 15 seconds. The default is every 1 minute.

scrape_configs:
  - job_name: "prometheus"
    static_configs:
      - targets: ["localhost:9090"]
`

export const prometheus = standIn({
  name: 'prom/prometheus',
  description: 'The Prometheus monitoring system and time series database.',
  stars: 1900,
  tags: ['latest', 'main'],
  created: '2025-12-16T09:12:44Z',
  by: 'COPY .build/linux-amd64/prometheus /bin/prometheus # buildkit',
  compressedBytes: 126_000_000,
  sizeBytes: 370_000_000,
  build: (tree) =>
    void tree
      .commands(SHELL)
      .file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n')
      .file('/etc/group', 'root:x:0:\nnobody:x:65534:\n')
      .mainCommand('prometheus', '/bin/prometheus')
      .file('/etc/prometheus/prometheus.yml', PROMETHEUS_YML)
      .dir('/prometheus', { uid: 65_534, gid: 65_534 }),
  config: {
    Env: [PATH],
    Entrypoint: ['/bin/prometheus'],
    Cmd: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    ExposedPorts: setOf('9090/tcp'),
    User: 'nobody',
    Volumes: setOf('/prometheus'),
    WorkingDir: '/prometheus',
  },
})
