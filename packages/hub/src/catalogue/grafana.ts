import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function grafanaTree(tree: Tree): void {
  addAccount(tree, 'grafana:472:0:/home/grafana:/sbin/nologin')
  tree
    .mainCommand('grafana', '/usr/share/grafana/bin/grafana')
    .script('/run.sh', '#!/bin/sh\nexec grafana server "$@"\n')
    .file('/etc/grafana/grafana.ini', '[server]\n;http_port = 3000\n')
    .dirs('/var/lib/grafana /var/log/grafana /var/lib/grafana/plugins /etc/grafana/provisioning', { uid: 472 })
    .dirs('/etc/grafana/provisioning/datasources /etc/grafana/provisioning/dashboards', { uid: 472 })
}

export const grafana = softwareRepository({
  name: 'grafana/grafana',
  description: 'The official Grafana docker container',
  stars: 3400,
  known: ['12.4.1', '11.6.8', '10.4.19', '9.5.21'],
  build: grafanaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-08T13:57:30Z',
      base: 'alpine',
      sizeBytes: 733000000,
      layers: [
        ['RUN /bin/sh -c if grep -i -q alpine /etc/issue; then apk add --no-cache # buildkit', 2700000],
        ['COPY /tmp/grafana /usr/share/grafana # buildkit', 186000000],
        ['COPY /run.sh / # buildkit', 1250],
      ],
      config: {
        Env: [
          'PATH=/usr/share/grafana/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GF_PATHS_CONFIG=/etc/grafana/grafana.ini',
          'GF_PATHS_DATA=/var/lib/grafana',
          'GF_PATHS_HOME=/usr/share/grafana',
          'GF_PATHS_LOGS=/var/log/grafana',
          'GF_PATHS_PLUGINS=/var/lib/grafana/plugins',
          'GF_PATHS_PROVISIONING=/etc/grafana/provisioning',
        ],
        Entrypoint: ['/run.sh'],
        ExposedPorts: setOf('3000/tcp'),
        User: '472',
        WorkingDir: '/usr/share/grafana',
      },
    },
  ],
})
