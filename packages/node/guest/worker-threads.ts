import EventEmitter from 'events'
import { childProcess } from './child-process.ts'
import { invalidType, nodeError, notHere } from './errors.ts'
import { loop } from './loop.ts'
import { type MessageChannel, pack, ports, unpack } from './message-channel.ts'
import { BroadcastChannel } from './worker-globals.ts'
import { MessageChannel as PortPair, MessagePort } from './message-ports.ts'

type Environment = Record<string, string>
interface Child extends EventEmitter {
  readonly pid: number | undefined
  readonly channel: MessageChannel | undefined
  kill(): boolean
}
interface Options {
  readonly workerData?: unknown
  readonly argv?: readonly string[]
  readonly env?: Environment
  readonly eval?: boolean
  readonly resourceLimits?: object
}

const USUAL_LIMITS = {
  ...{ maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 2096, codeRangeSizeMb: 0, stackSizeMb: 4 },
}
const VARIABLE = 'DRYDOCK_WORKER'
interface Role {
  readonly id: number
  readonly data: string
  /** What setEnvironmentData kept. */
  readonly shared?: string
}

interface OfPort {
  readonly $port: string
  readonly value?: unknown
  readonly closed?: boolean
}
/** Ports that have gone from one process to another, over the channel between the two. */
class LentPorts {
  private readonly ends = new Map<string, MessagePort>()
  private readonly send: (message: unknown) => void
  private readonly owner: string
  private count = 0
  constructor(owner: string, send: (message: unknown) => void) {
    this.owner = owner
    this.send = send
  }
  /** What is handed over is not the sender's any more. */
  lend(transfer: unknown): void {
    const list = Array.isArray(transfer)
      ? transfer
      : ((transfer as { transfer?: unknown[] } | undefined)?.transfer ?? [])
    for (const each of list as unknown[]) {
      if (!(each instanceof MessagePort)) continue
      const id = `${this.owner}.${++this.count}`
      const end = each.lend(id, (message) => this.send({ $port: id, ...message }))
      if (end) this.ends.set(id, end)
    }
  }
  /** Binds the ports that have come with a message. */
  settle(arrived: [id: string, port: MessagePort][]): void {
    for (const [id, port] of arrived.splice(0)) {
      port.toward((message) => this.send({ $port: id, ...message }))
      this.ends.set(id, port)
    }
  }
  /** @returns whether a message is a port's */
  hears(message: unknown): boolean {
    const { $port } = (message ?? {}) as Partial<OfPort>
    if ($port === undefined) return false
    this.ends.get($port)?.hear(message as OfPort)
    return true
  }
}
/** Memory that goes along is gone here. */
function detach(transfer: unknown): void {
  const list = Array.isArray(transfer) ? transfer : ((transfer as { transfer?: unknown[] } | undefined)?.transfer ?? [])
  for (const each of list as unknown[]) if (each instanceof ArrayBuffer) (each as { transfer?(): void }).transfer?.()
}

/** worker_threads, by processes: a worker has no memory in common with who started it. */
export function workerThreads(
  env: Environment,
  parent: () => MessageChannel | undefined,
  exit: () => never,
): Record<string, unknown> {
  const role = env[VARIABLE] === undefined ? undefined : (JSON.parse(env[VARIABLE]) as Role)
  let lastId = role?.id ?? 0
  const shared =
    role?.shared === undefined ? new Map<unknown, unknown>() : (unpack(role.shared) as Map<unknown, unknown>)

  const arrived: [id: string, port: MessagePort][] = []
  ports.made = (id) => {
    const port = MessagePort.arrived()
    arrived.push([id, port])
    return port
  }

  class Worker extends EventEmitter {
    private readonly lent: LentPorts
    readonly #id = ++lastId
    readonly resourceLimits: object
    private over = false
    get threadId(): number {
      return this.over ? -1 : this.#id
    }
    private readonly child: Child

    constructor(
      file: string | URL,
      { workerData, argv = [], env: own = env, eval: isText, resourceLimits = {} }: Options = {},
    ) {
      super()
      if (typeof file !== 'string' && !(file instanceof URL))
        throw invalidType('filename', 'of type string or an instance of URL', file)
      if (!isText && typeof file === 'string' && !/^(?:\.{0,2}\/|file:)/.test(file))
        throw nodeError(
          TypeError,
          'ERR_WORKER_PATH',
          `The worker script or module filename must be an absolute path or a relative path starting with './' or '../'. Received "${file}"`,
        )
      this.resourceLimits = { ...USUAL_LIMITS, ...resourceLimits }
      const path = String(file).replace(/^file:\/\//, '')
      const told: Role = { id: this.#id, data: pack(workerData), shared: pack(shared) }
      const options = {
        serialization: 'advanced',
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
        env: { ...own, [VARIABLE]: JSON.stringify(told) },
      }
      this.child = childProcess.spawn(
        'node',
        isText ? ['-e', path, ...argv] : [path, ...argv],
        options,
      ) as unknown as Child
      this.lent = new LentPorts(`p${this.#id}`, (message) => this.child.channel?.send(message))
      this.child.on('message', ((value: { kind: string; value: unknown }) => {
        this.lent.settle(arrived)
        if (!this.lent.hears(value)) this.emit(value.kind === 'error' ? 'error' : 'message', value.value)
      }) as never)
      this.child.on('exit', ((code: number | null) => {
        this.over = true
        this.emit('exit', code ?? 1)
      }) as never)
      loop.immediate(() => this.emit('online'), [])
    }
    postMessage(value: unknown, transfer?: unknown): void {
      this.lent.lend(transfer)
      this.child.channel?.send(value)
      detach(transfer)
    }
    terminate(): Promise<number> {
      const ended = new Promise<number>((done) => this.once('exit', ((code: number) => done(code)) as never))
      this.child.kill()
      return ended
    }
    ref(): this {
      this.child.channel?.ref()
      return this
    }
    unref(): this {
      this.child.channel?.unref()
      return this
    }
  }

  return {
    Worker,
    isMainThread: role === undefined,
    threadId: role?.id ?? 0,
    workerData: role ? unpack(role.data) : null,
    parentPort: role ? parentPort(parent, exit, arrived) : null,
    MessageChannel: PortPair,
    MessagePort,
    receiveMessageOnPort: (port: MessagePort) => port.take(),
    BroadcastChannel,
    setEnvironmentData: (key: unknown, value: unknown) =>
      void (value === undefined ? shared.delete(key) : shared.set(key, value)),
    getEnvironmentData: (key: unknown) => shared.get(key),
    markAsUntransferable: () => undefined,
    moveMessagePortToContext: () => {
      throw notHere('worker_threads.moveMessagePortToContext')
    },
    resourceLimits: role ? USUAL_LIMITS : {},
    SHARE_ENV: Symbol('nodejs.worker_threads.SHARE_ENV'),
  }
}

/** An error that nobody caught in a worker goes to whoever started it. @returns whether this is a worker */
export function failedInWorker(env: Environment, channel: MessageChannel | undefined, error: unknown): boolean {
  if (env[VARIABLE] === undefined || !channel?.connected) return false
  return channel.send({ kind: 'error', value: error })
}

/** The worker's end: it keeps the worker alive as long as somebody listens. */
function parentPort(
  parent: () => MessageChannel | undefined,
  end: () => void,
  arrived: [id: string, port: MessagePort][],
): EventEmitter {
  const channel = parent()
  const port = new EventEmitter()
  // A thread ends with the process that it is of.
  channel?.on('disconnect', (() => end()) as never)
  const lent = new LentPorts('c', (message) => channel?.send(message))
  channel?.on('message', ((value: unknown) => {
    lent.settle(arrived)
    if (lent.hears(value)) return
    port.emit('message', value)
    if (port.listenerCount('message') === 0) channel.unref()
  }) as never)
  port.on('newListener' as never, ((name: string) => name === 'message' && channel?.ref()) as never)
  return Object.assign(port, {
    postMessage: (value: unknown, transfer?: unknown) => {
      lent.lend(transfer)
      channel?.send({ kind: 'message', value })
      detach(transfer)
    },
    close: () => channel?.disconnect(),
    start() {},
    ref: () => channel?.ref(),
    unref: () => channel?.unref(),
  })
}
