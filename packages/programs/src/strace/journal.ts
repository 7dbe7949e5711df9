import { isErrno, type TraceEvent, type TraceOutcome, type WaitStatus } from '@drydock/abi'
import type { Zone } from '@drydock/libc'
import { type CallRow, CALLS, execArguments, type Style, UNSEEN } from './calls.ts'
import type { Selection } from './selection.ts'
import { signalText } from './values.ts'

export interface JournalOptions {
  readonly style: Style
  readonly selection: Selection
  /** Where the result starts: -a. */
  readonly column: number
  /** -t, -tt, -ttt, -r: what stands before each line. */
  readonly stamp: () => string
  /** -T */
  readonly durations: boolean
  /** -q: 1 leaves out attaching, 2 the ends as well. */
  readonly quiet: number
  /** Whether lines say whose they are, beyond the first process: on a file always. */
  readonly prefix: 'file' | 'terminal' | 'none'
  readonly zone?: Zone
  /** Lines start with the program's own name where it speaks itself. */
  readonly monotonic: () => number
}

interface UnderWay {
  readonly row: CallRow
  readonly startMs: number
  /** Another line has come between: the call is told in two parts. */
  parted: boolean
}

const LINE_END = ' <unfinished ...>\n'

/** What strace prints, event by event: a call is begun when it starts and ended, or resumed, when it returns. */
export class Journal {
  private readonly options: JournalOptions
  private readonly underWay = new Map<number, UnderWay>()
  /** Whose line is open, and how wide it is. */
  private open: { pid: number; width: number } | undefined
  private traced = 0
  private text = ''

  constructor(options: JournalOptions) {
    this.options = options
  }

  /** What was written since it was last asked. */
  take(): string {
    const { text } = this
    this.text = ''
    return text
  }

  attached(pid: number, told: boolean): void {
    this.traced++
    // In the middle of the call that made it, as strace does: to be seen at once.
    if (told && this.options.quiet === 0) this.text += `strace: Process ${pid} attached\n`
  }

  detached(pid: number): void {
    if (this.underWay.has(pid)) this.write(' <detached ...>\n')
    this.open = undefined
    if (this.options.quiet === 0) this.text += `strace: Process ${pid} detached\n`
  }

  hear(event: TraceEvent): void {
    if (event.kind === 'enter') return this.enter(event.pid, event.call, event.args)
    if (event.kind === 'leave') return this.leave(event.pid, event.call, event.args, event.outcome)
    if (event.kind === 'child') return this.attached(event.child, true)
    if (event.kind === 'exec') return this.executed(event)
    if (event.kind === 'signal') return this.signalled(event)
    this.ended(event.pid, event.status)
  }

  private row(call: string): CallRow | undefined {
    if (UNSEEN.has(call)) return undefined
    const row = CALLS[call]
    return row && this.options.selection.wants(row) ? row : undefined
  }

  private enter(pid: number, call: string, args: readonly unknown[]): void {
    const row = this.row(call)
    if (!row) return
    this.underWay.set(pid, { row, startMs: this.options.monotonic(), parted: false })
    if (this.options.selection.successful || this.options.selection.failedOnly) return
    this.begin(pid, this.head(row, args))
  }

  private head(row: CallRow, args: readonly unknown[]): string {
    const before = row.before(this.options.style, ...(args as never[])).join(', ')
    return `${row.name}(${before}${row.after && before !== '' ? ', ' : ''}`
  }

  private leave(pid: number, call: string, args: readonly unknown[], outcome: TraceOutcome): void {
    const known = this.underWay.get(pid)
    this.underWay.delete(pid)
    const row = known?.row ?? this.row(call)
    if (!row) return
    if (!this.options.selection.wantsOutcome('value' in outcome)) return
    if (this.options.selection.successful || this.options.selection.failedOnly) this.begin(pid, this.head(row, args))
    else if (known?.parted || this.open?.pid !== pid) this.begin(pid, `<... ${row.name} resumed>`)
    const value = 'value' in outcome ? outcome.value : undefined
    const rest = row.after?.(this.options.style, value as never, ...(args as never[])).join(', ') ?? ''
    this.write(`${rest})`)
    this.end(resultText(row, outcome, args), known?.startMs)
  }

  private executed(event: TraceEvent & { kind: 'exec' }): void {
    const row = CALLS.exec
    const known = this.underWay.get(event.pid)
    this.underWay.delete(event.pid)
    if (!row || !this.options.selection.wants(row)) return
    const args = execArguments(this.options.style, event.path, event.argv, event.variables).join(', ')
    if (!known || this.open?.pid !== event.pid) this.begin(event.pid, known ? '<... execve resumed>' : `execve(${args}`)
    this.write(')')
    this.end('0', known?.startMs)
  }

  private signalled({ pid, signal, child, sender }: TraceEvent & { kind: 'signal' }): void {
    if (!this.options.selection.wantsSignal(signal)) return
    const name = signalText(signal)
    this.line(`--- ${name} {si_signo=${name}, ${child ? childText(child) : senderText(sender)}} ---`, pid)
  }

  private ended(pid: number, status: WaitStatus): void {
    this.underWay.delete(pid)
    if (status.kind === 'exited' && this.options.selection.wantsName('exit_group', ['process'])) {
      this.begin(pid, `exit_group(${status.code})`)
      this.end('?', undefined)
    }
    this.tellEnd(pid, status)
    this.traced--
    if (this.traced === 0) this.open = undefined
  }

  private tellEnd(pid: number, status: WaitStatus): void {
    if (this.options.quiet > 1) return
    if (status.kind === 'exited') this.line(`+++ exited with ${status.code} +++`, pid)
    else if (status.kind === 'signaled')
      this.line(`+++ killed by ${signalText(status.signal)}${status.core ? ' (core dumped)' : ''} +++`, pid)
  }

  /** Starts a line, after the one that is open. */
  private begin(pid: number | undefined, text: string): void {
    if (this.open) {
      const other = this.underWay.get(this.open.pid)
      if (other) other.parted = true
      this.text += LINE_END
    }
    const start = `${this.prefix(pid)}${this.options.stamp()}`
    this.text += start + text
    this.open = pid === undefined ? undefined : { pid, width: start.length + text.length }
  }

  private write(text: string): void {
    this.text += text
    if (this.open) this.open.width += text.length
  }

  private end(result: string, startMs: number | undefined): void {
    const pad = Math.max(0, this.options.column - (this.open?.width ?? 0))
    const taken = startMs === undefined ? 0 : Math.max(0, this.options.monotonic() - startMs) / 1000
    const duration = this.options.durations && startMs !== undefined ? ` <${taken.toFixed(6)}>` : ''
    this.text += `${pad > 0 ? ' '.repeat(pad) : ' '}= ${result}${duration}\n`
    this.open = undefined
  }

  private line(text: string, pid: number | undefined): void {
    this.begin(pid, text)
    this.text += '\n'
    this.open = undefined
  }

  private prefix(pid: number | undefined): string {
    const { prefix } = this.options
    if (pid === undefined || prefix === 'none') return ''
    if (prefix === 'file') return `${String(pid).padEnd(5)} `
    return this.traced > 1 ? `[pid ${String(pid).padStart(5)}] ` : ''
  }
}

function resultText(row: CallRow, outcome: TraceOutcome, args: readonly unknown[]): string {
  if ('error' in outcome) {
    const { error } = outcome
    if (isErrno(error)) return `-1 ${error.code} (${error.message})`
    return '?'
  }
  const { value } = outcome
  if (row.result) return row.result(value as never, ...(args as never[]))
  return typeof value === 'number' ? String(value) : '0'
}

const CHILD_CODES = { exited: 'CLD_EXITED', signaled: 'CLD_KILLED', stopped: 'CLD_STOPPED', continued: 'CLD_CONTINUED' }
function childText({ pid, uid, status }: { pid: number; uid: number; status: WaitStatus }): string {
  const code =
    status.kind === 'exited' ? String(status.code) : 'signal' in status ? signalText(status.signal) : 'SIGCONT'
  return `si_code=${CHILD_CODES[status.kind]}, si_pid=${pid}, si_uid=${uid}, si_status=${code}, si_utime=0, si_stime=0`
}

const senderText = (sender: { pid: number; uid: number } | undefined): string =>
  sender ? `si_code=SI_USER, si_pid=${sender.pid}, si_uid=${sender.uid}` : 'si_code=SI_KERNEL'
