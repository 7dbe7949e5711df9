import { AF_INET, EINPROGRESS, EISCONN, ETIMEDOUT, inet, POLLOUT, SOCK_STREAM, type Sys } from '@drydock/abi'
import { FdStream } from '@drydock/libc'

/** Connects, or gives up. @throws ETIMEDOUT after `timeoutMs`; ECONNREFUSED, EHOSTUNREACH… */
export async function dialWithin(sys: Sys, address: string, port: number, timeoutMs: number): Promise<FdStream> {
  const fd = sys.socket(AF_INET, SOCK_STREAM)
  try {
    sys.setFdFlags(fd, { nonblock: true })
    await connectOrWait(sys, fd, address, port, timeoutMs)
    sys.setFdFlags(fd, { nonblock: false })
    return new FdStream(sys, fd)
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

async function connectOrWait(sys: Sys, fd: number, address: string, port: number, timeoutMs: number): Promise<void> {
  try {
    await sys.connect(fd, inet(address, port))
  } catch (error) {
    if (error !== EINPROGRESS) throw error
    const [found = 0] = await sys.poll([{ fd, events: POLLOUT }], Math.ceil(timeoutMs))
    if (found === 0) throw ETIMEDOUT
    await confirm(sys, fd, address, port)
  }
}

/** A second connect tells how the first ended. connect(2). */
async function confirm(sys: Sys, fd: number, address: string, port: number): Promise<void> {
  try {
    await sys.connect(fd, inet(address, port))
  } catch (error) {
    if (error !== EISCONN) throw error
  }
}
