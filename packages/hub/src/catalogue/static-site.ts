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
