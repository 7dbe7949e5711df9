import { wasiErrno } from '@drydock/abi'
import type { AnswerMessage } from '../protocol.ts'
import type { Memory } from './memory.ts'
import { after, type Result } from './result.ts'

interface Powers {
  call(op: string, args: readonly unknown[], bytes?: Uint8Array): Result<AnswerMessage>
  memory(): Memory
  malloc(bytes: number): number
}
type Row = (original: unknown, ...args: number[]) => Result<number>

const PROT_WRITE = 2
const MAP_SHARED = 1

/**
 * mmap(2) of files: WebAssembly has no pages, so a mapping is a copy, which is written back when it is synchronised and
 * when it ends. Two processes do not see each other's changes before that.
 */
export class Mappings {
  private readonly powers: Powers

  constructor(powers: Powers) {
    this.powers = powers
  }

  table(): Record<string, Row> {
    return {
      _mmap_js: (_, length = 0, _prot, _flags, fd = 0, offset = 0, allocated = 0, address = 0) =>
        this.map(length, fd, Number(offset), allocated, address),
      _munmap_js: (_, at = 0, length = 0, prot = 0, flags = 0, fd = 0, offset = 0) =>
        prot & PROT_WRITE && flags & MAP_SHARED ? this.writeBack(at, length, fd, Number(offset)) : 0,
      _msync_js: (_, at = 0, length = 0, _prot, _flags, fd = 0, offset = 0) =>
        this.writeBack(at, length, fd, Number(offset)),
    }
  }

  private map(length: number, fd: number, offset: number, allocated: number, address: number): Result<number> {
    return after(this.powers.call('pread', [fd, length, offset]), ({ bytes = new Uint8Array(0) }) => {
      const at = this.powers.malloc(Math.max(1, length))
      if (at === 0) return -wasiErrno('ENOMEM')
      const memory = this.powers.memory()
      memory.bytes(at, length).fill(0)
      memory.bytes(at, bytes.length).set(bytes)
      memory.setU32(allocated, 1)
      memory.setU32(address, at)
      return 0
    })
  }

  /** What lies beyond the end of the file is nobody's. */
  private writeBack(at: number, length: number, fd: number, offset: number): Result<number> {
    return after(this.powers.call('fstat', [fd]), ({ value }) => {
      const size = Math.min(length, Math.max(0, (value as { size: number }).size - offset))
      const bytes = this.powers.memory().bytes(at, size).slice()
      return after(this.powers.call('pwrite', [fd, offset], bytes), () => 0)
    })
  }
}
