// Keeps the playground's own files, so that it opens without a network. One version of the page is served as a whole:
// a new one is fetched beside it and takes over when the last tab of the old one is closed.
export {}

declare const self: ServiceWorkerGlobalScope
/** Set by the build: addresses below the scope, and a name that changes with any of them. */
declare const OFFLINE_FILES: readonly string[]
declare const OFFLINE_VERSION: string

const PREFIX = 'drydock-'
const CACHE = `${PREFIX}${OFFLINE_VERSION}`
const HEAVY = /\/assets\/(?:[^/]+\.(?:wasm|data|gz)|(?:npm-mirror|python-index)[^/]*\.js)$|\/pyodide\/[^/]+$/

self.addEventListener('install', (event) => event.waitUntil(keep()))
// The page of the first visit is served as well: what it comes to use is kept.
self.addEventListener('activate', (event) => event.waitUntil(Promise.all([dropOthers(), self.clients.claim()])))
self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return
  event.respondWith(answer(request))
})

/** A name with a hash stands for one content: what the page has fetched already need not be asked for again. */
const HASHED = /-[\w-]{8}\./
/** Files at a time: the page is in use meanwhile. */
const AT_ONCE = 8

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (let at = 0; at < OFFLINE_FILES.length; at += AT_ONCE) {
    const files = OFFLINE_FILES.slice(at, at + AT_ONCE)
    await cache.addAll(files.map((file) => new Request(file, { cache: HASHED.test(file) ? 'default' : 'no-cache' })))
  }
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  )
}

/** The page for any address that is opened, whatever session it names; files as they were kept. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  const wanted = request.mode === 'navigate' ? new URL('./', self.registration.scope) : request
  return (await cache.match(wanted, { ignoreSearch: true, ignoreVary: true })) ?? keepWhenUsed(cache, request)
}

/** A heavy runtime is no part of the page: it is kept once it was fetched. Its name changes with its content. */
async function keepWhenUsed(cache: Cache, request: Request): Promise<Response> {
  const response = await fetch(request)
  if (response.ok && response.type === 'basic' && HEAVY.test(new URL(request.url).pathname))
    await cache.put(request, response.clone())
  return response
}
