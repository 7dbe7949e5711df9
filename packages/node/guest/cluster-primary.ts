import EventEmitter from 'events'
import { childProcess, type ChildProcess } from './child-process.ts'
import { clusterWords, type ClusterMessage, type Failure, hearCluster, type Local } from './cluster-messages.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'
import type { WorkerProcess } from './cluster-worker.ts'

type Message<Act> = Extract<ClusterMessage, { act: Act }>

interface Settings {
  readonly exec: string
  readonly args: readonly string[]
  readonly silent: boolean
  readonly [more: string]: unknown
}

/** A worker as the primary sees it. */
export class Worker extends EventEmitter {
  readonly id: number
  readonly process: ChildProcess
  exitedAfterDisconnect: boolean | undefined
  state = 'none'

  constructor(id: number, process: ChildProcess) {
    super()
    this.id = id
    this.process = process
  }
  send(...args: [unknown, ...unknown[]]): boolean {
    return this.process.send(...args)
  }
  isConnected(): boolean {
    return this.process.connected
  }
  isDead(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }
  disconnect(): this {
    this.exitedAfterDisconnect = true
    this.process.send(clusterWords({ act: 'disconnect' }))
    return this
  }
  kill(signal: string | number = 'SIGTERM'): void {
    const end = (): void => void this.process.kill(signal)
    if (!this.isConnected()) return end()
    this.once('disconnect', end as never)
    this.disconnect()
  }
  destroy(signal?: string): void {
    this.kill(signal)
  }
}

/** A port of which connections go round the workers that listen to it. lib/internal/cluster/round_robin_handle.js */
class SharedPort {
  readonly local: Local
  private readonly key: string
  private fd: number
  private readonly workers = new Set<Worker>()
  private readonly free: Worker[] = []
  private readonly waiting: { fd: number; peer: Local }[] = []
  private readonly offered = new Map<Worker, { fd: number; peer: Local }>()

  /** @throws a system error when the address cannot be had */
  constructor({ key, address, port }: Message<'query'>) {
    this.key = key
    const { fd, local } = callSync('listen', [address ?? '::', port]).value as { fd: number; local: Local }
    this.fd = fd
    this.local = local
    loop.handles.add(this)
    this.acceptNext()
  }

  add(worker: Worker): void {
    this.workers.add(worker)
    this.free.push(worker)
    this.handOut()
  }

  /** @returns whether nobody is left */
  remove(worker: Worker): boolean {
    this.workers.delete(worker)
    const at = this.free.indexOf(worker)
    if (at >= 0) this.free.splice(at, 1)
    const lost = this.offered.get(worker)
    this.offered.delete(worker)
    if (lost) this.waiting.unshift(lost)
    if (this.workers.size > 0) return (this.handOut(), false)
    this.close()
    return true
  }

  /** What was offered is the worker's now, or goes to another. */
  settled(worker: Worker, taken: boolean): void {
    const offered = this.offered.get(worker)
    this.offered.delete(worker)
    if (offered && taken) pending.tell('close', [offered.fd])
    else if (offered) this.waiting.unshift(offered)
    if (this.workers.has(worker)) this.free.push(worker)
    this.handOut()
  }

  private acceptNext(): void {
    pending.submit('accept', [this.fd], undefined, false).then(
      ({ value }) => {
        this.waiting.push(value as { fd: number; peer: Local })
        this.handOut()
        this.acceptNext()
      },
      () => undefined,
    )
  }

  private handOut(): void {
    while (this.waiting.length > 0 && this.free.length > 0) {
      const [worker, connection] = [this.free.shift(), this.waiting.shift()]
      if (!worker || !connection) return
      this.offered.set(worker, connection)
      const message = clusterWords({ act: 'connection', key: this.key, peer: connection.peer })
      worker.process.channel?.send(message, { fd: connection.fd, type: 'socket' })
    }
  }

  private close(): void {
    for (const { fd } of this.waiting.splice(0)) pending.tell('close', [fd])
    pending.tell('close', [this.fd])
    loop.handles.delete(this)
    this.fd = -1
  }
}

/** cluster in the process that forks the workers. */
export function clusterPrimary(process: WorkerProcess): EventEmitter {
  const workers: Record<number, Worker> = {}
  const ports = new Map<string, SharedPort>()
  let lastId = 0

  const answer = (worker: Worker, message: Message<'query'>): void => {
    const { key } = message
    try {
      const shared = ports.get(key) ?? new SharedPort(message)
      ports.set(key, shared)
      worker.process.send(clusterWords({ act: 'answer', key, local: shared.local }))
      shared.add(worker)
    } catch (error) {
      const { code, errno } = error as Failure
      worker.process.send(clusterWords({ act: 'answer', key, failure: { code, errno } }))
    }
  }
  const leavePort = (worker: Worker, key: string): void => {
    if (ports.get(key)?.remove(worker)) ports.delete(key)
  }
  const leave = (worker: Worker): void => {
    for (const key of ports.keys()) leavePort(worker, key)
  }
  const remove = (worker: Worker): void => {
    Reflect.deleteProperty(workers, worker.id)
    if (Object.keys(workers).length === 0) cluster.emit('nobody' as never)
  }
  const told = (worker: Worker, name: string, ...args: unknown[]): void => {
    worker.emit(name, ...args)
    cluster.emit(name, worker, ...args)
  }

  function follow(worker: Worker): void {
    const child = worker.process
    child.on(
      'internalMessage',
      hearCluster({
        online: () => ((worker.state = 'online'), told(worker, 'online')),
        query: (message: Message<'query'>) => answer(worker, message),
        listening: ({ address, port }: Message<'listening'>) => {
          worker.state = 'listening'
          told(worker, 'listening', { addressType: 4, address, port, fd: undefined })
        },
        accepted: ({ key, taken }: Message<'accepted'>) => ports.get(key)?.settled(worker, taken),
        close: ({ key }: Message<'close'>) => leavePort(worker, key),
        exitedAfterDisconnect: () => (worker.exitedAfterDisconnect = true),
      }) as never,
    )
    child.on('message', ((...args: unknown[]) => told(worker, 'message', ...args)) as never)
    child.on('error', ((error: Error) => worker.emit('error', error)) as never)
    child.on('disconnect', (() => {
      worker.exitedAfterDisconnect = Boolean(worker.exitedAfterDisconnect)
      leave(worker)
      if (worker.isDead()) remove(worker)
      worker.state = 'disconnected'
      told(worker, 'disconnect')
    }) as never)
    child.once('exit', ((code: number | null, signal: string | null) => {
      worker.exitedAfterDisconnect = Boolean(worker.exitedAfterDisconnect)
      leave(worker)
      remove(worker)
      worker.state = 'dead'
      told(worker, 'exit', code, signal)
    }) as never)
  }

  const setupPrimary = (options: object = {}): void => {
    const usual = {
      args: process.argv.slice(2),
      exec: process.argv[1] ?? '',
      execArgv: process.execArgv,
      silent: false,
    }
    Object.assign(cluster, { settings: { ...usual, ...cluster.settings, ...options } })
    loop.tick(() => cluster.emit('setup', cluster.settings), [])
  }
  const own = {
    isWorker: false,
    isMaster: true,
    isPrimary: true,
    Worker,
    workers,
    settings: {} as Partial<Settings>,
    SCHED_NONE: 1,
    SCHED_RR: 2,
    schedulingPolicy: 2,
    setupPrimary,
    setupMaster: setupPrimary,
    fork(env: Record<string, string> = {}): Worker {
      setupPrimary()
      const { exec = '', args = [], ...settings } = cluster.settings
      const id = ++lastId
      const given = { ...process.env, ...env, NODE_UNIQUE_ID: String(id) }
      const worker = new Worker(id, childProcess.fork(exec, args, { ...settings, env: given }))
      follow(worker)
      workers[id] = worker
      loop.tick(() => cluster.emit('fork', worker), [])
      return worker
    },
    disconnect(callback?: () => void): void {
      if (callback) cluster.once('nobody', callback as never)
      const all = Object.values(workers)
      for (const worker of all) if (worker.isConnected()) worker.disconnect()
      if (all.length === 0) loop.tick(() => cluster.emit('nobody' as never), [])
    },
  }
  const cluster = Object.assign(new EventEmitter(), own)
  return cluster
}
