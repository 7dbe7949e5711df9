import {
  AF_PACKET,
  EACCES,
  EADDRINUSE,
  EAGAIN,
  ECONNREFUSED,
  EINPROGRESS,
  EINVAL,
  ENOTSOCK,
  EPERM,
  ESRCH,
  isInet,
  type MaybePromise,
  type NetlinkRequest,
  O_NONBLOCK,
  SOCK_STREAM,
  type SocketAddress,
} from '@drydock/abi'
import { NamespaceInode } from '../fs/index.ts'
import { NetNamespace, netlink } from '../net/index.ts'
import { createSocket, createSocketPair, SocketDescription, type UnixNames, UnixStreamSocket } from '../socket/index.ts'
import { block } from '../task/pending-call.ts'
import type { Task } from '../task/task.ts'
import { capableIn } from '../vfs/index.ts'
import { findTask } from './process.ts'
import type { SyscallTable } from './table.ts'

/** @throws ENOTSOCK */
function socketOf(task: Task, fd: number): SocketDescription {
  const description = task.fds.get(fd)
  if (!(description instanceof SocketDescription)) throw ENOTSOCK
  return description
}

/** Everybody may ask; firewalls are shown to their administrators only. */
const isQuestion = ({ op }: NetlinkRequest): boolean => op.endsWith('-list') && op !== 'rule-list'

/** Unix sockets by their names, as the task sees the tree. */
const namesFor = (task: Task): UnixNames => ({
  bind(path, socket) {
    if (!path.startsWith('\0')) return void task.parts.files.bindSocket(task, path, socket, 0o777)
    const { abstractNames } = task.namespaces.net
    if (abstractNames.has(path)) throw EADDRINUSE
    abstractNames.set(path, socket)
    return () => abstractNames.delete(path)
  },
  find(path) {
    if (!path.startsWith('\0')) return task.parts.files.socketAt(task, path)
    const found = task.namespaces.net.abstractNames.get(path)
    if (found === undefined) throw ECONNREFUSED
    return found
  },
})

/** @throws EACCES for the ports of servers, unless the caller may. ip(7), ip_unprivileged_port_start */
function requirePort({ namespaces: { net }, credentials }: Task, address: SocketAddress): void {
  if (!isInet(address) || address.port === 0 || address.port >= net.unprivilegedPorts) return
  if (!capableIn(credentials, 'net_bind_service', net.owner)) throw EACCES
}

/** Waits for the socket, unless O_NONBLOCK. */
function onSocket<T>(task: Task, fd: number, attempt: (socket: SocketDescription) => T): MaybePromise<T> {
  const socket = socketOf(task, fd)
  if (socket.flags & O_NONBLOCK) return attempt(socket)
  return block(task, [socket.queue], () => attempt(socket), { fd })
}

/** A unix socket knows whose it is: SO_PEERCRED tells the other end. Numbers are those of the first pid namespace. */
function identified(task: Task, socket: SocketDescription): SocketDescription {
  const { uid, gid } = task.credentials
  if (socket instanceof UnixStreamSocket) socket.become({ pid: task.pid.in(task.parts.rootPids), uid, gid })
  return socket
}

/** 0 for who is not seen from here. */
const pidSeenBy = (task: Task, pid: number): number => task.parts.rootPids.find(pid)?.in(task.pidNamespace) ?? 0

export const socketCalls: SyscallTable<
  | 'socket'
  | 'setsockopt'
  | 'getsockopt'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'sendto'
  | 'recvfrom'
  | 'shutdown'
  | 'getsockname'
  | 'getpeername'
  | 'socketpair'
  | 'peerCredentials'
  | 'sendRights'
  | 'receiveRights'
  | 'netlink'
> = {
  socket(task, family, type) {
    const { net } = task.namespaces
    if (family === AF_PACKET && !capableIn(task.credentials, 'net_raw', net.owner)) throw EPERM
    return task.fds.add(identified(task, createSocket(net, family, type)))
  },
  setsockopt(task, fd, option, value) {
    socketOf(task, fd).setOption(option, value)
  },
  getsockopt: (task, fd, option) => socketOf(task, fd).getOption(option),
  bind(task, fd, address) {
    requirePort(task, address)
    socketOf(task, fd).bind(address, namesFor(task))
  },
  listen(task, fd, backlog = 128) {
    socketOf(task, fd).listen(backlog)
  },
  accept: (task, fd) =>
    onSocket(task, fd, (socket) => {
      const { description, peer } = socket.accept()
      return { fd: task.fds.add(description), peer }
    }),
  connect(task, fd, address) {
    const socket = socketOf(task, fd)
    socket.connect(address, namesFor(task))
    try {
      return onSocket(task, fd, (each) => each.finishConnect())
    } catch (error) {
      throw error === EAGAIN ? EINPROGRESS : error
    }
  },
  sendto: (task, fd, data, to) => onSocket(task, fd, (socket) => socket.sendto(data, to, namesFor(task))),
  recvfrom: (task, fd) => onSocket(task, fd, (socket) => socket.recvfrom()),
  shutdown(task, fd, how) {
    socketOf(task, fd).shutdown(how)
  },
  getsockname: (task, fd) => socketOf(task, fd).getsockname(),
  getpeername: (task, fd) => socketOf(task, fd).getpeername(),
  socketpair(task, type = SOCK_STREAM) {
    const [a, b] = createSocketPair(task.namespaces.net, type)
    return [task.fds.add(identified(task, a)), task.fds.add(identified(task, b))]
  },
  peerCredentials: (task, fd) => {
    const { pid, uid, gid } = socketOf(task, fd).peerCredentials()
    return { pid: pidSeenBy(task, pid), uid, gid }
  },
  sendRights(task, fd, data, fds) {
    const descriptions = fds.map((each) => task.fds.get(each))
    return onSocket(task, fd, (socket) => socket.sendRights(data, descriptions))
  },
  receiveRights: (task, fd, max) =>
    onSocket(task, fd, (socket) => {
      const { data, descriptions } = socket.receiveRights(max)
      return { data, fds: descriptions.map((each) => task.fds.add(each)) }
    }),
  netlink(task, request) {
    if (!isQuestion(request) && !capableIn(task.credentials, 'net_admin', task.namespaces.net.owner)) throw EPERM
    const ofPid = (pid: number): NetNamespace => {
      const other = findTask(task, pid)
      if (!other.alive) throw ESRCH
      return other.namespaces.net
    }
    const ofPath = (path: string): NetNamespace => {
      const { inode } = task.parts.files.resolve(task, path)
      if (!(inode instanceof NamespaceInode && inode.namespace instanceof NetNamespace)) throw EINVAL
      return inode.namespace
    }
    return netlink(task.namespaces.net, request, { ofPid, ofPath })
  },
}
