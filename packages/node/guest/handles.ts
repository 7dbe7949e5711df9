import type { Handle } from './message-channel.ts'
import { messageKind } from './message-channel.ts'
import { Server, Socket } from './net.ts'

/** What may be sent to another process beside a message: a connection, or a server's listening socket. child_process, subprocess.send() */
export function handleOf(value: unknown): Handle | undefined {
  if (value instanceof Socket) return { fd: value.fd, type: 'socket' }
  if (value instanceof Server) return { fd: value.handleFd, type: 'server' }
  return undefined
}

/** What came, as an object of the script's own; node's own parts take the descriptor as it is. */
export function opened(value: unknown, handle: Handle | undefined): unknown {
  if (!handle || messageKind(value) === 'internalMessage') return handle
  return handle.type === 'server' ? new Server().listen({ fd: handle.fd }) : new Socket({ fd: handle.fd })
}
