import { PATH, type Repository, setOf } from '../rootfs/image-spec.ts'
import { busyboxShell, type StandIn, standIn } from '../rootfs/stand-in.ts'

export const visualizer = standIn({
  name: 'dockersamples/visualizer',
  description: 'A visualizer for Docker Swarm',
  stars: 240,
  tags: ['latest', 'stable'],
  created: '2019-10-15T11:03:51Z',
  by: 'COPY dir:visualizer in /app',
  compressedBytes: 55_000_000,
  sizeBytes: 148_000_000,
  build: (tree) => void busyboxShell(tree).mainCommand('visualizer', '/app/server.js').dir('/var/run'),
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

const NOBODY = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n'

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
    void busyboxShell(tree)
      .file('/etc/passwd', NOBODY)
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

/** Like Prometheus itself: one binary on busybox, run by nobody. */
function exporter(
  name: string,
  description: string,
  binary: string,
  versions: readonly string[],
  sizeBytes: number,
  config: Partial<StandIn['config']>,
): Repository {
  const created = '2026-07-30T09:12:44Z'
  return standIn({
    name: `prom/${name}`,
    description,
    stars: 300,
    tags: ['latest', ...versions.map((version) => `v${version}`)],
    created,
    by: `COPY .build/linux-amd64/${binary} /bin/${binary} # buildkit`,
    compressedBytes: Math.floor(sizeBytes * 0.45),
    sizeBytes,
    build: (tree) =>
      void busyboxShell(tree)
        .file('/etc/passwd', NOBODY)
        .file('/etc/group', 'root:x:0:\nnobody:x:65534:\n')
        .mainCommand(binary, `/bin/${binary}`),
    config: { Env: [PATH], Entrypoint: [`/bin/${binary}`], User: 'nobody', ...config },
  })
}

export const nodeExporter = exporter(
  'node-exporter',
  'Prometheus exporter for hardware and OS metrics',
  'node_exporter',
  ['1.11.2', '1.10.2', '1.9.1', '1.8.2'],
  26_000_000,
  { ExposedPorts: setOf('9100/tcp') },
)

export const alertmanager = exporter(
  'alertmanager',
  'Handles alerts sent by client applications such as the Prometheus server',
  'alertmanager',
  ['0.32.1', '0.31.0', '0.28.1', '0.27.0'],
  76_000_000,
  {
    Cmd: ['--config.file=/etc/alertmanager/alertmanager.yml', '--storage.path=/alertmanager'],
    ExposedPorts: setOf('9093/tcp'),
    Volumes: setOf('/alertmanager'),
    WorkingDir: '/alertmanager',
  },
)
