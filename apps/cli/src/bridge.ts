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
  try {
    stream.close()
  } catch {
    // The whole host is gone.
  }
}

async function upstream(client: Socket, stream: ByteStream): Promise<void> {
  try {
    for await (const bytes of client.iterator({ destroyOnReturn: false }))
      await stream.write(new Uint8Array(bytes as Buffer))
    if (client.destroyed && !client.readableEnded) stream.close()
    else stream.shutdown()
  } catch {
    // One side went away in the middle.
  }
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

/** Room to write again, or nobody to write to. */
const drained = (client: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      client.off('drain', done).off('close', done)
      resolve()
    }
    client.once('drain', done).once('close', done)
  })
