import { EEXIST, MS_NODEV, MS_NOEXEC, MS_NOSUID } from '@drydock/abi'
import type { Task } from '../task/task.ts'

const STRICT = MS_NOSUID | MS_NODEV | MS_NOEXEC

/** What is mounted before process 1 starts: type, place, flags, options. As systemd does it. */
const MOUNTS: readonly (readonly [string, string, number, string])[] = [
  ['proc', '/proc', STRICT, ''],
  ['sysfs', '/sys', STRICT, ''],
  ['cgroup2', '/sys/fs/cgroup', STRICT, ''],
  ['devtmpfs', '/dev', MS_NOSUID, ''],
  ['devpts', '/dev/pts', MS_NOSUID | MS_NOEXEC, ''],
  ['tmpfs', '/dev/shm', MS_NOSUID | MS_NODEV, 'mode=1777'],
  ['tmpfs', '/run', MS_NOSUID | MS_NODEV, 'mode=755'],
]
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['cgroup2', 'cgroup2'],
  ['devtmpfs', 'udev'],
])

export function mountFirst(task: Task): void {
  const { files } = task.parts
  for (const [type, target, flags, data] of MOUNTS) {
    makeDirectory(task, target)
    files.mount(task, { source: SOURCES.get(type) ?? type, target, type, flags, data })
  }
}

function makeDirectory(task: Task, path: string): void {
  try {
    task.parts.files.mkdir(task, path, 0o755)
  } catch (error) {
    if (error !== EEXIST) throw error
  }
}
