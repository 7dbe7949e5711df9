import { isErrno, type Process, type Program, SIGTERM, type Sys } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { Stdio } from '@drydock/libc'
import { openPort, serveHttp } from './http-server.ts'

interface Settings {
  readonly port: number
  readonly name: string
  readonly verbose: boolean
}

function settingsOf({ argv, env }: Process): Settings {
  const words = argv.slice(1)
  const value = (name: string): string | undefined => {
    const at = words.findIndex((word) => word.replace(/^--?/, '').split('=')[0] === name)
    return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1])
  }
  return {
    port: Number(value('port') ?? env.get('WHOAMI_PORT_NUMBER') ?? 80),
    name: value('name') ?? env.get('WHOAMI_NAME') ?? '',
    verbose: words.some((word) => /^--?verbose/.test(word)),
  }
}

/** As Go's net.InterfaceAddrs lists them. */
const addressesOf = (sys: Sys): string[] =>
  sys
    .netlink({ op: 'link-list' })
    .flatMap(({ addresses, addresses6 }) => [...addresses, ...addresses6].map((each) => each.split('/')[0] ?? ''))

/** `User-agent`, `X-Real-Ip`: as Go writes names of fields. */
const canonical = (name: string): string =>
  name
    .toLowerCase()
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-')

/** By name, each with its values; Host stands apart. */
function fieldsOf({ headers }: ServerRequest): readonly (readonly [string, readonly string[]])[] {
  const names = [...new Set([...headers].map(([name]) => canonical(name)))].filter((name) => name !== 'Host')
  return names.toSorted().map((name) => [name, headers.getAll(name)])
}

/** net/http's Request.Write leaves these to the transport. */
const NOT_WRITTEN: readonly string[] = ['User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer']

function plain(sys: Sys, request: ServerRequest, remote: string, name: string): string {
  const agent = request.headers.get('user-agent') ?? 'Go-http-client/1.1'
  const fields = fieldsOf(request).filter(([each]) => !NOT_WRITTEN.includes(each))
  const length = request.headers.get('content-length')
  return [
    ...(name === '' ? [] : [`Name: ${name}\n`]),
    `Hostname: ${sys.uname().nodename}\n`,
    ...addressesOf(sys).map((address) => `IP: ${address}\n`),
    `RemoteAddr: ${remote}\n`,
    `${request.method} ${request.target} HTTP/1.1\r\n`,
    `Host: ${request.headers.get('host') ?? ''}\r\n`,
    `User-Agent: ${agent}\r\n`,
    ...(length === undefined || length === '0' ? [] : [`Content-Length: ${length}\r\n`]),
    ...fields.flatMap(([each, values]) => values.map((value) => `${each}: ${value}\r\n`)),
    '\r\n',
  ].join('')
}

const api = (sys: Sys, request: ServerRequest, remote: string, name: string): string =>
  `${JSON.stringify({
    hostname: sys.uname().nodename,
    ip: addressesOf(sys),
    headers: Object.fromEntries(fieldsOf(request)),
    url: request.target,
    host: request.headers.get('host') ?? '',
    method: request.method,
    ...(name === '' ? {} : { name }),
    remoteAddr: remote,
  })}\n`

const UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

/** `-ABC…`: as many bytes as were asked for. */
function data({ query }: ServerRequest): ServerResponse {
  const size = Math.max(1, Number(query.get('size') ?? 1)) * (UNITS[(query.get('unit') ?? '').toLowerCase()] ?? 1)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const piece = new TextEncoder().encode(letters.repeat(1000))
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/plain'],
      ['Content-Length', String(size)],
    ],
    body: async ({ write }) => {
      for (let left = size; left > 0; left -= piece.length)
        await write(left < piece.length ? piece.subarray(0, left) : piece)
    },
  }
}

type Page = (sys: Sys, request: ServerRequest, remote: string, name: string) => ServerResponse | Promise<ServerResponse>

const text = (body: string, type = 'text/plain; charset=utf-8'): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', type]],
  body,
})

/** https://github.com/traefik/whoami: its paths. */
class Whoami {
  private readonly sys: Sys
  private readonly settings: Settings
  private health = 200

  constructor(sys: Sys, settings: Settings) {
    this.sys = sys
    this.settings = settings
  }

  private readonly pages: Readonly<Record<string, Page>> = {
    '/api': (sys, request, remote, name) => text(api(sys, request, remote, name), 'application/json'),
    '/bench': () => ({
      status: 200,
      headers: [
        ['Connection', 'keep-alive'],
        ['Content-Type', 'text/plain'],
      ],
      body: '1',
    }),
    '/data': (_, request) => data(request),
    '/health': async (_, request) => {
      if (request.method === 'POST') this.health = Number(new TextDecoder().decode(await request.body.readAll())) || 200
      return { status: request.method === 'POST' ? 200 : this.health }
    },
  }

  async answer(request: ServerRequest, remote: string): Promise<ServerResponse> {
    const { sys, settings } = this
    const wait = /^(\d+)(ms|s)$/.exec(request.query.get('wait') ?? '')
    if (wait) await sys.sleep(Number(wait[1]) * (wait[2] === 's' ? 1000 : 1))
    const page = this.pages[request.path]
    if (page) return page(sys, request, remote, settings.name)
    return text(plain(sys, request, remote, settings.name))
  }
}

/** `2026/11/28 16:20:15`, as Go's log package begins its lines. */
const logTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')

async function main(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const settings = settingsOf(process)
  const whoami = new Whoami(sys, settings)
  // Go's runtime ends by itself, whatever number the process has.
  sys.sigaction(SIGTERM, () => sys.exit(2))
  await io.warn(`${logTime(sys.clock.now())} Starting up on port ${settings.port}\n`)
  try {
    await serveHttp(sys, openPort(sys, settings.port), async (request, remote) => {
      if (settings.verbose)
        await io.warn(
          `${logTime(sys.clock.now())} ${remote} - - "${request.method} ${request.target} ${request.protocol}" - -\n`,
        )
      return whoami.answer(request, remote)
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    const words = error.message.charAt(0).toLowerCase() + error.message.slice(1)
    await io.warn(`${logTime(sys.clock.now())} listen tcp :${settings.port}: bind: ${words}\n`)
  }
  return 1
}

/** Tells who is asked and what was asked. */
export const whoami: Program = {
  name: 'edge/traefik-whoami',
  paths: ['/whoami'],
  covers: 'partial',
  lacks: ['TLS', '/echo (WebSocket) and /upload', 'gRPC'],
  summary: 'tiny server that prints what it knows of itself and of the request',
  sizeBytes: 6_400_000,
  rssBytes: 6 << 20,
  main,
}
