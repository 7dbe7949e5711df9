import EventEmitter from 'events'
import { Socket } from './net.ts'

/** What of a request tells which connections will do for it. */
export interface AgentTarget {
  readonly host?: string
  readonly hostname?: string
  readonly port?: number | string
  readonly localAddress?: string
  readonly family?: number
  readonly socketPath?: string
  readonly timeout?: number
}
/** A request that waits for a connection. */
export interface Asking {
  readonly destroyed: boolean
  reusedSocket: boolean
  onSocket(socket: Socket): void
}
interface AgentOptions {
  readonly keepAlive?: boolean
  readonly keepAliveMsecs?: number
  readonly maxSockets?: number
  readonly maxFreeSockets?: number
  readonly maxTotalSockets?: number
  readonly scheduling?: 'lifo' | 'fifo'
  readonly timeout?: number
}
type Table<T> = Record<string, T[]>
interface Waiting {
  readonly request: Asking
  readonly target: AgentTarget
}

const table = <T>(): Table<T> => Object.create(null) as Table<T>
function add<T>(rows: Table<T>, name: string, value: T): void {
  ;(rows[name] ??= []).push(value)
}
function remove<T>(rows: Table<T>, name: string, value: T): void {
  const left = (rows[name] ?? []).filter((each) => each !== value)
  if (left.length > 0) rows[name] = left
  else Reflect.deleteProperty(rows, name)
}

/** Keeps connections for the next request to the same place. lib/_http_agent.js */
export class Agent extends EventEmitter {
  static defaultMaxSockets = Number.POSITIVE_INFINITY
  defaultPort = 80
  protocol = 'http:'
  readonly options: AgentOptions & { noDelay?: boolean; path?: null }
  readonly requests = table<Asking>()
  readonly sockets = table<Socket>()
  readonly freeSockets = table<Socket>()
  keepAliveMsecs: number
  keepAlive: boolean
  maxSockets: number
  maxFreeSockets: number
  scheduling: 'lifo' | 'fifo'
  maxTotalSockets: number
  totalSocketCount = 0
  private readonly waiting: Waiting[] = []

  constructor(options: AgentOptions = {}) {
    super()
    this.options = Object.assign(Object.create(null), options, { noDelay: true, path: null }) as Agent['options']
    this.keepAliveMsecs = options.keepAliveMsecs ?? 1000
    this.keepAlive = options.keepAlive ?? false
    this.maxSockets = options.maxSockets ?? Agent.defaultMaxSockets
    this.maxFreeSockets = options.maxFreeSockets ?? 256
    this.scheduling = options.scheduling ?? 'lifo'
    this.maxTotalSockets = options.maxTotalSockets ?? Number.POSITIVE_INFINITY
    this.on('free', ((socket: Socket, target: AgentTarget) => this.released(socket, target)) as never)
  }

  getName(target: AgentTarget = {}): string {
    const family = target.family === 4 || target.family === 6 ? `:${target.family}` : ''
    const path = target.socketPath ? `:${target.socketPath}` : ''
    return `${target.host ?? 'localhost'}:${target.port ?? ''}:${target.localAddress ?? ''}${family}${path}`
  }

  createConnection(target: AgentTarget): Socket {
    const { host = 'localhost', port = this.defaultPort, socketPath } = target
    if (socketPath !== undefined) return new Socket().connect({ path: socketPath })
    return new Socket().connect({ host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) })
  }

  addRequest(request: Asking, target: AgentTarget): void {
    const name = this.getName(target)
    const free = this.takeFree(name)
    if (free) {
      request.reusedSocket = true
      free.ref()
      free.setTimeout(target.timeout ?? 0)
      add(this.sockets, name, free)
      return request.onSocket(free)
    }
    const open = (this.sockets[name]?.length ?? 0) + (this.freeSockets[name]?.length ?? 0)
    if (open < this.maxSockets && this.totalSocketCount < this.maxTotalSockets)
      return request.onSocket(this.open(name, target))
    add(this.requests, name, request)
    this.waiting.push({ request, target })
  }

  destroy(): void {
    for (const rows of [this.freeSockets, this.sockets])
      for (const sockets of Object.values(rows)) for (const socket of sockets) socket.destroy()
  }

  private takeFree(name: string): Socket | undefined {
    const rows = (this.freeSockets[name] ?? []).filter(({ destroyed }) => !destroyed)
    const socket = this.scheduling === 'fifo' ? rows.shift() : rows.pop()
    if (rows.length > 0) this.freeSockets[name] = rows
    else Reflect.deleteProperty(this.freeSockets, name)
    return socket
  }

  private open(name: string, target: AgentTarget): Socket {
    const socket = this.createConnection(target)
    this.totalSocketCount++
    add(this.sockets, name, socket)
    socket.on('free', (() => this.emit('free', socket, { ...target, path: null })) as never)
    socket.on('timeout', (() => {
      // Nobody uses it: it has waited long enough.
      if (this.freeSockets[name]?.includes(socket)) socket.destroy()
    }) as never)
    socket.on('close', (() => this.gone(name, socket)) as never)
    socket.on('agentRemove', (() => this.gone(name, socket)) as never)
    return socket
  }

  private gone(name: string, socket: Socket): void {
    if (!this.sockets[name]?.includes(socket) && !this.freeSockets[name]?.includes(socket)) return
    this.totalSocketCount--
    remove(this.sockets, name, socket)
    remove(this.freeSockets, name, socket)
    const next = this.nextWaiting(name)
    if (next) next.request.onSocket(this.open(name, next.target))
  }

  private nextWaiting(name: string): Waiting | undefined {
    const at = this.waiting.findIndex(({ target, request }) => this.getName(target) === name && !request.destroyed)
    const [found] = at < 0 ? [] : this.waiting.splice(at, 1)
    if (found) remove(this.requests, name, found.request)
    return found
  }

  /** An answer has been read: the next request has the connection, or it is kept, or closed. */
  private released(socket: Socket, target: AgentTarget): void {
    const name = this.getName(target)
    if (socket.destroyed || !socket.writable) return void socket.destroy()
    const next = this.nextWaiting(name)
    if (next) {
      next.request.reusedSocket = true
      return next.request.onSocket(socket)
    }
    if (!this.keepAlive || (this.freeSockets[name]?.length ?? 0) >= this.maxFreeSockets)
      return void socket.destroySoon()
    remove(this.sockets, name, socket)
    add(this.freeSockets, name, socket)
    socket.setTimeout(this.options.timeout ?? 0)
    socket.unref()
  }
}
