import {
  ECONNABORTED,
  EINTR,
  EMFILE,
  inet,
  isErrno,
  type Process,
  type Program,
  SIGINT,
  SIGTERM,
  type Sys,
} from '@drydock/abi'
import { FdStream, listen, Stdio } from '@drydock/libc'

const DEFAULT_VERSION = '1.6.45'
const LARGEST_KEY = 250
const LARGEST_ITEM = 1 << 20
/** Beyond this an expiry is a time since the epoch, in seconds. protocol.txt, "Expiration times" */
const RELATIVE_LIMIT = 60 * 60 * 24 * 30

interface Item {
  readonly value: Uint8Array
  readonly flags: string
  readonly cas: number
  /** Milliseconds since the epoch; 0 for never. */
  expires: number
}

/** Items in the order of their last use, no more of them than the memory holds. */
class Cache {
  readonly stats = { gets: 0, hits: 0, sets: 0, evictions: 0, total: 0 }
  private readonly items = new Map<string, Item>()
  private readonly limitBytes: number
  private readonly now: () => number
  private bytes = 0
  private cas = 0

  constructor(limitBytes: number, now: () => number) {
    this.limitBytes = limitBytes
    this.now = now
  }

  get size(): number {
    return this.items.size
  }

  get used(): number {
    return this.bytes
  }

  find(key: string): Item | undefined {
    const item = this.items.get(key)
    if (!item) return undefined
    if (item.expires !== 0 && item.expires <= this.now()) return void this.remove(key)
    this.items.delete(key)
    this.items.set(key, item)
    return item
  }

  put(key: string, value: Uint8Array, flags: string, expires: number): void {
    this.remove(key)
    this.items.set(key, { value, flags, expires, cas: ++this.cas })
    this.bytes += sizeOf(key, value)
    this.stats.total++
    for (const oldest of this.items.keys()) {
      if (this.bytes <= this.limitBytes) break
      this.remove(oldest)
      this.stats.evictions++
    }
  }

  remove(key: string): boolean {
    const item = this.items.get(key)
    if (!item) return false
    this.bytes -= sizeOf(key, item.value)
    return this.items.delete(key)
  }

  clear(): void {
    this.items.clear()
    this.bytes = 0
  }

  /** @param word seconds from now, a time since the epoch, or negative for at once */
  expiry(word: string): number {
    const seconds = Number(word)
    if (seconds === 0) return 0
    if (seconds < 0) return 1
    return seconds > RELATIVE_LIMIT ? seconds * 1000 : this.now() + seconds * 1000
  }
}

/** What an item weighs with its header. */
const sizeOf = (key: string, value: Uint8Array): number => key.length + value.length + 56

interface Server {
  readonly sys: Sys
  readonly cache: Cache
  readonly version: string
  readonly settings: Settings
  readonly startMs: number
  connections: number
  total: number
}

interface Settings {
  readonly port: number
  readonly address: string
  readonly megabytes: number
  readonly verbose: number
}

const text = new TextEncoder()
const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** @returns what the client gets; undefined ends the connection */
type Command = (server: Server, words: readonly string[], data: Uint8Array) => Uint8Array | string | undefined

const get =
  (withCas: boolean, touch: boolean): Command =>
  ({ cache }, words) => {
    const keys = touch ? words.slice(1) : words
    if (keys.length === 0) return 'ERROR\r\n'
    const parts: Uint8Array[] = []
    for (const key of keys) {
      cache.stats.gets++
      const item = cache.find(key)
      if (!item) continue
      cache.stats.hits++
      if (touch) item.expires = cache.expiry(words[0] ?? '0')
      parts.push(
        text.encode(`VALUE ${key} ${item.flags} ${item.value.length}${withCas ? ` ${item.cas}` : ''}\r\n`),
        item.value,
        text.encode('\r\n'),
      )
    }
    return joined(...parts, text.encode('END\r\n'))
  }

type Storing = (cache: Cache, key: string, data: Uint8Array, words: readonly string[]) => string | Uint8Array

/** @param decide the value to store, or why not */
const store =
  (decide: Storing): Command =>
  ({ cache }, words, data) => {
    const [key = '', flags = '0', expires = '0'] = words
    cache.stats.sets++
    const value = decide(cache, key, data, words)
    if (typeof value === 'string') return `${value}\r\n`
    cache.put(key, value, flags, cache.expiry(expires))
    return 'STORED\r\n'
  }

const joinTo =
  (join: (old: Uint8Array, more: Uint8Array) => Uint8Array): Command =>
  ({ cache }, [key = ''], data) => {
    const item = cache.find(key)
    if (!item) return 'NOT_STORED\r\n'
    cache.put(key, join(item.value, data), item.flags, item.expires)
    return 'STORED\r\n'
  }

const count =
  (sign: 1n | -1n): Command =>
  ({ cache }, [key = '', by = '']) => {
    if (!/^\d+$/.test(by)) return 'CLIENT_ERROR invalid numeric delta argument\r\n'
    const item = cache.find(key)
    if (!item) return 'NOT_FOUND\r\n'
    const old = new TextDecoder().decode(item.value).trim()
    if (!/^\d+$/.test(old)) return 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n'
    const sum = BigInt(old) + sign * BigInt(by)
    const value = (sum < 0n ? 0n : BigInt.asUintN(64, sum)).toString()
    cache.put(key, text.encode(value), item.flags, item.expires)
    return `${value}\r\n`
  }

function stats({ sys, cache, version, settings, startMs, connections, total }: Server): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['pid', sys.getpid()],
    ['uptime', Math.floor((sys.clock.monotonic() - startMs) / 1000)],
    ['time', Math.floor(sys.clock.now() / 1000)],
    ['version', version],
    ['pointer_size', 64],
    ['max_connections', 1024],
    ['curr_connections', connections + 1],
    ['total_connections', total + 1],
    ['cmd_get', cache.stats.gets],
    ['cmd_set', cache.stats.sets],
    ['get_hits', cache.stats.hits],
    ['get_misses', cache.stats.gets - cache.stats.hits],
    ['limit_maxbytes', settings.megabytes << 20],
    ['threads', 4],
    ['bytes', cache.used],
    ['curr_items', cache.size],
    ['total_items', cache.stats.total],
    ['evictions', cache.stats.evictions],
  ]
  return `${rows.map(([name, value]) => `STAT ${name} ${value}\r\n`).join('')}END\r\n`
}

/** memcached's protocol.txt: the text commands. */
const COMMANDS: Readonly<Record<string, Command>> = {
  get: get(false, false),
  gets: get(true, false),
  gat: get(false, true),
  gats: get(true, true),
  set: store((_, __, data) => data),
  add: store((cache, key, data) => (cache.find(key) ? 'NOT_STORED' : data)),
  replace: store((cache, key, data) => (cache.find(key) ? data : 'NOT_STORED')),
  cas: store((cache, key, data, words) => {
    const item = cache.find(key)
    if (!item) return 'NOT_FOUND'
    return String(item.cas) === words[4] ? data : 'EXISTS'
  }),
  append: joinTo((old, more) => joined(old, more)),
  prepend: joinTo((old, more) => joined(more, old)),
  incr: count(1n),
  decr: count(-1n),
  delete: ({ cache }, [key = '']) => (cache.find(key) && cache.remove(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n'),
  touch: ({ cache }, [key = '', expires = '0']) => {
    const item = cache.find(key)
    if (item) item.expires = cache.expiry(expires)
    return item ? 'TOUCHED\r\n' : 'NOT_FOUND\r\n'
  },
  flush_all: ({ cache }) => {
    cache.clear()
    return 'OK\r\n'
  },
  stats: (server, [what]) => (what === undefined ? stats(server) : 'END\r\n'),
  version: ({ version }) => `VERSION ${version}\r\n`,
  verbosity: () => 'OK\r\n',
  quit: () => undefined,
}
/** Commands that a block of data follows, as long as their fourth word says. */
const WITH_DATA: readonly string[] = ['set', 'add', 'replace', 'append', 'prepend', 'cas']

/** Lines and blocks of a connection. */
class Reader {
  private readonly stream: FdStream
  private held: Uint8Array = new Uint8Array(0)

  constructor(stream: FdStream) {
    this.stream = stream
  }

  /** @returns undefined at the end */
  async line(): Promise<string | undefined> {
    for (;;) {
      const at = this.held.indexOf(10)
      if (at >= 0) return new TextDecoder().decode(this.take(at + 1)).replace(/\r?\n$/, '')
      if (!(await this.more())) return undefined
    }
  }

  /** @returns undefined when the connection ends before */
  async block(length: number): Promise<Uint8Array | undefined> {
    while (this.held.length < length) if (!(await this.more())) return undefined
    return this.take(length)
  }

  private take(length: number): Uint8Array {
    const taken = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return taken
  }

  private async more(): Promise<boolean> {
    const bytes = await this.stream.read()
    this.held = joined(this.held, bytes)
    return bytes.length > 0
  }
}

async function serve(server: Server, stream: FdStream): Promise<void> {
  const reader = new Reader(stream)
  for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
    const [name = '', ...words] = line.split(' ').filter((word) => word !== '')
    const quiet = words.at(-1) === 'noreply'
    if (quiet) words.pop()
    const answer = await answerTo(server, reader, name, words)
    if (answer === undefined) return
    if (!quiet) await stream.write(typeof answer === 'string' ? text.encode(answer) : answer)
  }
}

async function answerTo(
  server: Server,
  reader: Reader,
  name: string,
  words: readonly string[],
): Promise<Uint8Array | string | undefined> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) return 'ERROR\r\n'
  if (words.some((word) => word.length > LARGEST_KEY)) return 'CLIENT_ERROR bad command line format\r\n'
  if (!WITH_DATA.includes(name)) return command(server, words, new Uint8Array(0))
  const length = Number(words[3])
  if (words.length < 4) return 'ERROR\r\n'
  if (!Number.isInteger(length) || length < 0 || !/^\d+$/.test(words[1] ?? ''))
    return 'CLIENT_ERROR bad command line format\r\n'
  const data = await reader.block(length + 2)
  if (!data) return undefined
  if (data[length] !== 13 || data[length + 1] !== 10) {
    await reader.line()
    return 'CLIENT_ERROR bad data chunk\r\n'
  }
  return length > LARGEST_ITEM
    ? 'SERVER_ERROR object too large for cache\r\n'
    : command(server, words, data.slice(0, length))
}

function settingsOf(words: readonly string[]): Settings {
  const value = (...names: readonly string[]): string | undefined => {
    const at = words.findIndex((word) => names.includes(word.split('=')[0] ?? ''))
    if (at >= 0) return words[at]?.split('=')[1] ?? words[at + 1]
    return words.find((word) => /^-[mplcut]\S+$/.test(word) && names.includes(word.slice(0, 2)))?.slice(2)
  }
  return {
    port: Number(value('-p', '--port') ?? 11_211),
    address: value('-l', '--listen') ?? '0.0.0.0',
    megabytes: Number(value('-m', '--memory-limit') ?? 64),
    verbose: words
      .filter((word) => /^-v+$/.test(word))
      .join('')
      .replaceAll('-', '').length,
  }
}

async function main({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const words = argv.slice(1)
  const version = env.get('MEMCACHED_VERSION') ?? DEFAULT_VERSION
  if (words.includes('-V') || words.includes('--version')) {
    await io.print(`memcached ${version}\n`)
    await io.out.flush()
    return 0
  }
  const settings = settingsOf(words)
  for (const [signal, name] of [
    [SIGTERM, 'Terminated'],
    [SIGINT, 'Interrupt'],
  ] as const)
    sys.sigaction(signal, () => void io.warn(`Signal handled: ${name}.\n`).then(() => sys.exit(0)))
  const cache = new Cache(settings.megabytes << 20, () => sys.clock.now())
  const server: Server = {
    ...{ sys, cache, version, settings, startMs: sys.clock.monotonic() },
    connections: 0,
    total: 0,
  }
  try {
    await accept(server, listen(sys, inet(settings.address, settings.port), 1024), io)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`bind(): ${error.message}\nfailed to listen on TCP port ${settings.port}: ${error.message}\n`)
  }
  return 71
}

async function accept(server: Server, socket: number, io: Stdio): Promise<void> {
  const { sys, settings } = server
  for (;;)
    try {
      const { fd } = await sys.accept(socket)
      if (settings.verbose > 1) await io.warn(`<${fd} new auto-negotiating client connection\n`)
      void connection(server, new FdStream(sys, fd))
    } catch (error) {
      if (error === EMFILE) await sys.sleep(100)
      else if (error !== EINTR && error !== ECONNABORTED) throw error
    }
}

async function connection(server: Server, stream: FdStream): Promise<void> {
  server.connections++
  server.total++
  try {
    await serve(server, stream)
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    server.connections--
    stream.close()
  }
}

/** memcached(1). */
export const memcached: Program = {
  name: 'memcached/memcached',
  paths: ['/usr/local/bin/memcached', '/usr/bin/memcached'],
  covers: 'partial',
  lacks: [
    'the meta commands and the binary protocol',
    'UDP, unix sockets, SASL, TLS',
    'stats of slabs, items and settings',
    'files (extstore)',
  ],
  summary: 'cache of keys and values in memory',
  sizeBytes: 340_000,
  rssBytes: 3 << 20,
  main,
}
