import type { ByteStream } from '@drydock/playground'
import type { Socket } from 'node:net'

/** Joins a real connection and a simulated one, both ways until both have ended; a half that ended is told to the other side. */
export async function bridge(client: Socket, dialled: ByteStream | Promise<ByteStream>): Promise<void> {
  client.on('error', () => client.destroy())
  let stream: ByteStream
  try {
    stream = await dialled
  } catch {
    client.destroy()
    return
  }
  client.setNoDelay?.(true)
  await Promise.all([upstream(client, stream), downstream(client, stream)])
  client.destroy()
  quietly(() => stream.close())
}

/** What comes is written on at once; while the simulated side has no room the real one is not read. */
function upstream(client: Socket, stream: ByteStream): Promise<void> {
  return new Promise((resolve) => {
    if (client.destroyed) return resolve()
    const leave = (): void => {
      if (!client.readableEnded) quietly(() => stream.close())
      resolve()
    }
    client.on('data', (bytes: Buffer) => {
      try {
        const written = stream.write(new Uint8Array(bytes))
        if (!(written instanceof Promise)) return
        client.pause()
        written.then(() => client.resume(), leave)
      } catch {
        // The simulated side went away in the middle.
        leave()
      }
    })
    client.on('end', () => {
      quietly(() => stream.shutdown())
      resolve()
    })
    client.on('close', leave)
  })
}

async function downstream(client: Socket, stream: ByteStream): Promise<void> {
  try {
    for (let bytes = await stream.read(65536); bytes.length > 0; bytes = await stream.read(65536)) {
      if (!client.write(bytes)) await drained(client)
    }
  } catch {
    // As above.
  }
  client.end()
}

/** The whole host may be gone. */
function quietly(action: () => void): void {
  try {
    action()
  } catch {
    // Nothing is left to tell it to.
  }
}

/** Room to write again, or nobody to write to. */
const drained = (client: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      client.off('drain', done).off('close', done)
      resolve()
    }
    client.once('drain', done).once('close', done)
  })
