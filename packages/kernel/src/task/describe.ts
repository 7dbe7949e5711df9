import type { ProcessInfo } from '@drydock/abi'
import type { PidNamespace } from './pid.ts'
import type { Task } from './task.ts'

/** Programs map more than they touch: libraries above all. */
export const VIRTUAL_FACTOR = 3

/** A letter as ps(1) shows it. */
export function stateLetter(task: Task): ProcessInfo['state'] {
  if (task.state === 'zombie') return 'Z'
  if (task.state === 'stopped') return 'T'
  return task.yielding || task.parts.scheduler.worksFor(task) ? 'R' : 'S'
}

/** A line of ps(1), as seen from a pid namespace. */
export function describeTask(namespace: PidNamespace, task: Task): ProcessInfo {
  const { image, group, credentials } = task
  const { tty } = group.session
  return {
    pid: task.pid.in(namespace),
    ppid: task.parent?.pid.in(namespace) ?? 0,
    pgid: group.pid.in(namespace),
    sid: group.session.pid.in(namespace),
    uid: credentials.uid,
    gid: credentials.gid,
    state: stateLetter(task),
    comm: image.comm,
    argv: task.alive ? image.argv : [],
    tty: tty ? tty.name.replace('/dev/', '') : '?',
    tpgid: tty?.foreground?.pid.in(namespace) ?? -1,
    startTimeMs: task.startTimeMs,
    cpuMs: task.cpuMs,
    rssBytes: task.rssBytes,
    vszBytes: task.alive ? Math.ceil((image.rssBytes * VIRTUAL_FACTOR + task.heapBytes) / 4096) * 4096 : 0,
    nice: task.nice,
    threads: 1,
  }
}
