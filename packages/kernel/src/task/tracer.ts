import { EPERM, SIGCHLD, SIGKILL, type Signal, type TraceEvent, type TraceOutcome, type WaitStatus } from '@drydock/abi'
import { oops } from './exit.ts'
import { isUnexpected } from './pending-call.ts'
import type { Task } from './task.ts'
import { UNWIND } from './unwind.ts'

type WithoutPid<E> = E extends TraceEvent ? Omit<E, 'pid'> : never

/**
 * A task that looks on at others. On Linux the others stop at every event until the tracer lets them go on; here they
 * are told of and go on. ptrace(2)
 */
export class Tracer {
  readonly owner: Task
  private readonly onEvent: (event: TraceEvent) => void
  private readonly follow: boolean
  private readonly traced = new Set<Task>()

  constructor(owner: Task, onEvent: (event: TraceEvent) => void, follow: boolean) {
    this.owner = owner
    this.onEvent = onEvent
    this.follow = follow
    owner.closers.add(this.detach)
  }

  /** @throws EPERM when it is traced already */
  attach(task: Task): void {
    if (task.tracer) throw EPERM
    task.tracer = this
    this.traced.add(task)
  }

  readonly detach = (): void => {
    for (const task of this.traced) task.tracer = undefined
    this.traced.clear()
    this.owner.closers.delete(this.detach)
  }

  /** What the task waits for already is told as begun. */
  resuming(task: Task): void {
    const { lastWait } = task
    if (!lastWait || task.pending.size === 0 || task.tracer !== this) return
    const args = withoutEnd(lastWait.args)
    this.enter(task, lastWait.call, args)
    lastWait.outcome.then(
      (value: unknown) => this.leave(task, lastWait.call, args, { value }),
      (error: unknown) => this.leave(task, lastWait.call, args, { error }),
    )
  }

  enter(task: Task, call: string, args: readonly unknown[]): void {
    this.tell(task, { kind: 'enter', call, args })
  }

  leave(task: Task, call: string, args: readonly unknown[], outcome: TraceOutcome): void {
    if (!('error' in outcome) || outcome.error !== UNWIND) this.tell(task, { kind: 'leave', call, args, outcome })
  }

  executed(task: Task, path: string): void {
    const { argv, env } = task.image
    this.tell(task, { kind: 'exec', path, argv, variables: env.size })
  }

  /** A child was made, which does not run yet. */
  forked(parent: Task, child: Task): void {
    if (!this.follow) return
    this.attach(child)
    this.tell(parent, { kind: 'child', child: child.pid.in(this.owner.pidNamespace) })
  }

  signalled(task: Task, signal: Signal): void {
    if (signal === SIGKILL) return
    const child = signal === SIGCHLD ? this.lastChild(task) : undefined
    const { sender } = task.signals
    const by = sender && { pid: sender.pid.in(this.owner.pidNamespace), uid: sender.uid }
    this.tell(task, { kind: 'signal', signal, ...(child ? { child } : {}), ...(by ? { sender: by } : {}) })
  }

  ended(task: Task, status: WaitStatus): void {
    this.tell(task, { kind: 'end', status })
    this.traced.delete(task)
    task.tracer = undefined
  }

  private lastChild(task: Task): { pid: number; uid: number; status: WaitStatus } | undefined {
    const told = [...task.children].flatMap((child) => {
      const status = child.exitStatus ?? child.unreported
      return status ? [{ pid: child.pid.in(this.owner.pidNamespace), uid: child.uid, status }] : []
    })
    return told.at(-1)
  }

  private tell(task: Task, event: WithoutPid<TraceEvent>): void {
    if (task.tracer !== this || !this.owner.alive) return
    try {
      this.onEvent({ ...event, pid: task.pid.in(this.owner.pidNamespace) } as TraceEvent)
    } catch (error) {
      if (isUnexpected(error)) oops(this.owner, error)
    }
  }
}

/** Arguments that were not given are not there. */
const withoutEnd = (args: readonly unknown[]): readonly unknown[] =>
  args.slice(0, args.findLastIndex((each) => each !== undefined) + 1)

/** Runs a call of a traced task. A promise is handed on as it is, so that the task waits no longer than without. */
export function tracedCall(
  task: Task,
  tracer: Tracer,
  call: string,
  given: readonly unknown[],
  run: () => unknown,
): unknown {
  const args = withoutEnd(given)
  tracer.enter(task, call, args)
  let value: unknown
  try {
    value = run()
  } catch (error) {
    tracer.leave(task, call, args, { error })
    throw error
  }
  if (value instanceof Promise)
    value.then(
      (value: unknown) => tracer.leave(task, call, args, { value }),
      (error: unknown) => tracer.leave(task, call, args, { error }),
    )
  else tracer.leave(task, call, args, { value })
  return value
}
