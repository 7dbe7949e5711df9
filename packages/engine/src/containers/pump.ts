import { isErrno, type Sys } from '@drydock/abi'
import type { RunningProcess } from '../runtime/launch.ts'
import { quietly } from '../state/files.ts'
import type { StreamName } from './output-hub.ts'

type Deliver = (stream: StreamName, bytes: Uint8Array) => Promise<void>

/** Reads a process's output to its end. The descriptors are closed then. */
export async function pumpOutput(sys: Sys, { streams }: RunningProcess, deliver: Deliver): Promise<void> {
  const pumps = [pump(sys, streams.output, 'stdout', deliver)]
  if (streams.errors !== undefined) pumps.push(pump(sys, streams.errors, 'stderr', deliver))
  await Promise.all(pumps)
}

async function pump(sys: Sys, fd: number, stream: StreamName, deliver: Deliver): Promise<void> {
  try {
    for (;;) {
      const bytes = await sys.read(fd, 65536)
      if (bytes.length === 0) return
      await deliver(stream, bytes)
    }
  } catch (error) {
    // A terminal whose last user is gone reads EIO.
    if (!isErrno(error)) throw error
  } finally {
    quietly(() => sys.close(fd))
  }
}
