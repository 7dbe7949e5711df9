import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor, TINI } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function kibanaTree(tree: Tree): void {
  addAccount(tree, 'kibana:1000:1000:/usr/share/kibana:/bin/bash')
  tree.script('/bin/tini', TINI).script('/usr/local/bin/kibana-docker', standInFor('kibana', 'kibana'))
}

export const kibana = softwareRepository({
  name: 'library/kibana',
  description: 'Kibana gives shape to any kind of data — structured and unstructured — indexed in Elasticsearch.',
  stars: 2700,
  known: ['9.5.3', '8.19.9', '7.17.29', '6.8.23', '5.6.16'],
  hasLatest: false,
  build: kibanaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-22T18:52:11Z',
      base: 'ubi9',
      sizeBytes: 1300000000,
      layers: [
        ['RUN /bin/sh -c microdnf install --setopt=tsflags=nodocs -y fontconfig # buildkit', 14000000],
        ['COPY --chown=1000:0 /usr/share/kibana /usr/share/kibana # buildkit', 398000000],
      ],
      config: {
        Env: [
          'PATH=/usr/share/kibana/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'container=oci',
          'ELASTIC_CONTAINER=true',
        ],
        Entrypoint: ['/bin/tini', '--'],
        Cmd: ['/usr/local/bin/kibana-docker'],
        ExposedPorts: setOf('5601/tcp'),
        User: '1000',
        WorkingDir: '/usr/share/kibana',
      },
    },
  ],
})
