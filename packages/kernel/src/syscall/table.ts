import type { Sys } from '@drydock/abi'
import { checkFilter } from '../task/seccomp.ts'
import type { Task } from '../task/task.ts'
import { tracedCall } from '../task/tracer.ts'
import { UNWIND } from '../task/unwind.ts'

type Call = (...args: never[]) => unknown
/** The names of those members of Sys that are calls. */
export type CallName = { [K in keyof Sys]-?: Sys[K] extends Call ? K : never }[keyof Sys]

/** System calls of one family: name -> what it does for a task. */
export type SyscallTable<K extends CallName> = {
  readonly [N in K]: (task: Task, ...args: Parameters<Sys[N]>) => ReturnType<Sys[N]>
}

/** A call without its types, as the table of all calls holds it. */
type AnyCall = (task: Task, ...args: never[]) => unknown

/** What a program holds: who it is, and as long as it lives, the right to make calls. */
interface Binding {
  readonly task: Task
  readonly image: Task['image']
}

/**
 * The calls as methods of an object that says whose they are. A program that is gone (killed, exited, replaced by exec)
 * gets no further than to its next call. To be made once: a new process then costs one small object.
 */
export function callMethods(calls: Readonly<Record<string, AnyCall>>): object {
  const methods: Record<string, unknown> = {}
  for (const [name, call] of Object.entries(calls)) {
    const run = call as Call5
    methods[name] = WAITING.has(name) ? waitingMethod(name, run) : plainMethod(name, run)
  }
  return methods
}

/** No call has more arguments. They are passed on one by one: calls are many, and a list of arguments is an object. */
type Call5 = (task: Task, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown) => unknown

function plainMethod(name: string, run: Call5): Function5 {
  return function (a, b, c, d, e) {
    const { task } = this
    if (!task.alive || task.image !== this.image) throw UNWIND
    task.parts.scheduler.enter(task)
    const { tracer, seccomp } = task
    if (seccomp) checkFilter(task, seccomp, name)
    if (tracer) return tracedCall(task, tracer, name, [a, b, c, d, e], () => run(task, a, b, c, d, e))
    return run(task, a, b, c, d, e)
  }
}

type Function5 = (this: Binding, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown) => unknown

function waitingMethod(name: string, run: Call5): Function5 {
  const plain = plainMethod(name, run)
  return function (a, b, c, d, e) {
    try {
      const value = plain.call(this, a, b, c, d, e)
      if (value instanceof Promise) this.task.lastWait = { call: name, args: [a, b, c, d, e], outcome: value }
      return value
    } catch (error) {
      if (error === UNWIND) return new Promise(() => {})
      throw error
    }
  }
}

/** Calls whose callers await them: in a program that is gone they never end. */
const WAITING: ReadonlySet<string> = new Set<CallName>([
  ...(['tick', 'spawn', 'exec', 'wait', 'pause', 'sleep', 'read', 'readUntil', 'write', 'poll'] as const),
  ...([
    'accept',
    'block',
    'connect',
    'sendto',
    'recvfrom',
    'flock',
    'lockRecord',
    'openWaiting',
    'sendRights',
    'receiveRights',
  ] as const),
])
