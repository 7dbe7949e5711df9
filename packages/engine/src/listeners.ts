import { inet, isErrno, type SocketAddress, type Sys, unix } from '@drydock/abi'
import { listen } from '@drydock/libc'
import { makeDirectories, quietly } from './state/files.ts'

/** Where TCP goes that names no port. */
export const PLAIN_PORT = 2375
export const TLS_PORT = 2376
/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_HANDED_OVER = 3
const NONE_HANDED_OVER =
  'failed to load listeners: no sockets found via socket activation: make sure the service was started by systemd'

/** A host of `-H` that the daemon cannot listen on. */
export class ListenerError extends Error {}

/** A socket the daemon answers on. */
export interface Listener {
  readonly fd: number
  readonly isTcp: boolean
  /** Takes away what `openListeners` made in the file system; a socket handed over belongs to who made it. */
  remove(): void
}

/**
 * Listens on one host of `-H`: `unix://path`, `tcp://address:port`, or `fd://` for the sockets that the service manager
 * already listens on (sd_listen_fds(3)).
 * @throws ListenerError where no socket was handed over; EADDRINUSE, EACCES…
 */
export function openListeners(sys: Sys, env: ReadonlyMap<string, string>, host: string, usualPort: number): Listener[] {
  if (host.startsWith('fd://')) return handedOver(sys, env, host.slice('fd://'.length))
  const address = addressOf(host, usualPort)
  if ('path' in address) return [openUnix(sys, address.path)]
  return [{ fd: listen(sys, address), isTcp: true, remove: () => undefined }]
}

function addressOf(host: string, usualPort: number): SocketAddress {
  if (host.startsWith('unix://')) return unix(host.slice('unix://'.length))
  const [address = '', port] = host.replace(/^tcp:\/\//, '').split(':')
  return inet(address || '127.0.0.1', Number(port || usualPort))
}

function openUnix(sys: Sys, path: string): Listener {
  makeDirectories(sys, path.slice(0, path.lastIndexOf('/')))
  // A socket file that nobody listens on any more is in the way.
  quietly(() => sys.unlink(path))
  const fd = listen(sys, unix(path))
  sys.chmod(path, 0o660)
  return { fd, isTcp: false, remove: () => quietly(() => sys.unlink(path)) }
}

/** @param which empty and `*` mean all of them, otherwise a descriptor */
function handedOver(sys: Sys, env: ReadonlyMap<string, string>, which: string): Listener[] {
  const count = Number(env.get('LISTEN_FDS') ?? 1)
  const all = Array.from({ length: count }, (_, i) => FIRST_HANDED_OVER + i)
  const wanted = which === '' || which === '*' ? all : all.filter((fd) => fd === Number(which))
  const sockets = wanted.filter((fd) => isSocket(sys, fd))
  if (sockets.length === 0) throw new ListenerError(NONE_HANDED_OVER)
  // Containers must not get the daemon's sockets.
  for (const fd of sockets) sys.setFdFlags(fd, { cloexec: true })
  return sockets.map((fd) => ({ fd, isTcp: false, remove: () => undefined }))
}

function isSocket(sys: Sys, fd: number): boolean {
  try {
    sys.getsockname(fd)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}
