import type { Task } from '../task/task.ts'
import { RELEASE, VERSION } from '../version.ts'
import type { Cgroup } from './cgroup.ts'

const PAGE_BYTES = 4096
const NEVER_KILLED = -1000

/** How much a task deserves to die: its pages, and what its owner adds or takes off. oom_badness() of Linux. */
export function badness(task: Task, totalBytes: number): number {
  if (task.oomScoreAdj === NEVER_KILLED) return -Infinity
  return task.rssBytes / PAGE_BYTES + (task.oomScoreAdj * (totalBytes / PAGE_BYTES)) / 1000
}

/** Who has to go; undefined when nobody may be killed. */
export function worstOf(tasks: Iterable<Task>, totalBytes: number): Task | undefined {
  let worst: Task | undefined
  let most = -Infinity
  for (const task of tasks) {
    if (!task.alive) continue
    const points = badness(task, totalBytes)
    if (points > most) [worst, most] = [task, points]
  }
  return worst
}

const kb = (bytes: number): number => Math.floor(bytes / 1024)
const pages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES)

/** One line of the task table that oom_kill.c dumps. */
function taskLine(task: Task): string {
  const { image, rssBytes, oomScoreAdj } = task
  const columns = [
    `[${String(task.pid.in(task.parts.rootPids)).padStart(7)}]`,
    String(task.uid).padStart(5),
    String(task.pid.in(task.parts.rootPids)).padStart(5),
    String(pages(rssBytes * 3)).padStart(8),
    String(pages(rssBytes)).padStart(8),
    String(pages(rssBytes)).padStart(8),
    '0'.padStart(8),
    '0'.padStart(9),
    '57344'.padStart(8),
    '0'.padStart(8),
    String(oomScoreAdj).padStart(13),
    image.comm,
  ]
  return columns.join(' ')
}

const HEAD =
  '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name'

/** What the kernel's log says of a kill, in the words of Linux 6.8. @param group undefined: the machine itself is full */
export function oomReport(group: Cgroup | undefined, invoker: Task, victim: Task): string[] {
  const { memory } = group ?? victim.parts.rootCgroup
  const pid = victim.pid.in(victim.parts.rootPids)
  const limit = group ? memory.max : victim.parts.memoryBytes
  const tasks = [...(group ?? victim.parts.rootCgroup).tasks()].filter((task) => task.alive)
  const usage = [
    `memory: usage ${kb(Math.min(memory.bytes, limit))}kB, limit ${kb(limit)}kB, failcnt ${memory.events.max}`,
    `swap: usage 0kB, limit ${Number.isFinite(memory.swapMax) ? kb(memory.swapMax) : 9007199254740988}kB, failcnt 0`,
    `Memory cgroup stats for ${group?.path}:`,
    ...[`anon ${memory.anonBytes}`, `file ${memory.shmemBytes}`, 'kernel 0', `shmem ${memory.shmemBytes}`],
  ]
  const constraint = group ? 'CONSTRAINT_MEMCG' : 'CONSTRAINT_NONE'
  const where = group ? `oom_memcg=${group.path}` : 'global_oom'
  const cpuset = victim.cgroup.parent ? victim.cgroup.name : '/'
  const place = `cpuset=${cpuset},mems_allowed=0,${where},task_memcg=${victim.cgroup.path}`
  const sizes = `total-vm:${kb(victim.rssBytes * 3)}kB, anon-rss:${kb(victim.rssBytes)}kB, file-rss:0kB, shmem-rss:0kB`
  return [
    `${invoker.image.comm} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${invoker.oomScoreAdj}`,
    `CPU: 0 PID: ${invoker.pid.in(victim.parts.rootPids)} Comm: ${invoker.image.comm} Not tainted ${RELEASE} ${VERSION.split(' ')[0]}`,
    ...(group ? usage : []),
    'Tasks state (memory values in pages):',
    HEAD,
    ...tasks.map(taskLine),
    `oom-kill:constraint=${constraint},nodemask=(null),${place},task=${victim.image.comm},pid=${pid},uid=${victim.uid}`,
    `${group ? 'Memory cgroup out of memory' : 'Out of memory'}: Killed process ${pid} (${victim.image.comm}) ${sizes}, UID:${victim.uid} pgtables:56kB oom_score_adj:${victim.oomScoreAdj}`,
  ]
}
