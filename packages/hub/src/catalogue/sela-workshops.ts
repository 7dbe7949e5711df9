import { configSteps, layer, PATH, type Repository, setOf } from '../rootfs/image-spec.ts'
import { busybox } from './busybox.ts'
import { python } from './python.ts'

/** Busybox under the name that lessons on volumes use. */
export const selaBusybox: Repository = {
  ...busybox,
  name: 'selaworkshops/busybox',
  description: 'Busybox for the workshops',
  stars: 1,
  tags: ['latest'],
  image: (tag) => (tag === 'latest' ? busybox.image('latest') : undefined),
}

const CREATED = '2019-04-07T09:30:00Z'
const appOf = (version: string): string => `from http.server import BaseHTTPRequestHandler, HTTPServer
import socket

PAGE = "<h1>Python app, version ${version}</h1><p>Served by {}</p>\\n".format(socket.gethostname())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())


print(" * Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)", flush=True)
HTTPServer(("0.0.0.0", 5000), Handler).serve_forever()
`

/** A page on port 5000 that tells its version. */
export const selaPythonApp: Repository = {
  name: 'selaworkshops/python-app',
  description: 'A small web application for the workshops',
  stars: 1,
  tags: ['latest', '1.0', '2.0', '3.0'],
  image(tag) {
    const base = this.tags.includes(tag) ? python.image('3-alpine') : undefined
    if (!base) return undefined
    const version = tag === 'latest' ? '3.0' : tag
    const own = { Cmd: ['python', 'app.py'], ExposedPorts: setOf('5000/tcp'), WorkingDir: '/app' }
    const config = { ...base.config, Env: base.config.Env ?? [PATH], ...own }
    const text = appOf(version)
    const app = layer('COPY . /app # buildkit', {
      ...{ id: `selaworkshops/python-app:${version}`, compressedBytes: 520, sizeBytes: text.length, created: CREATED },
      ...{ flavour: 'busybox' as const, mergedUsr: false, bulk: [] },
      build: (tree) => void tree.file('/app/app.py', text),
    })
    return { created: CREATED, config, steps: [...base.steps, app, ...configSteps(CREATED, own)] }
  },
}
