import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import type { ByteStream } from '@drydock/abi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Handler, HeaderMap, parseUrl, request, serveConnection } from './index.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const text = (data: Uint8Array): string => new TextDecoder().decode(data)

/** A connection that gives what the other side sent in pieces of `sizes`, round and round, and records what is written. */
function scripted(
  input: string,
  sizes: readonly number[],
): { stream: ByteStream; written: () => string; isClosed: () => boolean } {
  const source = bytes(input)
  const parts: Uint8Array[] = []
  let [at, turn, closed] = [0, 0, false]
  const stream: ByteStream = {
    read(max = 65536) {
      const size = Math.min(sizes[turn++ % sizes.length] ?? 1, max)
      const piece = source.slice(at, at + size)
      at += piece.length
      return turn % 2 ? piece : Promise.resolve(piece)
    },
    write: (data) => void parts.push(data.slice()),
    shutdown: () => undefined,
    close: () => {
      closed = true
    },
  }
  return { stream, written: () => parts.map(text).join(''), isClosed: () => closed }
}

const CUTS = [[1], [7, 1, 3], [65536], [2, 50]]
const echo: Handler = async ({ method, path, query, body }) => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain' },
  body: `${method} ${path} ${query.get('q') ?? '-'} ${await body.text()}`,
})

describe('server', () => {
  for (const sizes of CUTS)
    it(`reads pipelined requests in pieces of ${sizes}`, async () => {
      const input =
        'POST /a?q=1%202 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello' +
        'POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n' +
        'HEAD /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\n\r\n'
      const { stream, written, isClosed } = scripted(input, sizes)
      await serveConnection(stream, echo)
      const head = (length: number, more = ''): string =>
        `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n${more}\r\n`
      expect(written()).toBe(
        `${head(17)}POST /a 1 2 hello${head(15)}POST /b - abcde${head(10, 'Connection: close\r\n')}`,
      )
      expect(isClosed()).toBe(true)
    })

  it.each([
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/2.0\r\nHost: h\r\n\r\n', 505],
    ['nonsense\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: h\r\n folded: x\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
    ['POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(1 << 21)}\r\n\r\n`, 431],
  ])('refuses %j with %d', async (input, status) => {
    const { stream, written } = scripted(input, [65536])
    await serveConnection(stream, echo)
    expect(written()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('sends 100 Continue when the body is asked for', async () => {
    const { stream, written } = scripted(
      'PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
      [100],
    )
    await serveConnection(stream, echo)
    expect(written()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
  })

  it('streams in chunks, and plainly for HTTP/1.0', async () => {
    const stream: Handler = () => ({
      status: 200,
      body: async (writer) => {
        await writer.write('one')
        await writer.write('')
        await writer.write('two')
      },
    })
    const modern = scripted('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n', [100])
    await serveConnection(modern.stream, stream)
    expect(modern.written()).toContain('\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')
    const old = scripted('GET / HTTP/1.0\r\n\r\n', [100])
    await serveConnection(old.stream, stream)
    expect(old.written()).toMatch(/Connection: close\r\n\r\nonetwo$/)
  })

  it('hands the connection over with the bytes that came early', async () => {
    const { stream, written, isClosed } = scripted(
      'POST /attach HTTP/1.1\r\nHost: h\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\nearly',
      [200],
    )
    let got = ''
    await serveConnection(stream, async (call) => {
      const raw = call.hijack()
      await raw.write(bytes('HTTP/1.1 101 UPGRADED\r\n\r\n'))
      got = text(await raw.read())
      return undefined
    })
    expect([got, written(), isClosed()]).toEqual(['early', 'HTTP/1.1 101 UPGRADED\r\n\r\n', false])
  })

  it('knows when the client is gone', async () => {
    const { stream, written } = scripted('GET /events HTTP/1.1\r\nHost: h\r\n\r\n', [100])
    await serveConnection(stream, async (call) => {
      await call.disconnected()
      return { status: 200, body: 'gone' }
    })
    expect(written()).toContain('gone')
  })

  it('throws on what is no errno', async () => {
    const { stream } = scripted('GET / HTTP/1.1\r\nHost: h\r\n\r\n', [100])
    await expect(serveConnection(stream, () => Promise.reject(new RangeError('bug')))).rejects.toThrow('bug')
  })
})

describe('client', () => {
  for (const sizes of CUTS)
    it(`reads answers in pieces of ${sizes}`, async () => {
      const chunked = scripted(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\nEnd: yes\r\n\r\n',
        sizes,
      )
      const answer = await request(chunked.stream, { target: '/' })
      expect([await answer.body.text(), answer.body.trailers?.get('end'), answer.keepAlive]).toEqual([
        'wiki',
        'yes',
        true,
      ])
      const open = scripted('HTTP/1.0 404 Not Found\r\n\r\nto the end', sizes)
      const old = await request(open.stream, { target: '/x', headers: { Host: 'h' } })
      expect([old.status, old.reason, await old.body.text(), open.written()]).toEqual([
        404,
        'Not Found',
        'to the end',
        'GET /x HTTP/1.1\r\nHost: h\r\n\r\n',
      ])
    })

  it.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc',
  ])('tells of an answer that breaks off: %j', async (input) => {
    const answer = await request(scripted(input, [1000]).stream, { target: '/' })
    await expect(answer.body.readAll()).rejects.toThrow('unexpected EOF')
  })

  it.each([
    ['POST', '{}', 'Content-Length: 2\r\n\r\n{}'],
    ['POST', undefined, 'Content-Length: 0\r\n\r\n'],
    ['GET', undefined, 'Upgrade: tcp\r\n\r\n'],
  ])('frames what it sends with an upgrade: %s %s', async (method, body, end) => {
    const { stream, written } = scripted('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nraw', [9])
    const answer = await request(stream, { method, target: '/', headers: { Host: 'h', Upgrade: 'tcp' }, body })
    expect(text(await answer.hijack().read())).toMatch(/^r/)
    expect(written().endsWith(end)).toBe(true)
  })

  it('tells of a server that says nothing', async () => {
    await expect(request(scripted('', [10]).stream, { target: '/' })).rejects.toThrow('EOF')
  })
})

/** A socket of Node as a stream. */
function streamOf(socket: Socket): ByteStream {
  const reading = socket[Symbol.asyncIterator]()
  return {
    read: async () => {
      const next = await reading.next()
      return next.done ? new Uint8Array(0) : new Uint8Array(next.value as Buffer)
    },
    write: (data) => new Promise<void>((resolve) => void socket.write(data, () => resolve())),
    shutdown: () => void socket.end(),
    close: () => void socket.end(),
  }
}

describe('against Node', () => {
  const node = createServer(async (incoming, outgoing) => {
    let size = 0
    for await (const part of incoming) size += (part as Buffer).length
    outgoing.end(`${incoming.method} ${incoming.url} ${size}`)
  })
  const ours = createTcpServer((socket) => void serveConnection(streamOf(socket), echo))
  const port = (server: typeof ours | typeof node): number => (server.address() as { port: number }).port
  beforeAll(async () => {
    for (const server of [node, ours]) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    node.close()
    ours.close()
  })

  it('asks its server, twice over one connection', async () => {
    const stream = streamOf(connect(port(node), '127.0.0.1'))
    async function* pieces() {
      for (let i = 0; i < 50; i++) yield new Uint8Array(10_000)
    }
    const first = await request(stream, { method: 'PUT', target: '/big', body: pieces() })
    expect(await first.body.text()).toBe('PUT /big 500000')
    const second = await request(stream, { target: '/small' })
    expect(await second.body.text()).toBe('GET /small 0')
    stream.close()
  })

  it('answers its client', async () => {
    const answer = await fetch(`http://127.0.0.1:${port(ours)}/path?q=x`, { method: 'POST', body: 'y'.repeat(100_000) })
    expect((await answer.text()).length).toBe('POST /path x '.length + 100_000)
  })
})

it('keeps fields without regard to case', () => {
  const headers = new HeaderMap([
    ['X-A', '1'],
    ['x-a', '2'],
  ])
  expect([headers.get('X-a'), headers.hasToken('x-A', '2'), [...headers]]).toEqual([
    '1, 2',
    true,
    [
      ['X-A', '1'],
      ['x-a', '2'],
    ],
  ])
})

it.each([
  ['http://h:8080/a?b', 'h', 8080, '/a?b', 'h:8080'],
  ['https://h', 'h', 443, '/', 'h'],
  ['localhost:5000', 'localhost', 5000, '/', 'localhost:5000'],
  ['[::1]:80/x', '::1', 80, '/x', '[::1]'],
  ['http://%zz:p@h/', 'h', 80, '/', 'h'],
])('url %s', (url, host, port, target, authority) =>
  expect(parseUrl(url)).toMatchObject({ host, port, target, authority }),
)
