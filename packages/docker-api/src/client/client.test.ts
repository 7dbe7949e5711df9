import type { ByteStream } from '@drydock/abi'
import { ECONNREFUSED } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { ApiError, ConnectionError } from './api-error.ts'
import { DockerClient } from './docker-client.ts'
import { StdDemultiplexer } from './stdcopy.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** An engine with one answer for each connection, in order; answers come in pieces of `piece` bytes. */
function engine(answers: readonly string[], piece = 1000) {
  const seen: string[] = []
  let next = 0
  const dial = (): ByteStream => {
    let rest = encoder.encode(answers[next++] ?? '')
    const at = seen.push('') - 1
    return {
      read: (max = 65536) => {
        const bytes = rest.slice(0, Math.min(piece, max))
        rest = rest.slice(bytes.length)
        return bytes
      },
      write: (bytes) => {
        seen[at] += decoder.decode(bytes)
      },
      shutdown: () => {},
      close: () => {},
    }
  }
  return { client: new DockerClient({ dial }), seen }
}

const PING = 'HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nSwarm: inactive\r\nContent-Length: 0\r\n\r\n'
const json = (status: string, body: unknown): string => {
  const text = JSON.stringify(body)
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`
}

describe.each([1000, 1, 7])('DockerClient, answers in pieces of %d', (piece) => {
  it('speaks the older of the two versions', async () => {
    const { client, seen } = engine([PING, json('200 OK', [])], piece)
    expect(await client.containers.list({ all: true, filters: { name: ['a b'], status: [] } })).toEqual([])
    expect(seen[1]).toMatch(
      /^GET \/v1\.41\/containers\/json\?all=1&filters=%7B%22name%22%3A%7B%22a\+b%22%3Atrue%7D%2C%22status%22%3A%7B%7D%7D HTTP\/1\.1\r\n/,
    )
  })

  it('throws what the engine says', async () => {
    const { client } = engine([PING, json('409 Conflict', { message: 'in use' })], piece)
    await expect(client.volumes.remove('v')).rejects.toEqual(new ApiError(409, 'in use'))
  })

  it('sends bodies', async () => {
    const { client, seen } = engine([PING, json('201 Created', { Id: 'x', Warnings: [] })], piece)
    expect((await client.containers.create({ Image: 'a' }, { name: 'n' })).Id).toBe('x')
    expect(seen[1]).toContain('POST /v1.41/containers/create?name=n HTTP/1.1')
    expect(seen[1]).toMatch(/Content-Length: 13\r\n\r\n\{"Image":"a"\}$/)
  })

  it('reads JSON values as they come', async () => {
    const stream =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"status":"one"}\r\n11\r\n\n{"status":"two"}\r\n0\r\n\r\n'
    const { client } = engine([PING, stream], piece)
    const states: (string | undefined)[] = []
    for await (const message of client.images.pull({ fromImage: 'a', tag: 'b' })) states.push(message.status)
    expect(states).toEqual(['one', 'two'])
  })

  it('hands the connection over', async () => {
    const { client } = engine(
      [PING, 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello'],
      piece,
    )
    const { stream } = await client.containers.attach('c', { stream: true, stdout: true })
    let text = ''
    for (let bytes = await stream.read(); bytes.length > 0; bytes = await stream.read()) text += decoder.decode(bytes)
    expect(text).toBe('hello')
  })
})

describe('DockerClient', () => {
  it('says when nobody is there', async () => {
    const dial = (): never => {
      throw ECONNREFUSED
    }
    const client = new DockerClient({ dial, host: 'unix:///var/run/docker.sock' })
    const words = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
    await expect(client.system.version()).rejects.toThrow(words)
    await expect(client.system.version()).rejects.toBeInstanceOf(ConnectionError)
  })
})

describe('StdDemultiplexer', () => {
  it('finds frames wherever the bytes are cut', () => {
    const bytes = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 2, 104, 105, 2, 0, 0, 0, 0, 0, 0, 1, 33])
    for (let cut = 0; cut <= bytes.length; cut++) {
      const demultiplexer = new StdDemultiplexer()
      const frames = [...demultiplexer.push(bytes.slice(0, cut)), ...demultiplexer.push(bytes.slice(cut))]
      expect(frames.map(({ kind, payload }) => [kind, decoder.decode(payload)])).toEqual([
        [1, 'hi'],
        [2, '!'],
      ])
    }
  })
})

describe('a connection that breaks off', () => {
  it.each([
    ['', 'error during connect: EOF'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[]', 'unexpected EOF'],
  ])('%j', async (answer, message) => {
    const { client } = engine([PING, answer])
    await expect(client.containers.list()).rejects.toThrow(message)
  })
})
