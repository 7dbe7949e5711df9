import type { WindowSize } from '@drydock/abi'
import type { Signals } from '../kernel-parts.ts'
import type { Scheduler } from '../scheduler.ts'
import { PTY_FLAGS, PtyMaster, PtySlave } from './pty.ts'
import { Tty, type TtyHome } from './tty.ts'

interface Owner {
  readonly uid: number
  readonly gid: number
}
interface Pty extends Owner {
  readonly tty: Tty
}

/** The pseudo-terminals of one devpts instance, by number. pts(4). */
export class PtyTable implements TtyHome {
  private readonly ptys = new Map<number, Pty>()
  private readonly signals: Signals
  private readonly scheduler: Scheduler

  constructor(signals: Signals, scheduler: Scheduler) {
    this.signals = signals
    this.scheduler = scheduler
  }

  numbers(): Iterable<number> {
    return this.ptys.keys()
  }
  find(number: number): Pty | undefined {
    return this.ptys.get(number)
  }

  /** A new pair; its number is free again when the master is closed. */
  open(owner: Owner, size: WindowSize = { rows: 24, cols: 80 }): { master: PtyMaster; tty: Tty } {
    const { signals, scheduler } = this
    const reopen = (flags: number): PtySlave => new PtySlave(flags, tty)
    const tty: Tty = new Tty({ home: this, number: this.freeNumber(), size, signals, scheduler, reopen })
    this.ptys.set(tty.number, { tty, uid: owner.uid, gid: owner.gid })
    return { tty, master: new PtyMaster(PTY_FLAGS, tty) }
  }

  /**
   * Takes over a terminal from another instance, under a number of its own. Linux has no such thing: a container's
   * runtime opens the terminal inside and hands its master out through a socket. Here the engine opens it outside.
   */
  adopt(tty: Tty): void {
    if (tty.home === this) return
    const owner = tty.home.remove(tty)
    tty.settle(this, this.freeNumber())
    this.ptys.set(tty.number, { tty, uid: owner?.uid ?? 0, gid: owner?.gid ?? 0 })
  }

  remove(tty: Tty): Owner | undefined {
    const pty = this.ptys.get(tty.number)
    if (pty?.tty === tty) this.ptys.delete(tty.number)
    return pty
  }

  openSlave(number: number, flags: number): PtySlave | undefined {
    const pty = this.ptys.get(number)
    return pty && new PtySlave(flags, pty.tty)
  }

  private freeNumber(): number {
    let number = 0
    while (this.ptys.has(number)) number++
    return number
  }
}
