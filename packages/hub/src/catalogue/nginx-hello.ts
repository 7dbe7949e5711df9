import type { Repository } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { nginxOn } from './nginx.ts'
import { page } from './site-image.ts'

const HTML = '/usr/share/nginx/html'
const CONF = '/etc/nginx/conf.d'
const FACTS = [
  ['Server address', '$server_addr:$server_port'],
  ['Server name', '$hostname'],
  ['Date', '$time_local'],
  ['URI', '$request_uri'],
] as const

const PLAIN = `server {
    listen 80;
    listen [::]:80;

    location / {
        default_type text/plain;
        expires -1;
        return 200 '${FACTS.map(([title, variable]) => `${title}: ${variable}\\n`).join('')}Request ID: $request_id\\n';
    }
}
`
const FILTERED = `server {
    listen 80;
    listen [::]:80;
    root ${HTML};
    try_files /index.html =404;
    expires -1;

    sub_filter_once off;
${FACTS.map(([title, variable]) => `    sub_filter '{${title}}' '${variable}';\n`).join('')}    sub_filter '{Request ID}' '$request_id';
}
`
const PAGE = page(
  'Hello World',
  `<h1>Hello from nginx</h1>
${FACTS.map(([title]) => `<p><b>${title}:</b> {${title}}</p>`).join('\n')}
<p><small>Request ID: {Request ID}</small></p>`,
)

const plainTree = (tree: Tree): void => void tree.file(`${CONF}/default.conf`, PLAIN)
const pageTree = (tree: Tree): void => void tree.file(`${CONF}/default.conf`, FILTERED).file(`${HTML}/index.html`, PAGE)

/** Says which server answers, as a page or in plain text. */
export const nginxHello: Repository = {
  name: 'nginxdemos/hello',
  description: 'NGINX webserver that serves a simple page containing its hostname, IP address and port',
  stars: 180,
  tags: ['latest', 'plain-text', '0.4', '0.4-plain-text', '0.3', '0.3-plain-text', '0.2'],
  image(tag) {
    const match = /^(?:latest|0\.\d+|plain-text|0\.\d+-plain-text)$/.exec(tag)
    if (!match) return undefined
    const plain = tag.endsWith('plain-text')
    const layer = {
      by: `COPY ${plain ? 'hello-plain-text.conf' : 'hello.conf'} ${CONF}/hello.conf # buildkit`,
      compressedBytes: plain ? 900 : 13_000,
      sizeBytes: plain ? 1_400 : 16_000,
      id: `nginxdemos/hello:${plain ? 'plain-text' : 'page'}`,
      build: plain ? plainTree : pageTree,
      bulk: [`${HTML}/50x.png`],
    }
    return nginxOn({ alpine: true, words: [] }, [layer], { id: 'nginxdemos-hello', created: '2024-01-31T21:46:12Z' })
  },
}
