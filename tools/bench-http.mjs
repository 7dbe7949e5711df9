// How many requests a second the simulated servers answer.
//
//   npm run bench:http [seconds]
//
// From a page: a port of its own origin in Chromium, through its Service Worker, the session's worker and nginx to a
// file; beside the floor, a Service Worker of the same kind that answers by itself. Through `serve --publish`: wrk (or
// ab) on the real port, beside the machine's own nginx. What is not on this machine is left out, aloud.
import { chromium } from '@playwright/test'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBrowser } from './browser.mjs'
import { commandBundle } from './command-bundle.mjs'
import { serve } from './serve.mjs'

const SECONDS = Number(process.argv[2] ?? 5)
const SMALL = 612
const LARGE = 4 * 1024 * 1024
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

// from a page ---------------------------------------------------------------------------------------------------------

/** Runs in the page: one request after another, and eight at a time. */
async function measure([address, seconds, bytes]) {
  const once = async () => {
    const response = await fetch(address, { cache: 'no-store' })
    const { byteLength } = await response.arrayBuffer()
    if (!response.ok || byteLength !== bytes) throw new Error(`${address}: ${response.status}, ${byteLength} bytes`)
  }
  for (let i = 0; i < 5; i++) await once()
  const run = async (clients) => {
    const times = []
    const start = performance.now()
    const end = start + seconds * 1000
    const client = async () => {
      while (performance.now() < end) {
        const before = performance.now()
        await once()
        times.push(performance.now() - before)
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
    return { times, seconds: (performance.now() - start) / 1000 }
  }
  const [one, eight] = [await run(1), await run(8)]
  return { latencies: one.times, rate: eight.times.length / eight.seconds }
}

const FLOOR_WORKER = `
const small = new Uint8Array(${SMALL}), large = new Uint8Array(${LARGE})
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url)
  if (pathname === '/small' || pathname === '/large')
    event.respondWith(new Response(pathname === '/small' ? small : large, { headers: { 'content-type': 'text/html' } }))
})`

/** A page with a Service Worker that answers by itself: no server can be nearer. */
async function floorServer() {
  const server = createServer((request, response) => {
    const worker = request.url === '/sw.js'
    response.writeHead(200, { 'content-type': worker ? 'text/javascript' : 'text/html' })
    response.end(
      worker
        ? FLOOR_WORKER
        : '<script>navigator.serviceWorker.register("/sw.js");navigator.serviceWorker.ready.then(()=>{document.title="ready"})</script>',
    )
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { address: `http://localhost:${server.address().port}/`, close: () => server.close() }
}

const SETUP = [
  'mkdir -p /root/site',
  `head -c ${SMALL} /dev/zero > /root/site/small`,
  `head -c ${LARGE} /dev/zero > /root/site/large`,
  'docker run -d -p 80:80 -v /root/site:/usr/share/nginx/html nginx',
  `docker run -d -p 3000:3000 node node -e 'require("http").createServer((q, s) => s.end("hello world\\n")).listen(3000)'`,
]

async function typed(page, command, timeout) {
  const mark = `done-${Math.random().toString(36).slice(2)}`
  await page.locator('.terminal:visible .xterm-helper-textarea').focus()
  await page.keyboard.type(`${command}; echo ${mark.slice(0, 5)}''${mark.slice(5)}\n`)
  await page.waitForFunction(
    (wanted) => document.querySelector('.terminal .xterm-rows')?.textContent?.includes(wanted),
    mark,
    { timeout },
  )
}

async function portPage(context, page, port) {
  const opening = context.waitForEvent('page')
  await page.getByRole('button', { name: `Open port ${port}`, exact: true }).click()
  const opened = await opening
  await opened.waitForLoadState('load')
  await opened.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 30_000 })
  return opened
}

const row = (name, found, bytes) => {
  const large = bytes > 100_000 ? `, ${((found.rate * bytes) / 1024 / 1024).toFixed(1)} MB/s` : ''
  console.log(
    `  ${name.padEnd(28)} ${found.rate.toFixed(0).padStart(6)} requests/s, ${median(found.latencies).toFixed(2)} ms each${large}`,
  )
  return found
}

async function fromPage() {
  const browser = await chromium.launch({ executablePath: ensureBrowser(), args: ['--no-sandbox'] })
  const [site, floor] = [await serve({ port: 0 }), await floorServer()]
  try {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`http://drydock.localhost:${site.port}/`)
    await page.waitForFunction(() =>
      /[$#]\s*$/.test(document.querySelector('.terminal .xterm-rows')?.textContent ?? ''),
    )
    for (const command of SETUP) await typed(page, command, 120_000)
    console.log('from a page in Chromium, eight requests at a time:')
    const floorPage = await context.newPage()
    await floorPage.goto(floor.address)
    await floorPage.waitForFunction(() => document.title === 'ready' && navigator.serviceWorker.controller !== null)
    const nginx = await portPage(context, page, 80)
    const node = await portPage(context, page, 3000)
    const of = (where, target, bytes) => where.evaluate(measure, [target, SECONDS, bytes])
    const least = row('floor, small file', await of(floorPage, '/small', SMALL), SMALL)
    const small = row('nginx, small file', await of(nginx, '/small', SMALL), SMALL)
    row('floor, 4 MB file', await of(floorPage, '/large', LARGE), LARGE)
    row('nginx, 4 MB file', await of(nginx, '/large', LARGE), LARGE)
    row('node, hello world', await of(node, '/', 12), 12)
    console.log(`  small files at ${((100 * small.rate) / least.rate).toFixed(0)}% of the floor`)
  } finally {
    await browser.close()
    site.close()
    floor.close()
  }
}

// through serve --publish -----------------------------------------------------------------------------------------------

const load = (port, target) => {
  const address = `http://127.0.0.1:${port}/${target}`
  const text = has('wrk')
    ? execFileSync('wrk', ['-t1', '-c8', `-d${SECONDS}s`, address], { encoding: 'utf8' })
    : execFileSync('ab', ['-k', '-c8', `-t${SECONDS}`, '-n1000000', address], { encoding: 'utf8' })
  return Number(/Requests(?:\/sec:|\s+per second:)\s+([\d.]+)/.exec(text)?.[1] ?? 0)
}

/** The machine's own nginx on a port, with one process, as here. */
function realNginx(folder, port) {
  const conf = join(folder, 'nginx.conf')
  writeFileSync(
    conf,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; client_body_temp_path ${folder}/t; proxy_temp_path ${folder}/t; fastcgi_temp_path ${folder}/t;
     uwsgi_temp_path ${folder}/t; scgi_temp_path ${folder}/t; server { listen 127.0.0.1:${port}; root ${folder}/site; } }`,
  )
  return spawn('nginx', ['-c', conf, '-p', folder], { stdio: 'ignore' })
}

const pause = (ms) => new Promise((later) => setTimeout(later, ms))

async function published() {
  if (!has('wrk') && !has('ab')) return void console.log('skipped: this machine has neither wrk nor ab')
  if (!has('docker')) return void console.log('skipped: this machine has no docker command to talk to the engine with')
  await commandBundle()
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
  const socket = join(folder, 'docker.sock')
  mkdirSync(join(folder, 'site'))
  writeFileSync(join(folder, 'site', 'small'), Buffer.alloc(SMALL))
  const children = [
    spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket, '--publish'], { stdio: 'ignore' }),
  ]
  try {
    while (!existsSync(socket)) await pause(100)
    const docker = (...words) =>
      execFileSync('docker', words, { env: { ...process.env, DOCKER_HOST: `unix://${socket}` }, stdio: 'pipe' })
    docker('run', '-d', '--name', 'web', '-p', '18080:80', 'nginx')
    docker('exec', 'web', 'sh', '-c', `head -c ${SMALL} /dev/zero > /usr/share/nginx/html/small`)
    await pause(500)
    console.log(`through serve --publish, ${has('wrk') ? 'wrk' : 'ab'} with eight connections:`)
    const ours = load(18080, 'small')
    console.log(`  nginx here                   ${ours.toFixed(0).padStart(6)} requests/s`)
    if (!has('nginx')) return void console.log('skipped: this machine has no nginx of its own to compare with')
    children.push(realNginx(folder, 18081))
    await pause(500)
    const real = load(18081, 'small')
    console.log(
      `  the machine's nginx          ${real.toFixed(0).padStart(6)} requests/s: 1 to ${(real / ours).toFixed(1)}`,
    )
  } finally {
    for (const child of children) child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (!existsSync('dist/index.html')) spawnSync('npx', ['vite', 'build', '--logLevel', 'error'], { stdio: 'inherit' })
await fromPage()
await published()
