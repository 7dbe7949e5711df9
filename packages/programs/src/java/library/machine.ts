import { inet, isErrno } from '@drydock/abi'
import { serveConnection, type ServerRequest } from '@drydock/http'
import { FdStream, listen, readLines, readTextFile, writeFile } from '@drydock/libc'
import { JArray, JList, Native, numberOf, type Callable, type Value } from '../values.ts'
import type { Classes } from './members.ts'
import { Exit, type World } from './world.ts'

/** Lines of standard input, read as they are asked for. */
function inputOf(world: World): () => Promise<string | null> {
  const lines = readLines(world.machine.process.sys, 0)
  return async () => {
    await world.machine.io.out.flush()
    const { done, value } = await lines.next()
    return done ? null : value
  }
}

function scanner(world: World, next: () => Promise<string | null>): Native {
  let rest: string | null = ''
  const fill = async (): Promise<void> => {
    while (rest !== null && rest.trim() === '') rest = await next()
  }
  const token = async (): Promise<string> => {
    await fill()
    const found = /^\s*(\S+)/.exec(rest ?? '')
    if (!found) return world.fail('NoSuchElementException', 'null')
    rest = (rest ?? '').slice(found[0].length)
    return found[1] ?? ''
  }
  const line = async (): Promise<Value> => {
    const text = rest === '' ? await next() : rest
    rest = ''
    return text ?? world.fail('NoSuchElementException', 'No line found')
  }
  const numeric =
    (run: string, of: string): Callable =>
    async () => {
      const text = await token()
      return /^[+-]?\d+(\.\d+)?$/.test(text)
        ? world.program.invoke(world.program.classNamed(of), run, [text])
        : world.fail('InputMismatchException', `For input string: "${text}"`)
    }
  return new Native('Scanner', {
    nextLine: line,
    next: token,
    nextInt: numeric('parseInt', 'Integer'),
    nextLong: numeric('parseLong', 'Long'),
    nextDouble: numeric('parseDouble', 'Double'),
    hasNext: async () => (await fill(), rest !== null),
    hasNextInt: async () => (await fill(), rest !== null && /^\s*[+-]?\d+\b/.test(rest)),
    hasNextLine: async () => {
      if (rest === '') rest = await next()
      return rest !== null
    },
    close: () => undefined,
  })
}

/** A thread runs between the waits of others. */
function thread(world: World, run: Value, name: string): Native {
  let ended: Promise<unknown> = Promise.resolve()
  return new Native('Thread', {
    start: () => {
      ended = Promise.resolve().then(() => world.call(run, [], 'run'))
      const kept = ended.finally(() => world.threads.delete(kept))
      world.threads.add(kept)
      kept.catch(() => undefined)
      return undefined
    },
    run: () => world.call(run, [], 'run'),
    join: async () => void (await ended),
    interrupt: () => undefined,
    setDaemon: () => undefined,
    setName: ([next]) => void (name = String(next)),
    getName: () => name,
    isInterrupted: () => false,
    isAlive: () => false,
  })
}

const canonical = (name: string): string => name.toLowerCase().replace(/^[a-z]/, (letter) => letter.toUpperCase())

/** com.sun.net.httpserver.HttpExchange */
function exchange(
  world: World,
  request: ServerRequest,
  body: string,
  answer: { status: number; body: string },
  headers: Map<string, string>,
): Native {
  const uri = new Native('URI', {
    getPath: () => decodeURIComponent(request.path),
    getQuery: () => request.query.toString() || null,
    toString: () => request.target,
  })
  const fields = new Native('Headers', {
    set: ([name, value]) => void headers.set(canonical(String(name)), String(value)),
    add: ([name, value]) => void headers.set(canonical(String(name)), String(value)),
  })
  const close: Callable = () => undefined
  const write: Callable = ([bytes]) => {
    if (bytes instanceof JArray) answer.body += new TextDecoder().decode(Uint8Array.from(bytes.items.map(numberOf)))
    return undefined
  }
  return new Native('HttpExchange', {
    getRequestMethod: () => request.method,
    getRequestURI: () => uri,
    getRequestHeaders: () => new Native('Headers', { getFirst: ([name]) => request.headers.get(String(name)) ?? null }),
    getResponseHeaders: () => fields,
    getRequestBody: () =>
      new Native('InputStream', { readAllBytes: () => world.program.invoke(body, 'getBytes', []), close }),
    sendResponseHeaders: ([status]) => void (answer.status = numberOf(status)),
    getResponseBody: () => new Native('OutputStream', { write, close, flush: close }),
    close,
  })
}

/** Waits for connections on a port. @throws errno of a port that cannot be had */
export function servePort(
  world: World,
  port: number,
  answer: Parameters<typeof serveConnection>[1],
  host = '::',
): Promise<never> {
  const { sys } = world.machine.process
  const socket = listen(sys, inet(host, port))
  return (async () => {
    for (;;) {
      const { fd } = await sys.accept(socket)
      void serveConnection(new FdStream(sys, fd), answer, { now: () => sys.clock.now() })
    }
  })()
}

function httpServer(world: World, port: number): Native {
  const contexts: { path: string; handler: Value }[] = []
  const handle = async (
    request: ServerRequest,
  ): Promise<{ status: number; headers: [string, string][]; body: string }> => {
    const fitting = contexts
      .filter(({ path }) => request.path.startsWith(path))
      .toSorted((a, b) => b.path.length - a.path.length)
    if (!fitting[0])
      return {
        status: 404,
        headers: [['Content-Type', 'text/html']],
        body: '<h1>404 Not Found</h1>No context found for request',
      }
    const [answer, headers] = [{ status: 200, body: '' }, new Map<string, string>()]
    const body = new TextDecoder().decode(await request.body.readAll())
    await world.program.invoke(fitting[0].handler, 'handle', [exchange(world, request, body, answer, headers)])
    return { ...answer, headers: [...headers] }
  }
  return new Native('HttpServer', {
    createContext: ([path, handler]) => {
      contexts.push({ path: String(path), handler })
      return undefined
    },
    setExecutor: () => undefined,
    start: () => {
      try {
        world.threads.add(servePort(world, port, handle))
        return undefined
      } catch (error) {
        if (isErrno(error)) return world.fail('BindException', error.message)
        throw error
      }
    },
    stop: () => undefined,
  })
}

/** What meets the machine: input, files, threads, time, names and ports. */
export function machineClasses(world: World): Classes {
  const { process, io } = world.machine
  const { sys } = process
  const next = inputOf(world)
  const reader = new Native('BufferedReader', { readLine: next, close: () => undefined })
  const current = thread(world, null, 'main')
  const own = new Native('InetAddress', { getHostName: () => sys.uname().nodename, getHostAddress: () => '127.0.0.1' })
  const files = async <T>(path: Value, run: (name: string) => Promise<T>): Promise<T> => {
    try {
      return await run(await world.textOf(path))
    } catch (error) {
      if (isErrno(error)) return world.fail('IOException', `${await world.textOf(path)}`)
      throw error
    }
  }
  const path: Callable = ([first]) => String(first)
  const executor: Callable = () =>
    new Native('ExecutorService', {
      submit: ([run]) => (world.program.invoke(thread(world, run, 'pool-1-thread-1'), 'start', []), null),
      execute: ([run]) => world.program.invoke(thread(world, run, 'pool-1-thread-1'), 'start', []),
      shutdown: () => undefined,
      awaitTermination: async () => (await Promise.all(world.threads), true),
      close: async () => void (await Promise.all(world.threads)),
    })
  return {
    Thread: {
      make: ([run, name]) => thread(world, run ?? null, typeof name === 'string' ? name : 'Thread-0'),
      statics: {
        sleep: async ([ms]) => {
          await io.out.flush()
          await sys.sleep(numberOf(ms))
          return undefined
        },
        currentThread: () => current,
        onSpinWait: () => undefined,
      },
    },
    Executors: {
      statics: {
        newFixedThreadPool: executor,
        newCachedThreadPool: executor,
        newSingleThreadExecutor: executor,
        newVirtualThreadPerTaskExecutor: executor,
      },
    },
    TimeUnit: {
      statics: { SECONDS: timeUnit(world, 1000), MILLISECONDS: timeUnit(world, 1), MINUTES: timeUnit(world, 60_000) },
    },
    Scanner: { make: ([from]) => scanner(world, typeof from === 'string' ? linesOf(from) : next) },
    BufferedReader: { make: () => reader },
    InputStreamReader: { make: () => reader },
    InetAddress: { statics: { getLocalHost: () => own } },
    InetSocketAddress: { make: (args) => new Native('InetSocketAddress', { getPort: () => args.at(-1) }) },
    HttpServer: {
      statics: {
        create: async ([address]) => httpServer(world, numberOf(await world.program.invoke(address, 'getPort', []))),
      },
    },
    Path: { statics: { of: path } },
    Paths: { statics: { get: path } },
    Files: {
      statics: {
        readString: ([name]) => files(name, (at) => readTextFile(sys, at)),
        readAllLines: ([name]) =>
          files(name, async (at) => new JList((await readTextFile(sys, at)).replace(/\n$/, '').split('\n'))),
        writeString: ([name, text]) => files(name, async (at) => (await writeFile(sys, at, String(text)), name)),
        exists: ([name]) => existing(world, String(name)),
      },
    },
    Instant: { statics: { now: () => stamp(sys.clock.now()) } },
    LocalDateTime: { statics: { now: () => stamp(sys.clock.now(), '') } },
    LocalDate: { statics: { now: () => new Date(sys.clock.now()).toISOString().slice(0, 10) } },
    Runtime: {
      statics: {
        getRuntime: () =>
          new Native('Runtime', {
            availableProcessors: () => sys.sysinfo().cpus,
            maxMemory: () => 268435456n,
            totalMemory: () => 268435456n,
            freeMemory: () => 200000000n,
            addShutdownHook: () => undefined,
            exit: ([code]) => {
              throw new Exit(numberOf(code))
            },
          }),
      },
    },
  }
}

const stamp = (ms: number, zone = 'Z'): string => `${new Date(ms).toISOString().slice(0, -1)}${zone}`

const timeUnit = (world: World, ms: number): Native =>
  new Native('TimeUnit', {
    sleep: async ([count]) => void (await world.machine.process.sys.sleep(numberOf(count) * ms)),
  })

function linesOf(text: string): () => Promise<string | null> {
  const lines = text.split('\n')
  return async () => lines.shift() ?? null
}

function existing(world: World, path: string): boolean {
  try {
    world.machine.process.sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
