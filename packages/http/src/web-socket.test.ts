import type { ByteStream } from '@drydock/abi'
import { streamPair } from '@drydock/abi/testing'
import { decodeUtf8, encodeBase64, encodeUtf8, Hash } from '@drydock/codec'
import { describe, expect, it } from 'vitest'
import { WebSocketClient, type WebSocketInit } from './web-socket.ts'

const INIT: WebSocketInit = {
  target: '/chat',
  headers: [['Host', 'here']],
  protocols: ['superchat'],
  random: (length) => new Uint8Array(length).fill(7),
}

/** A server by hand: reads the request, answers, and hands over the connection. */
async function shakeHands(server: ByteStream, more = ''): Promise<void> {
  const asked = decodeUtf8(await server.read())
  const key = /Sec-WebSocket-Key: (\S+)/.exec(asked)?.[1] ?? ''
  const accept = encodeBase64(new Hash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest())
  await server.write(
    encodeUtf8(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`,
    ),
  )
}

async function connected(): Promise<[WebSocketClient, ByteStream]> {
  const [client, server] = streamPair()
  const [socket] = await Promise.all([WebSocketClient.open(client, INIT), shakeHands(server)])
  return [socket, server]
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

describe('a WebSocket', () => {
  // Frames of RFC 6455, section 5.7.
  it('puts messages together, and answers pings between their pieces', async () => {
    const [socket, server] = await connected()
    await server.write(bytes(0x01, 0x03, 0x48, 0x65, 0x6c, 0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f))
    await server.write(bytes(0x80, 0x02, 0x6c, 0x6f, 0x82, 0x01, 0xff))
    expect(await socket.receive()).toEqual({ kind: 'text', text: 'Hello' })
    expect(await socket.receive()).toEqual({ kind: 'binary', bytes: bytes(0xff) })
    const pong = await server.read()
    expect([...pong.subarray(0, 6)]).toEqual([0x8a, 0x85, 7, 7, 7, 7])
    expect(decodeUtf8(pong.subarray(6).map((byte) => byte ^ 7))).toBe('Hello')
  })

  it('masks what it sends, whatever its length', async () => {
    const [socket, server] = await connected()
    for (const [length, head] of [
      [5, [0x82, 0x85]],
      [300, [0x82, 0xfe, 1, 44]],
      [70_000, [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70]],
    ] as const) {
      await socket.send(new Uint8Array(length))
      const frame: number[] = []
      while (frame.length < length + head.length + 4) frame.push(...(await server.read()))
      expect(frame.slice(0, head.length)).toEqual(head)
      expect(frame.slice(head.length)).toEqual(Array.from({ length: length + 4 }, () => 7))
    }
  })

  it('closes with a code, and fails what breaks the protocol', async () => {
    const [socket, server] = await connected()
    await server.write(bytes(0x88, 0x05, 0x03, 0xe9, 0x62, 0x79, 0x65))
    expect(await socket.receive()).toEqual({ kind: 'close', code: 1001, reason: 'bye', clean: true })
    expect((await server.read()).subarray(0, 2)).toEqual(bytes(0x88, 0x82))
    const [other, peer] = await connected()
    await peer.write(bytes(0x81, 0x02, 0xc3, 0x28))
    expect(await other.receive()).toEqual({ kind: 'close', code: 1006, reason: '', clean: false })
    const told = await peer.read()
    expect(((told[6] ?? 0) ^ 7) * 256 + ((told[7] ?? 0) ^ 7)).toBe(1007)
  })

  it('takes no protocol that it did not offer', async () => {
    const [client, server] = streamPair()
    const opening = expect(WebSocketClient.open(client, INIT)).rejects.toThrow('does not match')
    await shakeHands(server, 'Sec-WebSocket-Protocol: other\r\n')
    await opening
  })
})
