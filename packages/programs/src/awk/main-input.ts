import { isErrno, O_RDONLY, type Sys } from '@drydock/abi'
import { unescape } from './lexer.ts'
import type { Machine } from './machine.ts'
import { RecordReader } from './streams.ts'
import { toNumber, toText } from './values.ts'

const ASSIGNMENT = /^([A-Za-z_]\w*)=([^]*)$/

/** The records of the operands, one file after the other; assignments among them are done when their turn comes. */
export class MainInput {
  /** Some file could not be opened. */
  failed = false
  private readonly machine: Machine
  private readonly sys: Sys
  private readonly warn: (message: string) => Promise<void>
  private reader: RecordReader | undefined
  private argument = 1
  private opened = false

  constructor(machine: Machine, warn: (message: string) => Promise<void>) {
    this.machine = machine
    this.sys = machine.sys
    this.warn = warn
  }

  /** Reads the next record and counts it. */
  next(): string | undefined | Promise<string | undefined> {
    if (!this.reader) return this.slow()
    const record = this.reader.next(this.separator())
    if (typeof record !== 'string') return this.finish(record)
    return this.count(record)
  }

  private separator(): string {
    const { specials } = this.machine
    return specials.text(specials.RS)
  }

  private async finish(pending: Promise<string | undefined> | undefined): Promise<string | undefined> {
    const record = await pending
    if (record !== undefined) return this.count(record)
    this.skipFile()
    return this.slow()
  }

  private async slow(): Promise<string | undefined> {
    while (await this.openNext()) {
      const record = await this.reader?.next(this.separator())
      if (record !== undefined) return this.count(record)
      this.skipFile()
    }
    return undefined
  }

  private count(record: string): string {
    const { NR, FNR } = this.machine.specials
    NR.scalar = toNumber(NR.scalar) + 1
    FNR.scalar = toNumber(FNR.scalar) + 1
    return record
  }

  /** nextfile. */
  skipFile(): void {
    if (this.reader && this.reader.fd > 0) this.sys.close(this.reader.fd)
    this.reader = undefined
  }

  private async openNext(): Promise<boolean> {
    const { ARGC, ARGV, FILENAME, FNR } = this.machine.specials
    while (this.argument < toNumber(ARGC.scalar)) {
      const word = toText(ARGV.array.get(String(this.argument++)), '%.6g')
      const assignment = ASSIGNMENT.exec(word)
      if (assignment) this.machine.assign(assignment[1] ?? '', unescape(assignment[2] ?? ''))
      else if (word !== '') {
        this.opened = true
        FILENAME.scalar = word
        FNR.scalar = 0
        if (await this.open(word)) return true
      }
    }
    if (this.opened) return false
    this.opened = true
    FNR.scalar = 0
    this.reader = new RecordReader(this.sys, 0, this.machine.regexes)
    return true
  }

  private async open(name: string): Promise<boolean> {
    try {
      const fd = name === '-' || name === '/dev/stdin' ? 0 : this.sys.open(name, O_RDONLY)
      this.reader = new RecordReader(this.sys, fd, this.machine.regexes)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      this.failed = true
      await this.warn(`cannot open ${name} (${error.message})`)
      return false
    }
  }
}
