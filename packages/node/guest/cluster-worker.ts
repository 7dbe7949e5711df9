import EventEmitter from 'events'
import { clusterWords, type ClusterMessage, hearCluster } from './cluster-messages.ts'
import { pending } from './host.ts'
import type { Handle } from './message-channel.ts'
import { cluster as listener, type Server } from './net.ts'

type Message<Act> = Extract<ClusterMessage, { act: Act }>
type Place = { readonly host?: string | undefined; readonly port?: number | undefined }
type Failed = (error: Error & { code?: string; errno?: number }) => void

/** What a cluster needs of `process`. */
export interface WorkerProcess extends EventEmitter {
  env: Record<string, string>
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly connected?: boolean
  send?(value: unknown): boolean
  disconnect?(): void
  exit(code?: number): never
}

/** cluster in a worker: the primary listens for it and sends connections. */
export function clusterWorker(process: WorkerProcess, id: number): EventEmitter {
  const servers = new Map<string, Server>()
  const asked = new Map<string, { server: Server; place: Place; failed: Failed }>()
  /** How often the same port 0 was asked for: each is another. */
  const indexes = new Map<string, number>()
  const tell = (message: ClusterMessage): void => {
    if (process.connected) process.send?.(clusterWords(message))
  }

  const worker = Object.assign(new EventEmitter(), {
    id,
    process,
    state: 'online',
    exitedAfterDisconnect: undefined as boolean | undefined,
    send: (value: unknown) => process.send?.(value),
    isConnected: () => process.connected === true,
    isDead: () => false,
    disconnect() {
      leave(true)
      return worker
    },
    kill() {
      worker.destroy()
    },
    destroy() {
      worker.exitedAfterDisconnect = true
      tell({ act: 'exitedAfterDisconnect' })
      process.once('disconnect', (() => process.exit(0)) as never)
      process.disconnect?.()
    },
  })

  /** Closes what it listens to, then the channel. */
  function leave(tells: boolean): void {
    worker.exitedAfterDisconnect = true
    if (tells) tell({ act: 'exitedAfterDisconnect' })
    let left = servers.size + 1
    const done = (): void => void (--left === 0 && process.disconnect?.())
    for (const server of servers.values()) server.close(done)
    done()
  }

  function answered({ key, failure, local }: Message<'answer'>): void {
    const waiting = asked.get(key)
    asked.delete(key)
    if (!waiting) return
    const { server, place, failed } = waiting
    if (failure || !local) return failed(Object.assign(new Error(failure?.code), failure))
    servers.set(key, server)
    server.once('unlisten', (() => {
      servers.delete(key)
      tell({ act: 'close', key })
    }) as never)
    server.once('listening', (() =>
      tell({ act: 'listening', key, address: place.host ?? null, port: local.port })) as never)
    server.listenElsewhere(place.host === undefined ? { address: '::', port: local.port } : local)
  }

  listener.listen = (server, place, failed) => {
    const where = `${place.host ?? null}:${place.port ?? 0}:4:`
    const index = indexes.get(where) ?? 0
    indexes.set(where, index + 1)
    const key = `${where}${place.port ? 0 : index}`
    asked.set(key, { server, place, failed })
    tell({ act: 'query', key, address: place.host ?? null, port: place.port ?? 0 })
  }
  process.on(
    'internalMessage',
    hearCluster({
      answer: answered,
      connection: ({ key, peer }: Message<'connection'>, handle: Handle | undefined) => {
        const server = servers.get(key)
        tell({ act: 'accepted', key, taken: server !== undefined })
        if (handle && server) server.accept({ fd: handle.fd, peer })
        else if (handle) pending.tell('close', [handle.fd])
      },
      disconnect: () => leave(false),
    }) as never,
  )
  process.once('disconnect', (() => {
    worker.emit('disconnect')
    // The primary is gone, and nobody asked it to go.
    if (!worker.exitedAfterDisconnect) process.exit(0)
  }) as never)
  tell({ act: 'online' })
  return Object.assign(new EventEmitter(), {
    isWorker: true,
    isMaster: false,
    isPrimary: false,
    worker,
    Worker: EventEmitter,
  })
}
