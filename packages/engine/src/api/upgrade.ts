import type { ByteStream } from '@drydock/abi'
import { speaksBefore } from './api-version.ts'
import type { Call } from './route.ts'

const encoder = new TextEncoder()

const RAW = 'application/vnd.docker.raw-stream'

/** The media type of a process's output. */
export const streamType = (call: Call, tty: boolean): string =>
  tty || speaksBefore(call, '1.42') ? RAW : 'application/vnd.docker.multiplexed-stream'

/** Takes the connection over as attach and exec do: 101 for a client that asks for it, else 200. */
export async function upgrade(call: Call, tty: boolean): Promise<ByteStream> {
  const { request } = call
  const asked = request.headers.has('upgrade')
  // Some clients send a body as well: it is no input of the process.
  await request.body.readAll()
  const stream = request.hijack()
  const head = asked
    ? `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${streamType(call, tty)}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`
    : `HTTP/1.1 200 OK\r\nContent-Type: ${RAW}\r\n\r\n`
  await stream.write(encoder.encode(head))
  return stream
}
