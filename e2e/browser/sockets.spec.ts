import { expect, type Page, test } from '@playwright/test'
import { Playground } from './playground.ts'

/** The package ws behind Node's own server: echoes what it gets, tells the protocol and the cookie, and counts by events. */
const SERVER = `
const { WebSocketServer } = require('ws')
const server = require('http').createServer((request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    let n = 0
    const timer = setInterval(() => response.write('id: ' + ++n + '\\ndata: tick ' + n + '\\n\\n'), 50)
    request.socket.on('close', () => (clearInterval(timer), console.log('listener gone')))
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/html', 'Set-Cookie': ['user=ann; Path=/', 'gone=1; Max-Age=0'] })
  response.end('<!doctype html><title>chat</title><body>cookie: ' + (request.headers.cookie || 'none'))
})
const sockets = new WebSocketServer({ server, handleProtocols: (offered) => (offered.has('chat') ? 'chat' : false) })
sockets.on('connection', (socket, request) => {
  socket.send(JSON.stringify([request.url, socket.protocol, request.headers.cookie, request.headers.origin]))
  socket.on('message', (data, binary) => {
    if (String(data) === 'close') socket.close(4001, 'as you wish')
    else socket.send(data, { binary })
  })
  socket.on('close', (code) => console.log('closed', code))
})
server.listen(8080, () => console.log('ready'))
`

/** In the page: opens a socket, sends, and gathers what happens until it closes. */
const talk = (page: Page, send: readonly string[]) =>
  page.evaluate(
    (words) =>
      new Promise<unknown[]>((done) => {
        const seen: unknown[] = []
        const socket = new WebSocket(`ws://${location.host}/room?a=1`, ['other', 'chat'])
        socket.binaryType = 'arraybuffer'
        socket.onopen = () => {
          seen.push(['open', socket.protocol, socket instanceof WebSocket])
          socket.send(new Uint8Array([1, 2, 255]))
          for (const word of words) socket.send(word)
        }
        socket.onmessage = ({ data }) => seen.push(typeof data === 'string' ? data : [...new Uint8Array(data)])
        socket.addEventListener('close', ({ code, reason, wasClean }) => done([...seen, [code, reason, wasClean]]))
      }),
    send,
  )

test('WebSockets, server-sent events and cookies reach an opened port', async ({ page, context }) => {
  const playground = await Playground.open(page)
  await playground.write('chat/server.js', SERVER)
  await playground.run(
    'docker run -d --name chat -p 8080:8080 -v $PWD/chat:/app -w /app node:alpine sh -c "npm i ws && node server.js"',
    { timeout: 60_000 },
  )
  await playground.run('until docker logs chat | grep -q ready; do sleep 0.2; done', { timeout: 30_000 })
  const opened = context.waitForEvent('page')
  await playground.port(8080).click()
  const tab = await opened
  await expect(tab.locator('body')).toHaveText('cookie: none')
  await tab.reload()
  await expect(tab.locator('body')).toHaveText('cookie: user=ann')

  const { origin } = new URL(tab.url())
  const long = 'long '.repeat(20_000)
  expect(await talk(tab, ['héllo', long, 'close'])).toEqual([
    ['open', 'chat', true],
    JSON.stringify(['/room?a=1', 'chat', 'user=ann', origin]),
    [1, 2, 255],
    'héllo',
    long,
    [4001, 'as you wish', true],
  ])

  const ticks = await tab.evaluate(
    () =>
      new Promise<string[]>((done) => {
        const source = new EventSource('/events')
        const seen: string[] = []
        source.onmessage = ({ data, lastEventId }) => {
          if (seen.push(`${lastEventId} ${data}`) < 3) return
          source.close()
          done(seen)
        }
      }),
  )
  expect(ticks).toEqual(['1 tick 1', '2 tick 2', '3 tick 3'])
  await playground.run('until docker logs chat | grep -q "listener gone"; do sleep 0.1; done')

  // A page that is left: nobody closes what it had open.
  await tab.evaluate(
    () =>
      new Promise((done) => {
        new WebSocket(`ws://${location.host}/left`).onmessage = done
        Object.assign(window, { kept: new EventSource('/events') })
      }),
  )
  expect(await tab.evaluate('kept.url')).toBe(`${origin}/events`)
  await tab.close()
  await playground.run('until docker logs chat | grep -q "closed 100[16]"; do sleep 0.1; done')
  await playground.run('until [ $(docker logs chat | grep -c "listener gone") = 2 ]; do sleep 0.1; done')
})
