import { isInet, AF_UNIX, inet, isErrno, type Signal, type SocketAddress, type Sys, unix } from '@drydock/abi'
import { toBase64 } from '@drydock/codec'
import {
  readFile,
  ResolveError,
  resolveHost,
  answer,
  asNumber,
  asText,
  COMMON_CALLS,
  type ForeignAnswer,
  type ForeignCall,
} from '@drydock/libc'
import { PROCESS_CALLS } from './process-calls.ts'
import type { AnswerMessage, CallMessage } from './protocol.ts'
import { TERMINAL_CALLS } from './terminal-calls.ts'

/** A socket's address as the worker writes it: a path, or a dotted quad and a port. */
type Address = { readonly path: string } | { readonly address: string; readonly port: number }
const toAddress = (value: unknown): SocketAddress => {
  const given = value as Address
  return 'path' in given ? unix(given.path) : inet(given.address, given.port)
}
const fromAddress = (address: SocketAddress): Address =>
  isInet(address)
    ? { address: address.address, port: address.port }
    : { path: address.family === AF_UNIX ? address.path : '' }

/** What CPython may ask of the kernel, by name. Each row reads its own arguments. */
export const SYSTEM_CALLS: ReadonlyMap<string, ForeignCall> = new Map<string, ForeignCall>([
  ...COMMON_CALLS,
  ...PROCESS_CALLS,
  ...TERMINAL_CALLS,
  ['write', async (sys, [fd], bytes) => answer(await sys.write(asNumber(fd), bytes))],
  ['send', async (sys, [fd], bytes) => answer(await sys.write(asNumber(fd), bytes))],
  ['open', (sys, [path, flags, mode]) => openFile(sys, asText(path), asNumber(flags), asNumber(mode))],
  ['readFile', async (sys, [path]) => answer(toBase64(await readFile(sys, asText(path))))],
  ['lseek', (sys, [fd, offset, whence]) => answer(sys.lseek(asNumber(fd), asNumber(offset), asNumber(whence)))],
  ['statfs', (sys, [path]) => answer({ ...sys.statfs(asText(path)) })],
  ['ftruncate', (sys, [fd, size]) => answer(sys.ftruncate(asNumber(fd), asNumber(size)))],
  ['fsync', (sys, [fd]) => answer(sys.fsync(asNumber(fd)))],
  ['umask', (sys, [mask]) => answer(sys.umask(asNumber(mask)))],
  ['dup', (sys, [fd, least]) => answer(sys.dup(asNumber(fd), asNumber(least)))],
  ['dup2', (sys, [from, to]) => (sys.dup2(asNumber(from), asNumber(to)), answer(to))],
  ['getFlags', (sys, [fd]) => answer(sys.getFdFlags(asNumber(fd)))],
  ['setFlags', (sys, [fd, flags]) => answer(sys.setFdFlags(asNumber(fd), flags as object))],
  // Python's are not inherited. PEP 446
  ['pipe', (sys) => answer(sys.pipe().map((fd) => (sys.setFdFlags(fd, { cloexec: true }), fd)))],
  ['poll', async (sys, [fds, timeout]) => answer(await sys.poll(fds as never, asNumber(timeout)))],
  ['sleep', async (sys, [ms]) => answer(await sys.sleep(asNumber(ms)))],
  ['socket', (sys, [family, type]) => answer(sys.socket(asNumber(family), asNumber(type)))],
  ['socketpair', (sys) => answer(sys.socketpair())],
  ['bind', (sys, [fd, to]) => answer(sys.bind(asNumber(fd), toAddress(to)))],
  ['listen', (sys, [fd, backlog]) => answer(sys.listen(asNumber(fd), asNumber(backlog)))],
  [
    'accept',
    async (sys, [listener]) => {
      const { fd, peer } = await sys.accept(asNumber(listener))
      return answer({ fd, peer: fromAddress(peer) })
    },
  ],
  ['connect', async (sys, [fd, to]) => answer(await sys.connect(asNumber(fd), toAddress(to)))],
  ['shutdown', (sys, [fd, how]) => answer(sys.shutdown(asNumber(fd), asNumber(how)))],
  ['getsockname', (sys, [fd]) => answer(fromAddress(sys.getsockname(asNumber(fd))))],
  ['getpeername', (sys, [fd]) => answer(fromAddress(sys.getpeername(asNumber(fd))))],
  [
    'sendto',
    async (sys, [fd, to], bytes) => (await sys.sendto(asNumber(fd), bytes, toAddress(to)), answer(bytes.length)),
  ],
  [
    'recvfrom',
    async (sys, [fd]) => {
      const { data, from } = await sys.recvfrom(asNumber(fd))
      return { bytes: data, value: fromAddress(from) }
    },
  ],
  ['resolve', async (sys, [host]) => answer(await resolveHost(sys, asText(host)))],
  ['inheritable', (sys) => answer(sys.openFds().filter((fd) => !sys.getFdFlags(fd).cloexec))],
  ['kill', (sys, [pid, signal]) => answer(sys.kill(asNumber(pid), asNumber(signal) as Signal))],
])

/** @returns the descriptor, and for a directory its path, by which it is read */
async function openFile(sys: Sys, path: string, flags: number, mode: number): Promise<ForeignAnswer> {
  const fd = await sys.openWaiting(path, flags, mode)
  return answer({ fd, directory: (sys.fstat(fd).mode & 0o170000) === 0o040000 ? sys.realpath(path) : null })
}

/** Makes the call; errors of the kernel and of the resolver go back as values, all else is a bug and passes. */
export async function answerCall(sys: Sys, call: CallMessage): Promise<AnswerMessage> {
  try {
    const row = SYSTEM_CALLS.get(call.op)
    if (!row) return { kind: 'answer', id: call.id, error: 'ENOSYS' }
    return { kind: 'answer', id: call.id, ...(await row(sys, call.args, call.bytes ?? new Uint8Array(0))) }
  } catch (error) {
    if (isErrno(error)) return { kind: 'answer', id: call.id, error: error.code }
    if (error instanceof ResolveError) return { kind: 'answer', id: call.id, error: 'ENOENT' }
    throw error
  }
}
