import { EBADF, EINTR, ENOENT, ENOTTY, type Sys } from '@drydock/abi'
import { docker } from '../docker.ts'

/** One request as the fake engine got it. */
export interface SeenRequest {
  readonly method: string
  /** Without the version prefix, query decoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}
export interface FakeAnswer {
  readonly status?: number
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as they are. */
  readonly bytes?: Uint8Array
  /** Bytes that follow a 101: the hijacked stream. */
  readonly raw?: Uint8Array
}
export type FakeEngine = (request: SeenRequest) => FakeAnswer

export interface FakeRun {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly requests: readonly SeenRequest[]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const REASONS: Readonly<Record<number, string>> = {
  101: 'UPGRADED',
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  404: 'Not Found',
}

function encodePing(headers: Readonly<Record<string, string>>): Uint8Array {
  const all = { 'Api-Version': '1.50', 'Content-Length': '0', ...headers }
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return encoder.encode(`HTTP/1.1 200 OK\r\n${fields.join('')}\r\n`)
}

function encodeAnswer({ status = 200, body, bytes, raw }: FakeAnswer, head: boolean): Uint8Array {
  const content = raw ?? bytes ?? (body === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(body)))
  const fields = raw
    ? 'Upgrade: tcp\r\nConnection: Upgrade\r\n'
    : `Content-Length: ${content.length}\r\nApi-Version: 1.50\r\n`
  const start = encoder.encode(`HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\n${fields}\r\n`)
  return head ? start : Uint8Array.from([...start, ...content])
}

/** A connection: collects a request, answers it whole. */
class Connection {
  private received = ''
  private answer: Uint8Array | undefined
  private readonly serve: (text: string) => Uint8Array | undefined

  constructor(serve: (text: string) => Uint8Array | undefined) {
    this.serve = serve
  }

  write(bytes: Uint8Array): number {
    this.received += decoder.decode(bytes)
    this.answer ??= this.serve(this.received)
    return bytes.length
  }

  read(): Uint8Array {
    const answer = this.answer ?? new Uint8Array(0)
    this.answer = new Uint8Array(0)
    return answer
  }
}

function parseRequest(text: string): SeenRequest | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...fields] = text.slice(0, end).split('\r\n')
  const length = Number(fields.find((field) => /^content-length:/i.test(field))?.split(':')[1] ?? 0)
  const content = text.slice(end + 4)
  if (content.length < length) return undefined
  const [method = '', target = ''] = start.split(' ')
  const [path = '', query = ''] = target.split('?')
  const body: unknown = content === '' ? undefined : content.startsWith('{') ? JSON.parse(content) : content
  return {
    method,
    path: decodeURIComponent(path.replace(/^\/v1\.\d+/, '')),
    query: Object.fromEntries(new URLSearchParams(query)),
    body,
  }
}

const absent = (): never => {
  throw ENOENT
}
/** A disk without a file but those given. */
const nothingThere = {
  access: absent,
  stat: absent,
  lstat: absent,
  readdir: absent,
  readlink: absent,
  mkdir: absent,
  unlink: absent,
  rmdir: absent,
  spawn: absent,
  exec: absent,
}
/** Then a signal comes: what redraws for ever ends. */
const MOST_SLEEPS = 20

/** Runs `docker ARGV` on a host that has nothing but an engine's socket, at a clock that only sleeping moves. */
export async function runDocker(
  argv: readonly string[],
  engine: FakeEngine = () => ({}),
  settings: {
    env?: Readonly<Record<string, string>>
    stdin?: string
    nowMs?: number
    cwd?: string
    /** Texts by name, in the working directory. */
    files?: Readonly<Record<string, string>>
    /** Headers of the answer to /_ping. */
    ping?: Readonly<Record<string, string>>
  } = {},
): Promise<FakeRun> {
  const requests: SeenRequest[] = []
  const written = new Map<number, string>([
    [1, ''],
    [2, ''],
  ])
  const connections = new Map<number, Connection>()
  let input = encoder.encode(settings.stdin ?? '')
  let sleeps = 0
  let sleptMs = 0
  const cwd = settings.cwd ?? '/work'
  const files = new Map(Object.entries(settings.files ?? {}).map(([name, text]) => [`${cwd}/${name}`, text]))
  const opened = new Map<number, Uint8Array>()
  const open = (path: string): number => {
    const text = files.get(path.startsWith('/') ? path : `${cwd}/${path.replace(/^\.\//, '')}`)
    if (text === undefined) return absent()
    const fd = 1000 + opened.size
    opened.set(fd, encoder.encode(text))
    return fd
  }
  const serve = (text: string): Uint8Array | undefined => {
    const request = parseRequest(text)
    if (!request) return undefined
    if (request.path === '/_ping') return encodePing(settings.ping ?? {})
    requests.push(request)
    return encodeAnswer(engine(request), request.method === 'HEAD')
  }
  const sys = {
    clock: { now: () => (settings.nowMs ?? 0) + sleptMs, monotonic: () => sleptMs },
    entropy: { bytes: (length: number) => new Uint8Array(length) },
    isatty: () => false,
    uname: () => ({ sysname: 'Linux', nodename: 'host', release: '6.12.0', version: '#1', machine: 'x86_64' }),
    getWindowSize: () => {
      throw ENOTTY
    },
    getcwd: () => cwd,
    ...nothingThere,
    open,
    sleep: async (ms: number) => {
      if (++sleeps > MOST_SLEEPS) throw EINTR
      sleptMs += ms
    },
    sigaction: () => 'SIG_DFL',
    socket: () => {
      const fd = 10 + connections.size
      connections.set(fd, new Connection(serve))
      return fd
    },
    connect: () => {},
    // Without a network.
    netlink: () => [],
    // Nobody else answers.
    poll: () => [0],
    close: () => {},
    shutdown: () => {},
    read: (fd: number) => {
      const connection = connections.get(fd)
      if (connection) return connection.read()
      if (fd >= 1000) {
        const text = opened.get(fd)
        if (!text) throw EBADF
        opened.set(fd, new Uint8Array(0))
        return text
      }
      const bytes = input
      input = new Uint8Array(0)
      return bytes
    },
    write: (fd: number, bytes: Uint8Array) => {
      const connection = connections.get(fd)
      if (connection) return connection.write(bytes)
      written.set(fd, (written.get(fd) ?? '') + decoder.decode(bytes))
      return bytes.length
    },
  }
  const env = new Map(Object.entries({ HOME: '/root', ...settings.env }))
  const status = await docker.main({ sys: sys as unknown as Sys, argv: ['docker', ...argv], env })
  return { status, stdout: written.get(1) ?? '', stderr: written.get(2) ?? '', requests }
}
