import { PATH, setOf } from '../rootfs/image-spec.ts'
import { standIn } from '../rootfs/stand-in.ts'

/** Answers each request with one text: what stands behind proxies in many lessons. */
export const httpEcho = standIn({
  name: 'hashicorp/http-echo',
  description: 'A tiny go web server that echos what you start it with!',
  stars: 110,
  tags: ['latest', '1.0', '1.0.0', '0.2.3'],
  created: '2023-10-06T15:22:46Z',
  by: 'COPY dist/linux/amd64/http-echo / # buildkit',
  compressedBytes: 3_900_000,
  sizeBytes: 9_960_000,
  build: (tree) =>
    void tree
      .mainCommand('http-echo', '/http-echo')
      .file(
        '/etc/passwd',
        'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
      )
      .file('/etc/group', 'root:x:0:\nnonroot:x:65532:\n')
      .dir('/home/nonroot', { uid: 65_532, gid: 65_532 }),
  config: {
    Env: [PATH, 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt', 'PRODUCT_NAME=http-echo', 'ECHO_TEXT=hello-world'],
    Entrypoint: ['/http-echo'],
    ExposedPorts: setOf('5678/tcp'),
    User: 'nonroot:nonroot',
    WorkingDir: '/home/nonroot',
  },
})
