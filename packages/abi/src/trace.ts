import type { Signal } from './signal.ts'
import type { WaitStatus } from './process.ts'

/** How a traced call ended: with a value or with what it threw. */
export type TraceOutcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * What a tracer hears of a process, in order; `pid` as the tracer sees it. Calls are those of Sys, by name and with
 * their arguments as given; programs and not the kernel know how Linux spells them. ptrace(2)
 */
export type TraceEvent =
  | { readonly kind: 'enter'; readonly pid: number; readonly call: string; readonly args: readonly unknown[] }
  | {
      readonly kind: 'leave'
      readonly pid: number
      readonly call: string
      readonly args: readonly unknown[]
      readonly outcome: TraceOutcome
    }
  /** A child that is traced as well: PTRACE_O_TRACECLONE. */
  | { readonly kind: 'child'; readonly pid: number; readonly child: number }
  /** The process runs another program now: PTRACE_EVENT_EXEC. */
  | {
      readonly kind: 'exec'
      readonly pid: number
      readonly path: string
      readonly argv: readonly string[]
      readonly variables: number
    }
  /** @param child  with SIGCHLD: whose end or stop it tells */
  | {
      readonly kind: 'signal'
      readonly pid: number
      readonly signal: Signal
      readonly child?: { readonly pid: number; readonly uid: number; readonly status: WaitStatus }
      /** Who sent it by kill(2); the kernel where nobody did. */
      readonly sender?: { readonly pid: number; readonly uid: number }
    }
  | { readonly kind: 'end'; readonly pid: number; readonly status: WaitStatus }
