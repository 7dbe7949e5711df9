import EventEmitter from 'events'
import { childProcess } from './child-process.ts'
import { loop } from './loop.ts'
import { type MessageChannel, pack, unpack } from './message-channel.ts'
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
}

const VARIABLE = 'DRYDOCK_WORKER'
interface Role {
  readonly id: number
  readonly data: string
}

/** worker_threads, by processes: a worker has no memory in common with who started it. */
export function workerThreads(
  env: Environment,
  parent: () => MessageChannel | undefined,
  exit: () => never,
): Record<string, unknown> {
  const role = env[VARIABLE] === undefined ? undefined : (JSON.parse(env[VARIABLE]) as Role)
  let lastId = role?.id ?? 0

  class Worker extends EventEmitter {
    readonly threadId = ++lastId
    private readonly child: Child

    constructor(file: string | URL, { workerData, argv = [], env: own = env, eval: isText }: Options = {}) {
      super()
      const path = String(file).replace(/^file:\/\//, '')
      const told: Role = { id: this.threadId, data: pack(workerData) }
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
      this.child.on('message', ((value: { kind: string; value: unknown }) =>
        this.emit(value.kind === 'error' ? 'error' : 'message', value.value)) as never)
      this.child.on('exit', ((code: number | null) => this.emit('exit', code ?? 1)) as never)
      loop.immediate(() => this.emit('online'), [])
    }
    postMessage(value: unknown): void {
      this.child.channel?.send(value)
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
    parentPort: role ? parentPort(parent, exit) : null,
    MessageChannel: PortPair,
    MessagePort,
    receiveMessageOnPort: (port: MessagePort) => port.take(),
    resourceLimits: {},
    SHARE_ENV: Symbol('nodejs.worker_threads.SHARE_ENV'),
  }
}

/** An error that nobody caught in a worker goes to whoever started it. @returns whether this is a worker */
export function failedInWorker(env: Environment, channel: MessageChannel | undefined, error: unknown): boolean {
  if (env[VARIABLE] === undefined || !channel?.connected) return false
  return channel.send({ kind: 'error', value: error })
}

/** The worker's end: it keeps the worker alive as long as somebody listens. */
function parentPort(parent: () => MessageChannel | undefined, end: () => void): EventEmitter {
  const channel = parent()
  const port = new EventEmitter()
  // A thread ends with the process that it is of.
  channel?.on('disconnect', (() => end()) as never)
  channel?.on('message', ((value: unknown) => {
    port.emit('message', value)
    if (port.listenerCount('message') === 0) channel.unref()
  }) as never)
  port.on('newListener' as never, ((name: string) => name === 'message' && channel?.ref()) as never)
  return Object.assign(port, {
    postMessage: (value: unknown) => channel?.send({ kind: 'message', value }),
    close: () => channel?.disconnect(),
    start() {},
    ref: () => channel?.ref(),
    unref: () => channel?.unref(),
  })
}
