import { wasiErrno } from '@drydock/abi'
import type { AnswerMessage } from '../protocol.ts'
import type { Memory } from './memory.ts'
import { after, type Result } from './result.ts'
import { readTermios, writeTermios } from './termios-struct.ts'

type Call = (op: string, ...args: readonly unknown[]) => Result<AnswerMessage>
type Row = (fd: number, at: number) => Result<number>

/** ioctl(2) of terminals, and FIONBIO. ioctl_tty(2) */
export class TerminalCalls {
  private readonly call: Call
  private readonly memory: () => Memory
  private readonly rows: ReadonlyMap<number, Row>

  constructor(call: Call, memory: () => Memory) {
    this.call = call
    this.memory = memory
    const nothing = (fd: number): Result<number> => this.onTerminal(fd, () => 0)
    this.rows = new Map<number, Row>([
      [0x5401, (fd, at) => this.get(fd, at)],
      ...[0x5402, 0x5403].map((request): [number, Row] => [request, (fd, at) => this.set(fd, at, false)]),
      [0x5404, (fd, at) => this.set(fd, at, true)],
      // Sending a break, waiting until all is sent, stopping and throwing away: what is written is there at once.
      ...[0x5409, 0x540a, 0x540b, 0x540e, 0x5425].map((request): [number, Row] => [request, nothing]),
      [0x540f, (fd, at) => after(this.call('tcgetpgrp', fd), ({ value }) => this.write(at, Number(value)))],
      [0x5410, (fd, at) => after(this.call('tcsetpgrp', fd, this.memory().getI32(at)), () => 0)],
      [0x5413, (fd, at) => this.windowSize(fd, at)],
      [0x5414, (fd, at) => this.setWindowSize(fd, at)],
      [0x5450, (fd) => after(this.call('setFlags', fd, { cloexec: false }), () => 0)],
      [0x5451, (fd) => after(this.call('setFlags', fd, { cloexec: true }), () => 0)],
      [0x5421, (fd, at) => after(this.call('setFlags', fd, { nonblock: this.memory().getI32(at) !== 0 }), () => 0)],
    ])
  }

  ioctl(fd: number, request: number, at: number): Result<number> {
    const row = this.rows.get(request & 0xffff)
    return row ? row(fd, at) : this.onTerminal(fd, () => -wasiErrno('EINVAL'))
  }

  private onTerminal(fd: number, run: () => Result<number>): Result<number> {
    return after(this.call('isatty', fd), ({ value }) => (value === true ? run() : -wasiErrno('ENOTTY')))
  }

  private write(at: number, value: number): number {
    this.memory().setU32(at, value)
    return 0
  }

  private get(fd: number, at: number): Result<number> {
    return after(this.call('tcgetattr', fd), ({ value }) => {
      writeTermios(this.memory(), at, value as never)
      return 0
    })
  }

  private set(fd: number, at: number, drop: boolean): Result<number> {
    return after(this.call('tcsetattr', fd, readTermios(this.memory(), at), drop), () => 0)
  }

  private windowSize(fd: number, at: number): Result<number> {
    return this.onTerminal(fd, () =>
      after(this.call('windowSize', fd), ({ value }) => {
        const { rows, cols } = value as { rows: number; cols: number }
        this.memory().setU16(at, rows)
        this.memory().setU16(at + 2, cols)
        this.memory().setU32(at + 4, 0)
        return 0
      }),
    )
  }

  private setWindowSize(fd: number, at: number): Result<number> {
    const [rows, cols] = [this.memory().getI16(at), this.memory().getI16(at + 2)]
    return after(this.call('setWindowSize', fd, { rows, cols }), () => 0)
  }
}
