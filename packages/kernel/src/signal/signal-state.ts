import { defaultAction, type DefaultAction, type Signal, type SignalDisposition } from '@drydock/abi'
import type { Pid } from '../task/pid.ts'
import { PendingSignals } from './pending-signals.ts'

export interface SignalAction {
  readonly disposition: SignalDisposition
  /** SA_RESTART. */
  readonly restart: boolean
}

const DEFAULT: SignalAction = { disposition: 'SIG_DFL', restart: false }
const IGNORED: SignalAction = { disposition: 'SIG_IGN', restart: false }

/** What a task does with signals, and those that wait for it to be able to. signal(7). */
export class SignalState {
  private readonly actions = new Map<Signal, SignalAction>()
  /** Who is sending one at this moment, by kill(2). */
  sender: { readonly pid: Pid; readonly uid: number } | undefined = undefined
  /** Sent while the task was stopped or frozen. */
  readonly pending = new PendingSignals()

  action(signal: Signal): SignalAction {
    return this.actions.get(signal) ?? DEFAULT
  }

  set(signal: Signal, action: SignalAction): void {
    if (action.disposition === 'SIG_DFL') this.actions.delete(signal)
    else this.actions.set(signal, action)
  }

  ignore(signal: Signal): void {
    this.actions.set(signal, IGNORED)
  }

  /** What happens to a task that gets it: a handler, or what signal(7) says. */
  effect(signal: Signal): SignalAction | DefaultAction {
    const action = this.action(signal)
    if (action.disposition === 'SIG_IGN') return 'ignore'
    return action.disposition === 'SIG_DFL' ? defaultAction(signal) : action
  }

  /** Signals with a disposition of the kind asked for, for /proc/PID/status. */
  *dispositions(): IterableIterator<[Signal, SignalAction]> {
    yield* this.actions
  }

  /** Ignored signals stay so, handlers go. execve(2). */
  inheritIgnored(from: SignalState): void {
    for (const [signal, action] of from.actions) if (action.disposition === 'SIG_IGN') this.actions.set(signal, action)
  }

  /** Handlers are gone with the program that had them. */
  resetHandlers(): void {
    for (const [signal, { disposition }] of this.actions)
      if (typeof disposition === 'function') this.actions.delete(signal)
  }
}
