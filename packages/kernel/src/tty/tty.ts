import type { Signal, Termios, Timer, WindowSize } from '@drydock/abi'
import { cookedTermios, EAGAIN, EINTR, EIO, EPERM, SIGCONT, SIGHUP, SIGTTIN, SIGTTOU, SIGWINCH } from '@drydock/abi'
import { ByteQueue } from '../byte-queue.ts'
import type { Scheduler } from '../scheduler.ts'
import type { ProcessGroup, Session } from '../task/process-group.ts'
import type { Task } from '../task/task.ts'
import { UNWIND } from '../task/unwind.ts'
import { WaitQueue } from '../wait-queue.ts'
import type { FileDescription } from '../file-description.ts'
import type { Signals } from '../kernel-parts.ts'
import { LineDiscipline } from './line-discipline.ts'

/** Output that the master has not taken yet: writers wait beyond it. */
const OUTPUT_CAPACITY = 32768
const NEWLINE = 10
const RETURN = 13

/** The devpts instance that a terminal has its number in. */
export interface TtyHome {
  remove(tty: Tty): { readonly uid: number; readonly gid: number } | undefined
}

export interface TtyOptions {
  readonly home: TtyHome
  readonly number: number
  readonly size: WindowSize
  readonly signals: Signals
  readonly scheduler: Scheduler
  /** Another description of the slave. */
  readonly reopen: (flags: number) => FileDescription
}

/** A terminal: line discipline, output queue, size and job control, with a slave's and a master's side. tty(4), pty(7). */
export class Tty {
  private place: { readonly home: TtyHome; readonly number: number }
  termios: Termios = cookedTermios()
  size: WindowSize
  session: Session | undefined
  foreground: ProcessGroup | undefined
  /** Readers and writers of the slave. */
  readonly slaveQueue = new WaitQueue()
  /** Readers and writers of the master. */
  readonly masterQueue = new WaitQueue()
  slaves = 0
  hungUp = false
  private slaveWasOpen = false
  private readonly options: TtyOptions
  private readonly discipline: LineDiscipline
  private readonly output = new ByteQueue()
  private outputStopped = false
  private cursor = 0
  private readTimer: Timer | undefined
  private readTimedOut = false

  constructor(options: TtyOptions) {
    this.options = options
    this.place = { home: options.home, number: options.number }
    this.size = options.size
    this.discipline = new LineDiscipline({
      termios: () => this.termios,
      signal: (signal) => this.signalForeground(signal),
      echo: (bytes) => this.echo(bytes),
      flushOutput: () => this.flushOutput(),
      stopOutput: (stopped) => this.stopOutput(stopped),
      column: () => this.cursor,
    })
  }

  /** `/dev/pts/0`. */
  get name(): string {
    return `/dev/pts/${this.number}`
  }
  get number(): number {
    return this.place.number
  }
  get home(): TtyHome {
    return this.place.home
  }
  settle(home: TtyHome, number: number): void {
    this.place = { home, number }
  }

  // job control -------------------------------------------------------------------------------------------------------

  /** Becomes the controlling terminal of the group's session. TIOCSCTTY. @throws EPERM when it is another session's */
  own(group: ProcessGroup): void {
    if (this.session !== undefined && this.session !== group.session) throw EPERM
    this.session = group.session
    group.session.tty = this
    this.foreground = group
  }

  /** Is no session's controlling terminal any more. */
  disown(): void {
    if (this.session) this.session.tty = undefined
    this.session = undefined
    this.foreground = undefined
  }

  /**
   * Where nobody of the group lives any more, its shell has not heard yet that it ended: the session's leader has it then.
   * Linux lets such a signal go; but its shells hear sooner, and ^C in a loop of short commands would miss too often here.
   */
  private signalForeground(signal: Signal): void {
    const { foreground, session } = this
    if (!foreground) return
    const lives = [...foreground.members].some(({ alive }) => alive)
    const heir = lives ? undefined : session?.leader?.group
    this.options.signals.sendGroup(heir ?? foreground, signal, 'kernel')
  }

  /**
   * Somebody in the background wants something of his terminal: his group is stopped, unless he ignores that.
   * @throws EIO for an orphaned group, EINTR after a handler, EAGAIN when the task was stopped and is to try again
   */
  requireForeground(caller: Task | undefined, signal: typeof SIGTTIN | typeof SIGTTOU): void {
    if (!caller || this.session === undefined || caller.group.session !== this.session) return
    if (caller.group === this.foreground || this.foreground === undefined) return
    if (caller.signals.effect(signal) === 'ignore') {
      if (signal === SIGTTIN) throw EIO
      return
    }
    if (caller.group.orphaned) throw EIO
    this.options.signals.sendGroup(caller.group, signal, 'kernel')
    if (!caller.alive) throw UNWIND
    throw caller.mayRun ? EINTR : EAGAIN
  }

  // slave -------------------------------------------------------------------------------------------------------------

  /** @throws EAGAIN, EIO */
  read(max: number, caller: Task | undefined): Uint8Array {
    if (this.hungUp) return new Uint8Array(0)
    this.requireForeground(caller, SIGTTIN)
    const { icanon, cc } = this.termios
    if (!icanon && this.discipline.available < Math.min(cc.vmin, max) && !this.readTimedOut) throw EAGAIN
    const bytes = this.discipline.read(max)
    if (bytes === undefined) return this.nothingToRead()
    this.stopReadTimer()
    this.masterQueue.wake()
    return bytes
  }

  /** VMIN 0: at once; VTIME: after that many tenths of a second. termios(3), "Canonical and noncanonical mode". */
  private nothingToRead(): Uint8Array {
    const { icanon, cc } = this.termios
    if (icanon || cc.vmin > 0) throw EAGAIN
    if (cc.vtime > 0 && !this.readTimedOut) {
      this.readTimer ??= this.options.scheduler.after(cc.vtime * 100, () => {
        this.readTimedOut = true
        this.slaveQueue.wake()
      })
      throw EAGAIN
    }
    this.stopReadTimer()
    return new Uint8Array(0)
  }

  private stopReadTimer(): void {
    this.readTimer?.cancel()
    this.readTimer = undefined
    this.readTimedOut = false
  }

  /** @throws EAGAIN, EIO */
  write(bytes: Uint8Array, caller: Task | undefined): number {
    if (this.hungUp) throw EIO
    if (this.termios.tostop) this.requireForeground(caller, SIGTTOU)
    const room = OUTPUT_CAPACITY - this.output.length
    if (room <= 0 || this.outputStopped) throw EAGAIN
    const taken = bytes.subarray(0, room)
    this.put(taken)
    return taken.length
  }

  get readable(): boolean {
    if (this.hungUp) return true
    const { icanon, cc } = this.termios
    return this.discipline.available >= (icanon ? 1 : Math.max(1, cc.vmin))
  }
  get writable(): boolean {
    return !this.outputStopped && this.output.length < OUTPUT_CAPACITY
  }

  reopen(flags: number): FileDescription {
    return this.options.reopen(flags)
  }
  slaveOpened(): void {
    this.slaves++
    this.slaveWasOpen = true
  }
  slaveClosed(): void {
    this.slaves--
    this.masterQueue.wake()
  }

  // output ------------------------------------------------------------------------------------------------------------

  /** Through OPOST to the master. */
  private put(bytes: Uint8Array): void {
    this.output.push(processOutput(bytes, this.termios, () => this.cursor))
    this.moveCursor(bytes)
    this.masterQueue.wake()
  }

  private echo(bytes: readonly number[]): void {
    if (this.output.length < 2 * OUTPUT_CAPACITY) this.put(Uint8Array.from(bytes))
  }

  /** Where the cursor is, roughly: escape sequences count as text, which only matters for erasing tabs. */
  private moveCursor(bytes: Uint8Array): void {
    const start = bytes.lastIndexOf(NEWLINE) + 1
    let at = start > 0 ? 0 : this.cursor
    for (let i = start; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      if (byte === RETURN) at = 0
      else if (byte === 8) at = Math.max(0, at - 1)
      else if (byte === 9) at += 8 - (at % 8)
      else if (byte >= 32 && (byte & 0xc0) !== 0x80) at++
    }
    this.cursor = at
  }

  private flushOutput(): void {
    this.output.clear()
    this.slaveQueue.wake()
  }

  private stopOutput(stopped: boolean): void {
    if (this.outputStopped === stopped) return
    this.outputStopped = stopped
    if (stopped) return
    this.slaveQueue.wake()
    this.masterQueue.wake()
  }

  // master ------------------------------------------------------------------------------------------------------------

  /** @throws EAGAIN; EIO when no slave is open any more */
  masterRead(max: number): Uint8Array {
    if (this.output.length === 0 || this.outputStopped) {
      if (this.slaves === 0 && this.slaveWasOpen) throw EIO
      throw EAGAIN
    }
    const bytes = this.output.take(max)
    this.slaveQueue.wake()
    return bytes
  }

  /** What is typed. @throws EAGAIN */
  masterWrite(bytes: Uint8Array): number {
    const taken = this.discipline.receive(bytes)
    if (taken === 0 && bytes.length > 0) throw EAGAIN
    this.slaveQueue.wake()
    return taken
  }

  get masterReadable(): boolean {
    return this.output.length > 0 && !this.outputStopped
  }
  get masterHungUp(): boolean {
    return this.slaves === 0 && this.slaveWasOpen
  }

  /** The master is closed: the line is dead. */
  hangUp(): void {
    if (this.hungUp) return
    this.hungUp = true
    this.home.remove(this)
    this.stopReadTimer()
    const { session, foreground } = this
    const { signals } = this.options
    this.disown()
    this.slaveQueue.wake()
    if (session?.leader) {
      signals.send(session.leader, SIGHUP, 'kernel')
      signals.send(session.leader, SIGCONT, 'kernel')
    }
    if (!foreground || foreground === session?.leader?.group) return
    signals.sendGroup(foreground, SIGHUP, 'kernel')
    signals.sendGroup(foreground, SIGCONT, 'kernel')
  }

  // ioctls ------------------------------------------------------------------------------------------------------------

  setattr(termios: Termios, dropInput: boolean): void {
    const before = this.termios.icanon
    this.termios = { ...termios, cc: { ...termios.cc } }
    if (dropInput) this.discipline.flush()
    this.discipline.modeChanged(before, termios.icanon)
    this.stopReadTimer()
    this.slaveQueue.wake()
  }

  setWindowSize(size: WindowSize): void {
    if (size.rows === this.size.rows && size.cols === this.size.cols) return
    this.size = { rows: size.rows, cols: size.cols }
    this.signalForeground(SIGWINCH)
  }
}

/** OPOST and what belongs to it; for almost everybody that is ONLCR alone. */
function processOutput(bytes: Uint8Array, termios: Termios, cursor: () => number): Uint8Array {
  if (!termios.opost) return bytes.slice()
  const { olcuc, ocrnl, onocr, onlret, onlcr, delays } = termios
  if (!(olcuc || ocrnl || onocr || onlret || delays.tab === 3)) return onlcr ? addReturns(bytes) : bytes.slice()
  const out: number[] = []
  let column = cursor()
  for (const byte of bytes) column = putByte(byte, termios, column, out)
  return Uint8Array.from(out)
}

/** One character, as do_output_char of n_tty.c has it. @returns the column after it */
function putByte(byte: number, termios: Termios, column: number, out: number[]): number {
  const { olcuc, ocrnl, onocr, onlret, onlcr, delays } = termios
  if (byte === NEWLINE) {
    if (onlcr) out.push(RETURN)
    out.push(NEWLINE)
    return onlcr || onlret ? 0 : column
  }
  if (byte === RETURN) {
    if (onocr && column === 0) return 0
    out.push(ocrnl ? NEWLINE : RETURN)
    return ocrnl && !onlret ? column : 0
  }
  if (byte === 9 && delays.tab === 3) {
    const spaces = 8 - (column % 8)
    out.push(...Array<number>(spaces).fill(32))
    return column + spaces
  }
  out.push(olcuc && byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte)
  return byte === 8
    ? Math.max(0, column - 1)
    : byte === 9
      ? column + 8 - (column % 8)
      : byte >= 32
        ? column + 1
        : column
}

/** ONLCR. All output of all programs comes by here: one loop by number, with room for the worst. */
function addReturns(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  const out = new Uint8Array(2 * length)
  let at = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === NEWLINE) out[at++] = RETURN
    out[at++] = byte
  }
  return out.slice(0, at)
}
