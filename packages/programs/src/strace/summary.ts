import type { TraceEvent } from '@drydock/abi'
import { CALLS, UNSEEN } from './calls.ts'
import type { Selection } from './selection.ts'

interface Count {
  calls: number
  errors: number
  seconds: number
}

const ORDERS: Readonly<Record<string, (a: [string, Count], b: [string, Count]) => number>> = {
  time: ([, a], [, b]) => b.seconds - a.seconds,
  calls: ([, a], [, b]) => b.calls - a.calls,
  errors: ([, a], [, b]) => b.errors - a.errors,
  name: ([a], [b]) => (a < b ? -1 : 1),
  nothing: () => 0,
}
export const isOrder = (name: string): boolean => name in ORDERS

const RULE = '------ ----------- ----------- --------- --------- ----------------'

/** strace -c: how often and how long each call was made. */
export class Summary {
  private readonly counts = new Map<string, Count>()
  private readonly started = new Map<number, number>()
  private readonly selection: Selection
  private readonly monotonic: () => number

  constructor(selection: Selection, monotonic: () => number) {
    this.selection = selection
    this.monotonic = monotonic
  }

  hear(event: TraceEvent): void {
    if (event.kind === 'enter') this.started.set(event.pid, this.monotonic())
    if (event.kind === 'exec') return this.add(event.pid, 'exec', true)
    if (event.kind === 'leave') this.add(event.pid, event.call, 'value' in event.outcome)
  }

  print(order = 'time'): string {
    const rows = [...this.counts].sort(ORDERS[order])
    const total: Count = { calls: 0, errors: 0, seconds: 0 }
    for (const [, count] of rows) {
      total.calls += count.calls
      total.errors += count.errors
      total.seconds += count.seconds
    }
    const head = `% time     seconds  usecs/call     calls    errors syscall\n${RULE}\n`
    return `${head}${rows.map(([name, count]) => line(name, count, total.seconds)).join('')}${RULE}\n${line('total', total, total.seconds)}`
  }

  private add(pid: number, call: string, success: boolean): void {
    const row = UNSEEN.has(call) ? undefined : CALLS[call]
    if (!row || !this.selection.wants(row)) return
    const count = this.counts.get(row.name) ?? { calls: 0, errors: 0, seconds: 0 }
    this.counts.set(row.name, count)
    count.calls++
    if (!success) count.errors++
    // Waiting is not work: what a call took of the processor is not known, and short ones take about this.
    const start = this.started.get(pid)
    if (start !== undefined) count.seconds += Math.min(this.monotonic() - start, 0.05) / 1000
  }
}

function line(name: string, { calls, errors, seconds }: Count, total: number): string {
  const percent = name === 'total' ? 100 : total > 0 ? (100 * seconds) / total : 0
  const each = calls > 0 ? Math.floor((seconds * 1e6) / calls) : 0
  return `${percent.toFixed(2).padStart(6)} ${seconds.toFixed(6).padStart(11)} ${String(each).padStart(11)} ${String(calls).padStart(9)} ${(errors > 0 ? String(errors) : '').padStart(9)} ${name}\n`
}
