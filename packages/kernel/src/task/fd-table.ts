import { EBADF, EINVAL, EMFILE } from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'

export interface Descriptor {
  readonly description: FileDescription
  cloexec: boolean
}

/** The file descriptors of a task. The descriptions behind them are counted: each entry holds one reference. */
export class FdTable {
  private readonly slots: (Descriptor | undefined)[] = []
  /** RLIMIT_NOFILE. */
  limit = 1024

  /** @throws EBADF */
  entry(fd: number): Descriptor {
    const found = this.slots[fd]
    if (found === undefined) throw EBADF
    return found
  }

  /** @throws EBADF */
  get(fd: number): FileDescription {
    return this.entry(fd).description
  }

  /**
   * Takes over the caller's reference under the lowest free number.
   * @throws EMFILE, and the reference is dropped
   */
  add(description: FileDescription, cloexec = false, atLeast = 0): number {
    let fd = atLeast
    while (this.slots[fd] !== undefined) fd++
    if (fd >= this.limit) {
      description.release()
      throw atLeast >= this.limit ? EINVAL : EMFILE
    }
    this.slots[fd] = { description, cloexec }
    return fd
  }

  /** Takes over the caller's reference under `fd`; what was there is closed. dup2(2). */
  put(fd: number, description: FileDescription): void {
    if (fd < 0 || fd >= this.limit) throw EBADF
    const old = this.slots[fd]
    this.slots[fd] = { description, cloexec: false }
    old?.description.release()
  }

  close(fd: number): FileDescription {
    const { description } = this.entry(fd)
    this.slots[fd] = undefined
    description.release()
    return description
  }

  *open(): IterableIterator<[number, Descriptor]> {
    for (const [fd, descriptor] of this.slots.entries()) if (descriptor) yield [fd, descriptor]
  }

  /** A copy that shares the descriptions. fork(2). */
  copy(): FdTable {
    const copy = new FdTable()
    copy.limit = this.limit
    for (let fd = 0; fd < this.slots.length; fd++) {
      const slot = this.slots[fd]
      copy.slots.push(slot && { description: slot.description.retain(), cloexec: slot.cloexec })
    }
    return copy
  }

  /** A table with these descriptors and no others: number in the copy -> number here. @throws EBADF */
  select(fds: ReadonlyMap<number, number>): FdTable {
    for (const from of fds.values()) this.get(from)
    const copy = new FdTable()
    copy.limit = this.limit
    for (const [to, from] of fds) copy.put(to, this.get(from).retain())
    return copy
  }

  closeOnExec(): void {
    for (let fd = 0; fd < this.slots.length; fd++) if (this.slots[fd]?.cloexec) this.close(fd)
  }

  /** @param last called with each before it is closed */
  closeAll(last: (descriptor: Descriptor) => void): void {
    for (let fd = 0; fd < this.slots.length; fd++) {
      const slot = this.slots[fd]
      if (!slot) continue
      last(slot)
      this.slots[fd] = undefined
      slot.description.release()
    }
  }
}
