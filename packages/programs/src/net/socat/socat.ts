import {
  EINTR,
  inet,
  isErrno,
  type Process,
  type Program,
  SHUT_WR,
  SIGCHLD,
  SIGPIPE,
  type Sys,
  unix,
} from '@drydock/abi'
import { dial, listen, ResolveError, resolveHost, searchPath, Stdio, writeAll } from '@drydock/libc'
import { readAddress, type SocatAddress } from './address.ts'

/** Both directions of one end. */
interface End {
  readonly input: number
  readonly output: number
  /** Says that nothing more is sent. */
  readonly finish: () => void
}

/** In socat's words. */
class Failure extends Error {}

const two = (value: number): string => String(value).padStart(2, '0')
function stamp(ms: number): string {
  const at = new Date(ms)
  return `${at.getUTCFullYear()}/${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

const socket = (sys: Sys, fd: number): End => ({ input: fd, output: fd, finish: () => sys.shutdown(fd, SHUT_WR) })

async function connectTcp(sys: Sys, [host = '', port = '']: readonly string[]): Promise<End> {
  try {
    const [address = ''] = await resolveHost(sys, host)
    return socket(sys, (await dial(sys, inet(address, Number(port)))).fd)
  } catch (error) {
    if (error instanceof ResolveError)
      throw new Failure(`getaddrinfo("${host}", "NULL", {1,0,1,6}, {}): Name or service not known`)
    if (isErrno(error)) throw new Failure(`connect(5, AF=2 ${host}:${port}, 16): ${error.message}`)
    throw error
  }
}

async function connectUnix(sys: Sys, [path = '']: readonly string[]): Promise<End> {
  try {
    return socket(sys, (await dial(sys, unix(path))).fd)
  } catch (error) {
    if (isErrno(error)) throw new Failure(`connect(5, AF=1 "${path}", ${path.length + 3}): ${error.message}`)
    throw error
  }
}

/** A program whose input and output are the end. */
async function start({ sys, env }: Process, argv: readonly string[]): Promise<End> {
  const [theirInput, output] = sys.pipe()
  const [input, theirOutput] = sys.pipe()
  try {
    const path = searchPath(sys, argv[0] ?? '', env.get('PATH'))
    await sys.spawn(path, {
      argv,
      env,
      fds: new Map([
        [0, theirInput],
        [1, theirOutput],
        [2, 2],
      ]),
    })
  } catch (error) {
    if (isErrno(error)) throw new Failure(`execvp("${argv[0] ?? ''}", "${argv[0] ?? ''}"): ${error.message}`)
    throw error
  }
  sys.close(theirInput)
  sys.close(theirOutput)
  return { input, output, finish: () => sys.close(output) }
}

type Open = (process: Process, address: SocatAddress) => Promise<End>
const OPENERS: Readonly<Record<string, Open>> = {
  STDIO: async () => ({ input: 0, output: 1, finish: () => {} }),
  TCP: ({ sys }, { parameters }) => connectTcp(sys, parameters),
  UNIX: ({ sys }, { parameters }) => connectUnix(sys, parameters),
  EXEC: (process, { parameters: [command = ''] }) => start(process, command.split(/\s+/)),
  SYSTEM: (process, { parameters: [command = ''] }) => start(process, ['/bin/sh', '-c', command]),
}

const isListening = ({ type }: SocatAddress): boolean => type.endsWith('-LISTEN')

function listenAt(sys: Sys, { type, parameters: [where = ''], options }: SocatAddress): number {
  try {
    if (type === 'UNIX-LISTEN') return listen(sys, unix(where))
    return listen(sys, inet(options.get('bind') ?? '0.0.0.0', Number(where)), 5)
  } catch (error) {
    if (isErrno(error)) throw new Failure(`bind(5, {AF=2 0.0.0.0:${where}}, 16): ${error.message}`)
    throw error
  }
}

async function pump(sys: Sys, from: End, to: End): Promise<void> {
  try {
    for (let bytes = await sys.read(from.input, 8192); bytes.length > 0; bytes = await sys.read(from.input, 8192))
      await writeAll(sys, to.output, bytes)
    to.finish()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** How long the other direction may go on when one is at its end. -t */
const LINGER_MS = 500

async function transfer(sys: Sys, one: End, two: End): Promise<number> {
  const both = [pump(sys, one, two), pump(sys, two, one)]
  await Promise.race(both)
  await Promise.race([Promise.all(both), sys.sleep(LINGER_MS)])
  return 0
}

/** @param listening the end that waits, and the other, which is opened for each connection */
async function serve(process: Process, listening: SocatAddress, other: SocatAddress): Promise<number> {
  const { sys } = process
  const listener = listenAt(sys, listening)
  const forks = listening.options.has('fork')
  if (forks) sys.sigaction(SIGCHLD, 'SIG_IGN')
  for (;;) {
    let fd: number
    try {
      ;({ fd } = await sys.accept(listener))
    } catch (error) {
      if (error === EINTR) continue
      throw error
    }
    if (!forks) return join(process, socket(sys, fd), other)
    sys.fork((child) => join(child, socket(child.sys, fd), other))
    sys.close(fd)
  }
}

async function join(process: Process, one: End, other: SocatAddress): Promise<number> {
  return guarded(process, async () => transfer(process.sys, one, await openEnd(process, other)))
}

const openEnd = (process: Process, address: SocatAddress): Promise<End> => {
  const open = OPENERS[address.type]
  if (open) return open(process, address)
  return Promise.resolve(listenAt(process.sys, address)).then(async (listener) =>
    socket(process.sys, (await process.sys.accept(listener)).fd),
  )
}

async function guarded({ sys }: Process, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    await new Stdio(sys).warn(`${stamp(sys.clock.now())} socat[${sys.getpid()}] E ${error.message}\n`)
    return 1
  }
}

/** Options with a word of their own behind them. */
const VALUED: readonly string[] = ['-t', '-T', '-b', '-lf', '-lp', '-L', '-W']

function run(process: Process): Promise<number> {
  const { argv } = process
  const words = argv.filter(
    (word, at) => at > 0 && (word === '-' || !word.startsWith('-')) && !VALUED.includes(argv[at - 1] ?? ''),
  )
  if (words.length !== 2)
    throw new Failure(`exactly 2 addresses required (there are ${words.length}); use option "-h" for help`)
  const [one, other] = words.map((word) => {
    const address = readAddress(word)
    if (!address) throw new Failure(`unknown device/address "${word.split(':')[0] ?? ''}"`)
    return address
  })
  if (!one || !other) return Promise.resolve(1)
  if (isListening(one)) return serve(process, one, other)
  if (isListening(other)) return serve(process, other, one)
  return openEnd(process, one).then((end) => join(process, end, other))
}

/** socat(1). */
export const socat: Program = {
  name: 'socat/socat',
  paths: ['/usr/bin/socat'],
  covers: 'partial',
  lacks: ['UDP, files, ptys, proxies and OpenSSL as ends', 'options but fork, reuseaddr and bind; -d, -v, -u, -U, -t'],
  summary: 'relay between two ends: standard streams, TCP, unix sockets, programs',
  sizeBytes: 388_440,
  main: (process) => {
    process.sys.sigaction(SIGPIPE, 'SIG_IGN')
    return guarded(process, async () => run(process))
  },
}
