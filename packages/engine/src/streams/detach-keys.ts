import { invalid } from '../problem.ts'

/** ctrl-p ctrl-q. */
const DEFAULT = [16, 17]
const CONTROL = new Map([
  ['@', 0],
  ['[', 27],
  ['\\', 28],
  [']', 29],
  ['^', 30],
  ['_', 31],
])

function keyCode(word: string): number {
  if (word.length === 1) return word.charCodeAt(0)
  const key = word.startsWith('ctrl-') ? word.slice(5) : ''
  if (/^[a-z]$/.test(key)) return key.charCodeAt(0) - 96
  const code = CONTROL.get(key)
  if (code === undefined || (word.length > 1 && key === '')) throw invalid(`Invalid escape keys (${word}) provided`)
  return code
}

/** Reads `ctrl-p,ctrl-q`. @throws Problem invalid */
export const parseDetachKeys = (text: string | null | undefined): readonly number[] =>
  text ? text.split(',').map(keyCode) : DEFAULT

/** Finds the keys in input that comes in pieces; what might be their beginning is held back. */
export class DetachScanner {
  private matched = 0
  private readonly keys: readonly number[]

  constructor(keys: readonly number[]) {
    this.keys = keys
  }

  /** @returns what goes to the process, and whether the keys were pressed */
  scan(bytes: Uint8Array): { bytes: Uint8Array; detached: boolean } {
    const passed: number[] = []
    for (const byte of bytes) {
      if (byte === this.keys[this.matched]) {
        this.matched++
        if (this.matched === this.keys.length) return { bytes: Uint8Array.from(passed), detached: true }
        continue
      }
      passed.push(...this.keys.slice(0, this.matched))
      this.matched = byte === this.keys[0] ? 1 : 0
      if (this.matched === 0) passed.push(byte)
    }
    return { bytes: Uint8Array.from(passed), detached: false }
  }
}
