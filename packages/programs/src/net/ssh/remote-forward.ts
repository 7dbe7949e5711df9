/** `-R [bind:]port:host:hostport`: connections to a port of the server come back and go on from here. ssh(1). */
import { inet, isErrno, type Sys } from '@drydock/abi'
import { concat, dial, FdStream, listen, resolveHost, writeAll } from '@drydock/libc'
import { type Frame, fromJson, MSG, toJson, type Wire } from './wire.ts'

/** A number before what belongs to its channel. */
function numbered(channel: number, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const head = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, channel)
  return concat([head, bytes])
}
const channelOf = ({ payload }: Frame): number =>
  payload.length < 4 ? -1 : new DataView(payload.buffer, payload.byteOffset).getUint32(0)

async function pump(sys: Sys, fd: number, wire: Wire, channel: number): Promise<void> {
  try {
    for (;;) {
      const bytes = await sys.read(fd, 32_768)
      if (bytes.length === 0) break
      await wire.send(MSG.channelData, numbered(channel, Uint8Array.from(bytes)))
    }
    await wire.send(MSG.channelClose, numbered(channel))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** What comes for open channels is handed on until the connection ends. */
async function deliver(
  sys: Sys,
  wire: Wire,
  streams: Map<number, FdStream>,
  opened: (channel: number) => Promise<void>,
): Promise<void> {
  for (let frame = await wire.next().catch(gone); frame; frame = await wire.next().catch(gone)) {
    const channel = channelOf(frame)
    if (frame.type === MSG.channelOpen) await opened(channel)
    else if (frame.type === MSG.channelData)
      await Promise.resolve(writeAll(sys, streams.get(channel)?.fd ?? -1, frame.payload.subarray(4))).catch(gone)
    else if (frame.type === MSG.channelClose) {
      streams.get(channel)?.close()
      streams.delete(channel)
    }
  }
  for (const stream of streams.values()) stream.close()
}
function gone(error: unknown): undefined {
  if (!isErrno(error)) throw error
  return undefined
}

/** The server's side: it listens, and each connection is a channel. */
export async function serveRemoteForward(sys: Sys, wire: Wire, frame: Frame): Promise<void> {
  const { bind, port } = fromJson(frame.payload)
  let listening: number
  try {
    listening = listen(sys, inet(bind === '*' ? '0.0.0.0' : '127.0.0.1', Number(port)))
  } catch (error) {
    if (!isErrno(error)) throw error
    return wire.send(MSG.disconnect)
  }
  await wire.send(MSG.openConfirmed, toJson({}))
  const streams = new Map<number, FdStream>()
  let count = 0
  const accepting = async (): Promise<void> => {
    for (;;) {
      const { fd } = await sys.accept(listening)
      const channel = count++
      streams.set(channel, new FdStream(sys, fd))
      await wire.send(MSG.channelOpen, numbered(channel))
      void pump(sys, fd, wire, channel)
    }
  }
  void accepting().catch(gone)
  await deliver(sys, wire, streams, async () => undefined)
  sys.close(listening)
}

/** The client's side, over a connection of its own. @returns whether the server listens */
export async function askRemoteForward(sys: Sys, wire: Wire, text: string): Promise<boolean> {
  const parts = text.split(':')
  const [port = '', host = 'localhost', hostPort = ''] = parts.slice(-3)
  const bind = parts.length > 3 ? (parts[0] ?? '') : ''
  await wire.send(
    MSG.remoteForward,
    toJson({ bind: bind === '' || bind === 'localhost' ? '' : '*', port: Number(port) }),
  )
  const answer = await wire.next()
  if (answer?.type !== MSG.openConfirmed) return false
  const streams = new Map<number, FdStream>()
  void deliver(sys, wire, streams, async (channel) => {
    try {
      const [address = host] = await resolveHost(sys, host)
      const stream = await dial(sys, inet(address, Number(hostPort)))
      streams.set(channel, stream)
      void pump(sys, stream.fd, wire, channel)
    } catch {
      await wire.send(MSG.channelClose, numbered(channel))
    }
  })
  return true
}
