// Answers every request of a port's origin from the session's virtual network. It remembers nothing, so the browser
// may stop it at any time: for each request it looks for the bridge frame anew.
import { CANCEL, type PreviewRequest, type PreviewResponse } from '@drydock/playground/preview-protocol'
import { closedPage, refusedPage } from './pages.ts'

declare const self: ServiceWorkerGlobalScope

const OWN_FILES: readonly string[] = [
  '/drydock-sw.js',
  '/drydock-bridge.html',
  '/drydock-bridge.js',
  '/drydock-boot.js',
]

self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (url.origin !== self.location.origin || OWN_FILES.includes(url.pathname)) return
  event.respondWith(answer(event.request, url))
})

async function answer(request: Request, url: URL): Promise<Response> {
  const bridge = await findBridge()
  if (!bridge) return html(closedPage(playgroundAddress(url)), 503)
  const wanted: PreviewRequest = {
    method: request.method,
    target: url.pathname + url.search,
    host: url.host,
    headers: [...request.headers],
    body: new Uint8Array(await request.arrayBuffer()),
  }
  const channel = new MessageChannel()
  const response = responseFrom(channel.port1, request.method)
  bridge.postMessage(wanted, [channel.port2])
  return response
}

async function findBridge(): Promise<Client | undefined> {
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  return clients.find((client) => new URL(client.url).pathname === '/drydock-bridge.html')
}

/** Resolves with the head; the body streams behind it. */
function responseFrom(port: MessagePort, method: string): Promise<Response> {
  return new Promise((resolve) => {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (body = controller),
      cancel: () => {
        port.postMessage(CANCEL)
        port.close()
      },
    })
    port.onmessage = (event: MessageEvent<PreviewResponse>) => {
      const message = event.data
      if (message.kind === 'head')
        resolve(new Response(bodyless(message.status, method) ? null : stream, headOf(message)))
      else if (message.kind === 'chunk') body?.enqueue(message.bytes)
      else if (message.kind === 'end') body?.close()
      else resolve(html(refusedPage(message.reason), 502))
      if (message.kind === 'end' || message.kind === 'error') port.close()
    }
  })
}

const bodyless = (status: number, method: string): boolean => method === 'HEAD' || [101, 204, 205, 304].includes(status)

/** Headers that speak of the connection, not of the content, are the browser's own business. */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'trailer',
]
function headOf(head: Extract<PreviewResponse, { kind: 'head' }>): ResponseInit {
  const headers = new Headers()
  for (const [name, value] of head.headers) if (!HOP_BY_HOP.includes(name.toLowerCase())) headers.append(name, value)
  return { status: head.status, statusText: head.statusText, headers }
}

const html = (text: string, status: number): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })

/** The playground one level up from the port's own name. */
const playgroundAddress = (url: URL): string => `${url.protocol}//${url.host.replace(/^[^.]*\./, '')}/`
