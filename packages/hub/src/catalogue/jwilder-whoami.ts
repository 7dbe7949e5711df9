import { PATH, setOf } from '../rootfs/image-spec.ts'
import { standIn } from '../rootfs/stand-in.ts'

/** Tells the name of its container: what nginx-proxy's examples stand before. */
export const jwilderWhoami = standIn({
  name: 'jwilder/whoami',
  description: 'Simple HTTP docker service that prints its container ID',
  stars: 60,
  tags: ['latest'],
  created: '2020-07-29T05:01:44Z',
  by: 'COPY file:http in /app/ ',
  compressedBytes: 5_000_000,
  sizeBytes: 10_100_000,
  build: (tree) => void tree.mainCommand('jwilder-whoami', '/app/http'),
  config: {
    Env: [PATH, 'PORT=8000'],
    Cmd: ['/app/http'],
    ExposedPorts: setOf('8000/tcp'),
    WorkingDir: '/app',
  },
})
