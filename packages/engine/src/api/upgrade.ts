import type { ByteStream } from '@drydock/abi'
import type { ServerRequest } from '@drydock/http'

const encoder = new TextEncoder()

/** Takes the connection over as attach and exec do: 101 for a client that asks for it, else 200. */
export async function upgrade(request: ServerRequest, tty: boolean): Promise<ByteStream> {
  const type = tty ? 'application/vnd.docker.raw-stream' : 'application/vnd.docker.multiplexed-stream'
  const asked = request.headers.has('upgrade')
  // Some clients send a body as well: it is no input of the process.
  await request.body.readAll()
  const stream = request.hijack()
  const head = asked
    ? `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`
    : `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`
  await stream.write(encoder.encode(head))
  return stream
}
