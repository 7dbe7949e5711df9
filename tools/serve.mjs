// A plain static server for dist, on loopback only. drydock.localhost is the playground, ip….drydock.localhost an
// opened port's own origin (dist/preview, index.html for every path), anything else is sent to drydock.localhost.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}
const COMPRESSED = ['.html', '.js', '.mjs', '.css', '.svg', '.json']

/**
 * @param {{port?: number, root?: string, onSent?: (path: string, bytes: number) => void}} options
 *   onSent hears how long each compressed answer is
 * @returns {Promise<{port: number, close(): void}>}
 */
export function serve({ port = 8080, root = 'dist', onSent = () => undefined } = {}) {
  const zipped = new Map()
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    const preview = /^ip[\w-]+\.drydock\.localhost$/.test(host)
    if (!preview && host !== 'drydock.localhost') {
      const at = server.address()
      response.writeHead(302, { location: `http://drydock.localhost:${at.port}${request.url}` })
      return response.end()
    }
    const folder = preview ? join(root, 'preview') : root
    send(request, response, { zipped, onSent }, pick(folder, new URL(request.url ?? '/', 'http://x').pathname))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve({ port: server.address().port, close: () => server.close() }))
  })
}

function pick(folder, pathname) {
  const file = join(folder, normalize(decodeURIComponent(pathname)))
  if (file.startsWith(folder) && existsSync(file) && statSync(file).isFile()) return file
  return join(folder, 'index.html')
}

function send(request, response, { zipped, onSent }, file) {
  const extension = extname(file)
  const headers = {
    'content-type': TYPES[extension] ?? 'application/octet-stream',
    'cache-control': /-[\w-]{8}\./.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (!COMPRESSED.includes(extension) || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    response.writeHead(200, headers)
    return createReadStream(file).pipe(response)
  }
  const key = `${file} ${statSync(file).mtimeMs}`
  if (!zipped.has(key)) zipped.set(key, gzipSync(readFileSync(file)))
  response.writeHead(200, { ...headers, 'content-encoding': 'gzip' })
  onSent(file, zipped.get(key).length)
  response.end(zipped.get(key))
}
