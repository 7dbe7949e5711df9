import { POLLIN } from '@drydock/abi'
import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Binding, Keymap } from './keymap.ts'

/** A sequence of keys and what is bound to it. */
export interface Typed {
  readonly keys: string
  readonly binding: Binding | undefined
}

const CSI = /^\x1b(\[|O)/
const CSI_END = /^\x1b(?:\[[0-9;?]*[@-~]|O.)$/

/** Keys from the terminal on standard input; those put back, of macros and of repeated changes come first. */
export class Keyboard {
  private readonly shell: Shell
  private readonly waiting: string[] = []
  /** All keys taken since somebody emptied it. */
  readonly taken: string[] = []

  constructor(shell: Shell) {
    this.shell = shell
  }

  /** These come next. */
  put(keys: readonly string[]): void {
    this.waiting.unshift(...keys)
  }

  get empty(): boolean {
    return this.waiting.length === 0
  }

  /** One character; undefined at a hang-up. */
  *next(): Steps<string | undefined> {
    const key = this.waiting.shift() ?? (yield* this.read())
    if (key !== undefined) this.taken.push(key)
    return key
  }

  private *read(): Steps<string | undefined> {
    const first = yield* this.byte()
    if (first === undefined) return undefined
    if (first < 0x80) return String.fromCharCode(first)
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    const bytes = [first]
    for (let i = 0; i < more; i++) {
      const next = yield* this.byte()
      if (next !== undefined) bytes.push(next)
    }
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  private *byte(): Steps<number | undefined> {
    const [byte] = yield* wait(this.shell.sys.read(0, 1))
    return byte
  }

  /**
   * The longest sequence that is bound; what was typed beyond it comes again.
   * @param timeoutMs  how long a bound sequence waits for the rest of a longer one
   */
  *sequence(keymap: Keymap, timeoutMs: number): Steps<Typed | undefined> {
    let keys = yield* this.next()
    if (keys === undefined) return undefined
    let best: Typed | undefined
    for (;;) {
      const binding = keymap.get(keys)
      if (binding) best = { keys, binding }
      if (!keymap.begins(keys)) break
      if (binding && !(yield* this.moreComes(timeoutMs))) break
      const next = yield* this.next()
      if (next === undefined) break
      keys += next
    }
    if (!best) return { keys: yield* this.rest(keys), binding: undefined }
    this.giveBack(keys.slice(best.keys.length))
    return best
  }

  private giveBack(text: string): void {
    const keys = [...text]
    this.put(keys)
    this.taken.length -= keys.length
  }

  private *moreComes(timeoutMs: number): Steps<boolean> {
    if (!this.empty) return true
    const [ready] = yield* wait(this.shell.sys.poll([{ fd: 0, events: POLLIN }], timeoutMs))
    return ready !== undefined
  }

  /** A function key that means nothing goes as a whole. */
  private *rest(keys: string): Steps<string> {
    let text = keys
    while (CSI.test(text) && !CSI_END.test(text)) {
      const next = yield* this.next()
      if (next === undefined) break
      text += next
    }
    return text
  }
}
