import type { Repository } from '../rootfs/image-spec.ts'
import { page, siteRepository } from './site-image.ts'

const HTML = '/usr/share/nginx/html'
const greeting = (who: string): string =>
  page(
    'Hello Docker!',
    `<h1>Hello ${who}!</h1>
<p>This is being served from a <b>docker</b> container running Nginx.</p>`,
  )

/** Greets whom the variable AUTHOR names, when the container starts. */
export const dockersamplesStaticSite = siteRepository({
  name: 'dockersamples/static-site',
  description: 'A page that greets its author',
  stars: 30,
  tags: ['latest'],
  created: '2016-12-16T16:52:20Z',
  compressedBytes: 22_400,
  sizeBytes: 61_000,
  build: (tree) =>
    void tree.file(`${HTML}/Hello_docker.html`, greeting('Docker')).file(`${HTML}/index.html`, greeting('Docker')),
  env: ['AUTHOR=Docker'],
  cmd: [
    '/bin/sh',
    '-c',
    `cd ${HTML}/ && sed -e s/Docker/"$AUTHOR"/ Hello_docker.html > index.html ; nginx -g 'daemon off;'`,
  ],
  ports: ['443/tcp', '80/tcp'],
})

export const prakharStaticSite = siteRepository({
  name: 'prakhar1989/static-site',
  description: 'A page for those who learn Docker',
  stars: 60,
  tags: ['latest'],
  created: '2016-01-11T14:31:01Z',
  compressedBytes: 20_100,
  sizeBytes: 58_000,
  build: (tree) => void tree.file(`${HTML}/index.html`, greeting('Docker')),
  ports: ['443/tcp', '80/tcp'],
})

export const helloDock = siteRepository({
  name: 'fhsinchy/hello-dock',
  description: 'A page that says hello',
  stars: 6,
  tags: ['latest'],
  created: '2021-01-16T08:51:09Z',
  compressedBytes: 110_000,
  sizeBytes: 340_000,
  build: (tree) =>
    void tree.file(
      `${HTML}/index.html`,
      page('hello-dock', '<h1>Hello Dock</h1>\n<p>A container answers: nginx serves this page.</p>'),
    ),
})

export const hellowhale = siteRepository({
  name: 'ajeetraina/hellowhale',
  description: 'Hello Whale: a page for demonstrations of swarms',
  stars: 8,
  tags: ['latest', 'v1.0', '1.0', '2.0'],
  created: '2016-07-30T10:01:45Z',
  compressedBytes: 210_000,
  sizeBytes: 240_000,
  build: (tree) =>
    void tree.file(`${HTML}/index.html`, page('Hello Whale', '<h1>Hello Whale!</h1>\n<p>🐳 A container answers.</p>')),
})

/** Says which container answers, once it runs. */
const helloWorldSite = (name: string, stars: number): Repository =>
  siteRepository({
    name,
    description: 'Image to test docker deployments: it shows the name of the container.',
    stars,
    tags: ['latest'],
    created: '2016-01-27T17:00:02Z',
    compressedBytes: 5_000,
    sizeBytes: 12_000,
    build: (tree) =>
      void tree.file(
        `${HTML}/index.html`,
        page('Hello world!', '<h1>Hello world!</h1>\n<h3>My hostname is @HOST@</h3>'),
      ),
    cmd: ['/bin/sh', '-c', `sed -i "s/@HOST@/$(hostname)/" ${HTML}/index.html; exec nginx -g 'daemon off;'`],
  })
export const tutumHelloWorld = helloWorldSite('tutum/hello-world', 90)
export const dockercloudHelloWorld = helloWorldSite('dockercloud/hello-world', 30)
