import type { Sysinfo, Utsname } from '@drydock/abi'
import type { KernelParts } from './kernel-parts.ts'
import type { Task } from './task/task.ts'
import { RELEASE, VERSION } from './version.ts'

export const uname = (task: Task): Utsname => ({
  sysname: 'Linux',
  nodename: task.namespaces.uts.hostname,
  release: RELEASE,
  version: VERSION,
  machine: task.namespaces.uts.machine,
})

/** sysinfo(2): of the whole machine, whoever asks. */
export function sysinfo(parts: KernelParts): Sysinfo {
  const { clock, bootMs, memoryBytes, cpus, rootCgroup, rootPids, loads } = parts
  return {
    uptimeMs: clock.monotonic() - bootMs,
    loads: loads.averages(),
    totalMemory: memoryBytes,
    freeMemory: Math.max(0, memoryBytes - rootCgroup.memory.bytes),
    processes: rootPids.tasks().length,
    cpus,
  }
}
