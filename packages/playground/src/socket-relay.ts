import type { ByteStream, Entropy } from '@drydock/abi'
import type { MessageEndpoint, SocketInput, SocketOutput, SocketRequest } from './rpc.ts'

/**
 * A preview's WebSocket: its messages come over `endpoint`, and go to the server as RFC 6455 has them. The page's shim is
 * the other end.
 */
export async function relaySocket(
  dial: () => Promise<ByteStream>,
  wanted: SocketRequest,
  endpoint: MessageEndpoint,
  entropy: Entropy,
): Promise<void> {
  const say = (message: SocketOutput): void => endpoint.postMessage(message)
  // What the page says before the server has answered: it has left.
  let gone = false
  endpoint.onmessage = endpoint.onclose = () => void (gone = true)
  const socket = await open(dial, wanted, entropy).catch((error: unknown) => String(error))
  if (typeof socket === 'string') return say({ kind: 'refused', reason: socket })
  if (gone) return socket.abort()
  say({ kind: 'open', protocol: socket.protocol })
  const send = async (data: string | Uint8Array, bytes: number): Promise<void> => {
    await socket.send(data).catch(() => undefined)
    say({ kind: 'sent', bytes })
  }
  const leave = (): void => void socket.close(GOING_AWAY).then(() => socket.abort())
  endpoint.onclose = leave
  endpoint.onmessage = ({ data }) => {
    const message = data as SocketInput
    if (message.kind === 'text') void send(message.text, message.text.length)
    else if (message.kind === 'binary') void send(message.bytes, message.bytes.length)
    else if (message.kind === 'close') void socket.close(message.code, message.reason)
    else leave()
  }
  for (;;) {
    const message = await socket.receive()
    say(message)
    if (message.kind === 'close') return
  }
}

/** RFC 6455 section 7.4.1 */
const GOING_AWAY = 1001

async function open(dial: () => Promise<ByteStream>, wanted: SocketRequest, { bytes }: Entropy) {
  const { WebSocketClient } = await import('@drydock/http')
  const { target, host, headers, protocols } = wanted
  const stream = await dial()
  try {
    return await WebSocketClient.open(stream, {
      target,
      headers: [['Host', host], ...headers],
      protocols,
      random: (length) => bytes(length),
    })
  } catch (error) {
    stream.close()
    throw error
  }
}
