import { isInet, ECONNABORTED, EINTR, EMFILE, inet, isErrno, type Sys, bracketed, plainAddress } from '@drydock/abi'
import { serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { FdStream, listen } from '@drydock/libc'

/** Who asks, `address:port`. */
export type Answering = (request: ServerRequest, remote: string) => Promise<ServerResponse | undefined>

/** Opens a port on all addresses. @throws EADDRINUSE… */
export const openPort = (sys: Sys, port: number, address = '::'): number => listen(sys, inet(address, port), 511)

/** Gives every connection that comes to a handler of its own; goes on until the socket is closed. */
export async function acceptAll(
  sys: Sys,
  socket: number,
  serve: (stream: FdStream, remote: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      const { fd, peer } = await sys.accept(socket)
      const remote = isInet(peer) ? `${bracketed(plainAddress(peer.address))}:${peer.port}` : '@'
      void serve(new FdStream(sys, fd), remote)
    } catch (error) {
      if (error === EMFILE) await sys.sleep(200)
      else if (error !== EINTR && error !== ECONNABORTED) {
        if (isErrno(error)) return
        throw error
      }
    }
  }
}

/** Answers HTTP on a socket that listens. */
export const serveHttp = (sys: Sys, socket: number, answer: Answering): Promise<void> =>
  acceptAll(sys, socket, async (stream, remote) => {
    try {
      await serveConnection(stream, (request) => answer(request, remote), { now: () => sys.clock.now() })
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      stream.close()
    }
  })
