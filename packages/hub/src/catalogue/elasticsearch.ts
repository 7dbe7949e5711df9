import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor, TINI } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function elasticsearchTree(tree: Tree): void {
  addAccount(tree, 'elasticsearch:1000:1000:/usr/share/elasticsearch:/bin/bash')
  tree
    .script('/bin/tini', TINI)
    .script('/usr/local/bin/docker-entrypoint.sh', standInFor('elasticsearch', 'eswrapper'))
    .dir('/usr/share/elasticsearch/data', { uid: 1000 })
    .dir('/usr/share/elasticsearch/config', { uid: 1000 })
}

export const elasticsearch = softwareRepository({
  name: 'library/elasticsearch',
  description: 'Elasticsearch is a powerful open source search and analytics engine that makes data easy to explore.',
  stars: 6400,
  known: ['9.5.3', '8.19.9', '7.17.29', '6.8.23', '5.6.16'],
  hasLatest: false,
  build: elasticsearchTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-22T18:50:06Z',
      base: 'ubi9',
      sizeBytes: 1620000000,
      layers: [
        ['RUN microdnf install --setopt=tsflags=nodocs -y nc shadow-ut', 4105826],
        ['RUN groupadd -g 1000 elasticsearch && adduser -u 1000 -g 100', 1531],
        ['COPY /bin/tini /bin/tini # buildkit', 9532],
        ['WORKDIR /usr/share/elasticsearch', 32],
        ['COPY --chown=0:0 /usr/share/elasticsearch . # buildkit', 849705850],
        ['RUN ln -sf /etc/pki/ca-trust/extracted/java/cacerts jdk/lib/', 269],
        ['COPY --chmod=0555 bin/docker-entrypoint.sh /usr/local/bin/do', 1719],
        ['RUN chmod g=u /etc/passwd && find / -xdev -perm -4000 -exec ', 75185],
        ['RUN mkdir /licenses && ln LICENSE.txt /licenses/LICENSE # bu', 1696],
      ],
      config: {
        Env: [
          'PATH=/usr/share/elasticsearch/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'container=oci',
          'ELASTIC_CONTAINER=true',
          'SHELL=/bin/bash',
        ],
        Entrypoint: ['/bin/tini', '--', '/usr/local/bin/docker-entrypoint.sh'],
        Cmd: ['eswrapper'],
        ExposedPorts: setOf('9200/tcp', '9300/tcp'),
        User: '1000:0',
        WorkingDir: '/usr/share/elasticsearch',
      },
    },
  ],
})
