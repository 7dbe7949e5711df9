import type { Tty } from '../tty/tty.ts'
import type { Pid } from './pid.ts'
import type { Task } from './task.ts'

/** setsid(2), credentials(7). */
export class Session {
  readonly pid: Pid
  readonly groups = new Set<ProcessGroup>()
  /** The controlling terminal. */
  tty: Tty | undefined

  constructor(pid: Pid) {
    this.pid = pid
    pid.session = this
  }

  get leader(): Task | undefined {
    return this.pid.task
  }

  release(group: ProcessGroup): void {
    this.groups.delete(group)
    if (this.groups.size > 0) return
    if (this.tty?.session === this) this.tty.disown()
    this.pid.session = undefined
    this.pid.releaseIfUnused()
  }
}

/** The unit of job control. setpgid(2). */
export class ProcessGroup {
  readonly pid: Pid
  readonly session: Session
  readonly members = new Set<Task>()

  constructor(pid: Pid, session: Session) {
    this.pid = pid
    this.session = session
    pid.group = this
    session.groups.add(this)
  }

  remove(task: Task): void {
    this.members.delete(task)
    if (this.members.size > 0) return
    this.pid.group = undefined
    this.session.release(this)
    this.pid.releaseIfUnused()
  }

  /**
   * Nobody of the same session but another group watches over it: stop signals of the terminal would stop it for ever.
   * POSIX "orphaned process group".
   */
  get orphaned(): boolean {
    for (const { parent } of this.members)
      if (parent && parent.group !== this && parent.group.session === this.session) return false
    return true
  }
}
