import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { concat, Stdio } from '@drydock/libc'
import { Connection, ConnectionError, requestBytes } from './cli/connection.ts'
import { DEFAULT_VERSION } from './redis-server.ts'

interface Options {
  host: string
  port: number
  password: string
  clients: number
  requests: number
  size: number
  pipeline: number
  keyspace: number
  quiet: boolean
  csv: boolean
  tests: readonly string[]
  command: readonly string[]
}

type Make = (options: Options, random: () => string) => readonly string[]

/** The tests by their names on the command line. */
const TESTS: readonly (readonly [name: string, title: string, make: Make])[] = [
  ['ping', 'PING_INLINE', () => ['PING']],
  ['ping', 'PING_MBULK', () => ['PING']],
  ['set', 'SET', ({ size }, random) => ['SET', `key:${random()}`, 'x'.repeat(size)]],
  ['get', 'GET', (_options, random) => ['GET', `key:${random()}`]],
  ['incr', 'INCR', (_options, random) => ['INCR', `counter:${random()}`]],
  ['lpush', 'LPUSH', ({ size }) => ['LPUSH', 'mylist', 'x'.repeat(size)]],
  ['rpush', 'RPUSH', ({ size }) => ['RPUSH', 'mylist', 'x'.repeat(size)]],
  ['lpop', 'LPOP', () => ['LPOP', 'mylist']],
  ['rpop', 'RPOP', () => ['RPOP', 'mylist']],
  ['sadd', 'SADD', (_options, random) => ['SADD', 'myset', `element:${random()}`]],
  ['hset', 'HSET', ({ size }, random) => ['HSET', 'myhash', `element:${random()}`, 'x'.repeat(size)]],
  ['spop', 'SPOP', () => ['SPOP', 'myset']],
  ['zadd', 'ZADD', (_options, random) => ['ZADD', 'myzset', '0', `element:${random()}`]],
  ['zpopmin', 'ZPOPMIN', () => ['ZPOPMIN', 'myzset']],
  ['lrange_100', 'LRANGE_100 (first 100 elements)', () => ['LRANGE', 'mylist', '0', '99']],
  [
    'mset',
    'MSET (10 keys)',
    ({ size }, random) => ['MSET', ...Array.from({ length: 10 }, () => [`key:${random()}`, 'x'.repeat(size)]).flat()],
  ],
]

function readOptions(words: readonly string[]): Options {
  const options: Options = {
    host: '127.0.0.1',
    port: 6379,
    password: '',
    clients: 50,
    requests: 100_000,
    size: 3,
    pipeline: 1,
    keyspace: 0,
    quiet: false,
    csv: false,
    tests: [],
    command: [],
  }
  const values: Readonly<Record<string, (value: string) => void>> = {
    '-h': (value) => (options.host = value),
    '-p': (value) => (options.port = Number(value)),
    '-a': (value) => (options.password = value),
    '-c': (value) => (options.clients = Math.max(1, Number(value))),
    '-n': (value) => (options.requests = Math.max(1, Number(value))),
    '-d': (value) => (options.size = Number(value)),
    '-P': (value) => (options.pipeline = Math.max(1, Number(value))),
    '-r': (value) => (options.keyspace = Number(value)),
    '-t': (value) => (options.tests = value.toLowerCase().split(',')),
    '--threads': () => undefined,
    '--dbnum': () => undefined,
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (values[word]) values[word](words[++at] ?? '')
    else if (word === '-q') options.quiet = true
    else if (word === '--csv') options.csv = true
    else if (!word.startsWith('-')) return { ...options, command: words.slice(at) }
  }
  return options
}

interface Measured {
  readonly seconds: number
  /** Of each request, in milliseconds, sorted. */
  readonly latencies: readonly number[]
}

const percentile = ({ latencies }: Measured, part: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0

async function measure(sys: Sys, options: Options, make: () => readonly string[]): Promise<Measured> {
  const latencies: number[] = []
  let left = options.requests
  const start = sys.clock.monotonic()
  const client = async (): Promise<void> => {
    const connection = await Connection.open(sys, { host: options.host, port: options.port, socket: '' })
    if (options.password !== '') await connection.ask(['AUTH', options.password])
    while (left > 0) {
      const count = Math.min(options.pipeline, left)
      left -= count
      const sent = sys.clock.monotonic()
      await connection.send(concat(Array.from({ length: count }, () => requestBytes(make()))))
      for (let i = 0; i < count; i++) {
        await connection.reply()
        latencies.push(sys.clock.monotonic() - sent)
      }
      const turn = sys.tick()
      if (turn) await turn
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: options.clients }, client))
  return { seconds: (sys.clock.monotonic() - start) / 1000, latencies: latencies.sort((a, b) => a - b) }
}

function report(title: string, options: Options, found: Measured): string {
  const rate = (options.requests / Math.max(found.seconds, 1e-6)).toFixed(2)
  const at = (part: number): string => percentile(found, part).toFixed(3)
  const sum = found.latencies.reduce((all, each) => all + each, 0)
  const average = (sum / Math.max(1, found.latencies.length)).toFixed(3)
  if (options.csv)
    return `"${title}","${rate}","${average}","${at(0)}","${at(0.5)}","${at(0.95)}","${at(0.99)}","${at(1)}"\n`
  if (options.quiet) return `${title}: ${rate} requests per second, p50=${at(0.5)} msec\n`
  return `====== ${title} ======
  ${options.requests} requests completed in ${found.seconds.toFixed(2)} seconds
  ${options.clients} parallel clients
  ${options.size} bytes payload
  keep alive: 1
  multi-thread: no

Summary:
  throughput summary: ${rate} requests per second
  latency summary (msec):
          avg       min       p50       p95       p99       max
    ${[average, at(0), at(0.5), at(0.95), at(0.99), at(1)].map((each) => each.padStart(9)).join(' ')}

`
}

async function main({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const words = argv.slice(1)
  if (words.includes('--version') || words.includes('-v')) {
    await io.print(`redis-benchmark ${env.get('REDIS_VERSION') ?? DEFAULT_VERSION}\n`)
    await io.out.flush()
    return 0
  }
  const options = readOptions(words)
  const random = (): string => {
    const [a = 0, b = 0, c = 0] = options.keyspace > 0 ? sys.entropy.bytes(3) : []
    return String(options.keyspace > 0 ? ((a << 16) | (b << 8) | c) % options.keyspace : 0).padStart(12, '0')
  }
  const own: readonly (readonly [string, string, Make])[] = [
    ['', options.command.join(' '), () => options.command.map((word) => word.replace(/__rand_int__/g, random))],
  ]
  const named = ([name, title]: readonly [string, string, Make]): boolean =>
    options.tests.length === 0 || options.tests.includes(name) || options.tests.includes(title.toLowerCase())
  if (options.csv)
    await io.print(
      '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"\n',
    )
  try {
    for (const [, title, make] of options.command.length > 0 ? own : TESTS.filter(named)) {
      const found = await measure(sys, options, () => make(options, random))
      await io.print(report(title, options, found))
      await io.out.flush()
    }
    return 0
  } catch (error) {
    if (!(error instanceof ConnectionError) && !isErrno(error)) throw error
    await io.warn(`${error.message}\n`)
    return 1
  }
}

/** redis-benchmark, with the tests and options that people use. */
export const redisBenchmark: Program = {
  name: 'redis/redis-benchmark',
  paths: ['/usr/local/bin/redis-benchmark', '/usr/bin/redis-benchmark'],
  covers: 'partial',
  lacks: ['--cluster', '-s', '-k', '-l', '-I', '--threads', 'TLS'],
  summary: 'measures a Redis server: requests a second and latency',
  sizeBytes: 6_500_000,
  main,
}
