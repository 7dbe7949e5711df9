import { EAGAIN, EINVAL, ENOTTY, EPERM, isErrno, O_RDWR, SIGTTOU } from '@drydock/abi'
import type { Task } from '../task/task.ts'
import { ptysOf } from '../tty/terminal-devices.ts'
import type { Tty } from '../tty/tty.ts'
import type { SyscallTable } from './table.ts'

const ttyOf = (task: Task, fd: number): Tty => task.fds.get(fd).terminal()

/** The caller's controlling terminal. @throws ENOTTY for any other */
function ownTty(task: Task, fd: number): Tty {
  const tty = ttyOf(task, fd)
  if (tty.session === undefined || tty.session !== task.group.session) throw ENOTTY
  return tty
}

/**
 * Changes of a terminal are for its foreground: a task in the background is stopped, and what it wanted is done when it
 * goes on. (The call itself cannot wait; the program stops at its next one that can.)
 */
function inForeground(task: Task, tty: Tty, change: () => void): void {
  try {
    tty.requireForeground(task, SIGTTOU)
  } catch (error) {
    if (error === EAGAIN) return task.resume(() => inForeground(task, tty, change))
    throw error
  }
  change()
}

export const terminalCalls: SyscallTable<
  | 'isatty'
  | 'tcgetattr'
  | 'tcsetattr'
  | 'getWindowSize'
  | 'setWindowSize'
  | 'tcgetpgrp'
  | 'tcsetpgrp'
  | 'ttyname'
  | 'openpty'
> = {
  isatty(task, fd) {
    try {
      ttyOf(task, fd)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  },
  tcgetattr(task, fd) {
    const { termios } = ttyOf(task, fd)
    return { ...termios, cc: { ...termios.cc } }
  },
  tcsetattr(task, fd, termios, drop = false) {
    const tty = ttyOf(task, fd)
    inForeground(task, tty, () => tty.setattr(termios, drop))
  },
  getWindowSize: (task, fd) => ttyOf(task, fd).size,
  setWindowSize(task, fd, size) {
    ttyOf(task, fd).setWindowSize(size)
  },
  tcgetpgrp: (task, fd) => ownTty(task, fd).foreground?.pid.in(task.pidNamespace) ?? 0,
  tcsetpgrp(task, fd, pgid) {
    const tty = ownTty(task, fd)
    if (pgid < 0) throw EINVAL
    const group = task.pidNamespace.find(pgid)?.group
    if (group?.session !== task.group.session) throw EPERM
    inForeground(task, tty, () => {
      tty.foreground = group
    })
  },
  ttyname: (task, fd) => ttyOf(task, fd).name,
  openpty(task, size) {
    const ptys = ptysOf(task)
    const { master, tty } = ptys.open(task.credentials, size)
    const masterFd = task.fds.add(master)
    return { master: masterFd, slave: task.fds.add(tty.reopen(O_RDWR)), name: tty.name }
  },
}
