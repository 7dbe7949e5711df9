// Answers every request of a port's origin from the session's virtual network. It remembers nothing but the line to the
// session's worker, so the browser may stop it at any time: it asks the bridge frame for a new one then.
import type { PreviewRequest, SocketRequest } from '@drydock/playground/preview-protocol'
import { cookieHeader } from './cookies.ts'
import { Line } from './line.ts'
import { HELD_MARK } from './mark.ts'
import { closedPage } from './pages.ts'
import { fetchOver, html } from './response.ts'

declare const self: ServiceWorkerGlobalScope

const OWN_FILES: readonly string[] = [
  '/drydock-sw.js',
  '/drydock-bridge.html',
  '/drydock-bridge.js',
  '/drydock-boot.js',
  '/drydock-page.js',
]

const CACHE = 'drydock-own-files'

let line: Promise<Line | undefined> = Promise.resolve(undefined)

self.addEventListener('install', (event) => {
  void self.skipWaiting()
  event.waitUntil(keepOwn())
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (url.origin !== self.location.origin) return
  event.respondWith(OWN_FILES.includes(url.pathname) ? ownFile(url.pathname) : answer(event.request, url))
})

/** What introduces the two ends to one another has to be there without a network as well. */
async function keepOwn(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll(OWN_FILES.map((path) => new Request(path, { cache: 'no-cache' })))
}

async function ownFile(path: string): Promise<Response> {
  try {
    return await fetch(path)
  } catch {
    return (await caches.match(path, { cacheName: CACHE })) ?? Response.error()
  }
}

// What the shim in a page says: that it opens a WebSocket, for which browsers do not ask Service Workers, or that it has
// an EventSource as long as it holds a lock.
self.addEventListener('message', (event) => {
  const [port] = event.ports
  event.waitUntil(port ? openSocket(event.data as SocketRequest, port) : passOn(event.data))
})

async function passOn(message: unknown): Promise<void> {
  ;(await findBridge())?.postMessage(message)
}

async function openSocket(wanted: SocketRequest, port: MessagePort): Promise<void> {
  const [bridge, cookies] = await Promise.all([findBridge(), cookieHeader(true)])
  if (!bridge) return port.postMessage({ kind: 'refused', reason: 'The playground is closed' })
  bridge.postMessage({ ...wanted, headers: [...wanted.headers, ...cookies] }, [port])
}

async function answer(request: Request, url: URL): Promise<Response> {
  const wanted = await requestOf(request, url)
  const isPage = request.mode === 'navigate'
  const response = await throughLine(wanted, isPage)
  // The playground may have been loaded anew meanwhile; what must not happen twice is not asked twice.
  const again = response === undefined && request.method === 'GET' ? await throughLine(wanted, isPage) : response
  return again ?? html(closedPage(playgroundAddress(url)), 503)
}

async function throughLine(wanted: PreviewRequest, isPage: boolean): Promise<Response | undefined> {
  const way = await theLine()
  return way && fetchOver(way, wanted, isPage)
}

async function requestOf(request: Request, url: URL): Promise<PreviewRequest> {
  const { method } = request
  const bare = method === 'GET' || method === 'HEAD'
  return {
    method,
    target: url.pathname + url.search,
    host: url.host,
    headers: [...request.headers, ...(await cookieHeader(request.mode === 'navigate'))],
    body: bare ? undefined : new Uint8Array(await request.arrayBuffer()),
    held: heldIn(url),
  }
}

const heldIn = ({ hash }: URL): string | undefined => hash.split(HELD_MARK)[1]

/** The line that there is, or a new one; requests that come at once share it. */
function theLine(): Promise<Line | undefined> {
  line = line.then((known) => (known?.usable ? known : newLine()))
  return line
}

async function newLine(): Promise<Line | undefined> {
  const bridge = await findBridge()
  if (!bridge) return undefined
  const { port1, port2 } = new MessageChannel()
  bridge.postMessage('drydock-line', [port2])
  return new Line(port1, async () => (await findBridge())?.id === bridge.id)
}

async function findBridge(): Promise<Client | undefined> {
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  return clients.find((client) => new URL(client.url).pathname === '/drydock-bridge.html')
}

/** The playground one level up from the port's own name. */
const playgroundAddress = (url: URL): string => `${url.protocol}//${url.host.replace(/^[^.]*\./, '')}/`
