import type { Sys } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'
import { LineReader } from '../text/line-reader.ts'

/** Questions on standard error, answered by lines of standard input; yes is what begins with y or Y. */
export class Confirm {
  private readonly io: Stdio
  private readonly answers: LineReader
  constructor(sys: Sys, io: Stdio) {
    this.io = io
    this.answers = new LineReader(sys, 0)
  }
  async ask(question: string): Promise<boolean> {
    await this.io.warn(question)
    return /^[yY]/.test((await this.answers.next()) ?? '')
  }
}
