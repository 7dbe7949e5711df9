import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function influxdbTree(tree: Tree): void {
  tree
    .script('/entrypoint.sh', standInFor('influxdb', 'influxd'))
    .dirs('/var/lib/influxdb2 /etc/influxdb2 /docker-entrypoint-initdb.d')
}

export const influxdb = softwareRepository({
  name: 'library/influxdb',
  description: 'InfluxDB is the open source time series database built for real-time analytic workloads.',
  stars: 1900,
  known: ['2.9.1', '1.12.2'],
  versionVariable: 'INFLUXDB_VERSION',
  build: influxdbTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-19T00:46:10Z',
      base: 'slim',
      sizeBytes: 277400000,
      layers: [
        ['RUN export DEBIAN_FRONTEND=noninteractive && apt-get update ', 9820091],
        ['RUN case "$(dpkg --print-architecture)" in *amd64) arch=amd6', 3822782],
        ['RUN groupadd -r influxdb --gid=1000 && useradd -r -g influxd', 3229],
        ['RUN case "$(dpkg --print-architecture)" in *amd64) arch=amd6', 56510668],
        ['RUN case "$(dpkg --print-architecture)" in *amd64) arch=amd6', 12421832],
        ['RUN mkdir /docker-entrypoint-initdb.d && mkdir -p /var/lib/i', 209],
        ['COPY default-config.yml /etc/defaults/influxdb2/config.yml #', 232],
        ['COPY entrypoint.sh /entrypoint.sh # buildkit', 6500],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'INFLUXDB_VERSION=2.9.1',
          'INFLUX_CLI_VERSION=2.8.0',
          'INFLUX_CONFIGS_PATH=/etc/influxdb2/influx-configs',
          'INFLUXD_INIT_PORT=9999',
          'INFLUXD_INIT_PING_ATTEMPTS=600',
          'DOCKER_INFLUXDB_INIT_CLI_CONFIG_NAME=default',
        ],
        Entrypoint: ['/entrypoint.sh'],
        Cmd: ['influxd'],
        ExposedPorts: setOf('8086/tcp'),
        Volumes: setOf('/var/lib/influxdb2', '/etc/influxdb2'),
      },
    },
  ],
})
