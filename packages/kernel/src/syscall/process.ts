import { EACCES, EAGAIN, EINVAL, ENOMEM, EPERM, ESRCH } from '@drydock/abi'
import { childCredentials, cloneTask, joinGroup, run, startSession } from '../task/clone.ts'
import { describeTask, VIRTUAL_FACTOR } from '../task/describe.ts'
import { type Executable, findExecutable, replaceImage } from '../task/exec.ts'
import { exitTask } from '../task/exit.ts'
import { block, giveWay } from '../task/pending-call.ts'
import type { Image, Task } from '../task/task.ts'
import { capable } from '../vfs/index.ts'
import { UNWIND } from '../task/unwind.ts'
import { Tracer } from '../task/tracer.ts'
import { isSilent, pollChildren, queueOf } from '../task/wait.ts'
import type { SyscallTable } from './table.ts'

/** @throws ESRCH */
export function findTask(caller: Task, pid: number): Task {
  const task = pid === 0 ? caller : caller.pidNamespace.find(pid)?.task
  if (task === undefined) throw ESRCH
  return task
}

export const processCalls: SyscallTable<
  | 'tick'
  | 'getpid'
  | 'getppid'
  | 'getpgid'
  | 'getsid'
  | 'setpgid'
  | 'setsid'
  | 'spawn'
  | 'fork'
  | 'exec'
  | 'exit'
  | 'wait'
  | 'sleep'
  | 'setpriority'
  | 'processes'
  | 'ptrace'
  | 'sbrk'
  | 'times'
  | 'charge'
  | 'prlimit'
> = {
  tick(task) {
    if (!task.mayRun) return giveWay(task, 0)
    if (!task.parts.scheduler.due()) return undefined
    task.parts.scheduler.leave()
    return giveWay(task, task.cgroup.throttleMs())
  },

  getpid: (task) => task.id,
  getppid: (task) => task.parent?.pid.in(task.pidNamespace) ?? 0,
  getpgid: (task, pid = 0) => findTask(task, pid).group.pid.in(task.pidNamespace),
  getsid: (task, pid = 0) => findTask(task, pid).group.session.pid.in(task.pidNamespace),

  setpgid(task, pid, pgid) {
    const target = findTask(task, pid)
    if (pgid < 0) throw EINVAL
    if (target !== task && target.parent !== task) throw ESRCH
    if (target.group.session !== task.group.session || target.group.session.leader === target) throw EPERM
    const wanted = pgid === 0 ? target.pid : task.pidNamespace.find(pgid)
    const exists = wanted?.group?.session === task.group.session
    if (wanted === undefined || (wanted !== target.pid && !exists)) throw EPERM
    joinGroup(target, wanted)
  },

  setsid(task) {
    if (task.pid.group) throw EPERM
    startSession(task)
    return task.id
  },

  spawn(task, path, options) {
    const { parts, image } = task
    const env = options.env ?? task.image.env
    const cwd = options.cwd === undefined ? task.cwd : parts.files.chdir(task, options.cwd)
    const context = { ...task.withCredentials(childCredentials(task, options)), cwd }
    const found = findExecutable(parts, context, path, options.argv, env)
    const start = (executable: Executable): number => {
      const child = cloneTask(task, options)
      replaceImage(child, executable)
      child.tracer?.executed(child, path)
      run(child, executable.program.main)
      return child.pid.in(task.pidNamespace)
    }
    return found instanceof Promise ? whileCurrent(task, image, found).then(start) : start(found)
  },

  fork(task, entry, options = {}) {
    const { cgroup, ...rest } = options
    const group = cgroup === undefined ? undefined : task.parts.findCgroup(task, cgroup)
    const child = cloneTask(task, group ? { ...rest, cgroup: group } : rest)
    run(child, entry)
    return child.pid.in(task.pidNamespace)
  },

  async exec(task, path, argv, env) {
    const { image } = task
    const found = findExecutable(task.parts, task, path, argv, env)
    const executable = found instanceof Promise ? await whileCurrent(task, image, found) : found
    task.abandonCalls()
    replaceImage(task, executable)
    task.tracer?.executed(task, path)
    run(task, executable.program.main)
    return new Promise<never>(() => {})
  },

  exit(task, status) {
    exitTask(task, { kind: 'exited', code: status & 0xff })
    throw UNWIND
  },

  wait: (task, pid, options = 0) =>
    block(task, [queueOf(task, pid)], () => pollChildren(task, pid, options), {
      inVain: isSilent(task, pid, options),
    }),

  sleep: async (task, ms) =>
    block<void>(task, [], neverReady, { restartable: false, timeoutMs: Math.max(0, ms), onTimeout: () => {} }),

  setpriority(task, pid, nice) {
    const target = findTask(task, pid)
    const level = Math.max(-20, Math.min(19, Math.trunc(nice)))
    if (level < target.nice && !capable(task.credentials, 'sys_nice')) throw EACCES
    target.nice = level
  },

  prlimit(task, resource, limit, pid = 0) {
    const target = findTask(task, pid)
    const privileged = capable(task.credentials, 'sys_resource')
    if (target !== task && !privileged && task.uid !== target.uid) throw EPERM
    const before = target.limits.get(resource)
    if (limit) target.limits.set(resource, limit, privileged)
    if (limit && resource === 'NOFILE') target.fds.limit = limit.soft
    if (limit && resource === 'CPU') target.cpuAlarmMs = limit.soft * 1000
    return before
  },

  charge(task, cpuMs) {
    task.charge(Math.max(0, cpuMs))
    return task.cgroup.throttleMs()
  },

  times(task) {
    // What the task has used since it got the processor is not billed yet.
    if (task.parts.scheduler.worksFor(task)) {
      task.parts.scheduler.leave()
      task.parts.scheduler.enter(task)
    }
    return { userMs: task.cpuMs, systemMs: 0, childrenUserMs: task.childrenCpuMs, childrenSystemMs: 0 }
  },

  processes: (task) => task.pidNamespace.tasks().map((each) => describeTask(task.pidNamespace, each)),

  ptrace(task, pid, onEvent, { follow = false } = {}) {
    const target = findTask(task, pid)
    if (!target.alive) throw ESRCH
    const own = target.uid === task.credentials.uid && target.credentials.uid === task.credentials.uid
    if (target === task || (!own && !capable(task.credentials, 'sys_ptrace'))) throw EPERM
    const tracer = new Tracer(task, onEvent, follow)
    try {
      tracer.attach(target)
      queueMicrotask(() => tracer.resuming(target))
    } catch (error) {
      tracer.detach()
      throw error
    }
    return tracer.detach
  },

  sbrk(task, bytes) {
    const heapBytes = Math.max(0, task.heapBytes + bytes)
    if (bytes > 0) requireAddressSpace(task, heapBytes)
    task.heapBytes = heapBytes
    if (!task.alive) throw UNWIND
  },
}

/** @throws ENOMEM beyond RLIMIT_AS or RLIMIT_DATA */
function requireAddressSpace(task: Task, heapBytes: number): void {
  const { limits, image } = task
  if (image.rssBytes * VIRTUAL_FACTOR + heapBytes > limits.get('AS').soft) throw ENOMEM
  if (heapBytes > limits.get('DATA').soft) throw ENOMEM
}

function neverReady(): never {
  throw EAGAIN
}

/** What is being loaded, or why it cannot be; never settles when the program that asked is gone meanwhile. */
function whileCurrent<T>(task: Task, image: Image, loading: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const ifCurrent = (settle: () => void): void => {
      if (!task.alive || task.image !== image) return
      task.parts.scheduler.enter(task)
      settle()
    }
    loading.then(
      (value) => ifCurrent(() => resolve(value)),
      (error: unknown) => ifCurrent(() => reject(error)),
    )
  })
}
