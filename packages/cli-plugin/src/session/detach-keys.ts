import { CliError } from './cli-error.ts'

const CONTROLS = new Map<string, number>([
  ...Array.from('abcdefghijklmnopqrstuvwxyz', (letter, i): [string, number] => [`ctrl-${letter}`, i + 1]),
  ['ctrl-@', 0],
  ['ctrl-[', 27],
  ['ctrl-\\', 28],
  ['ctrl-]', 29],
  ['ctrl-^', 30],
  ['ctrl-_', 31],
])

/** `ctrl-p,ctrl-q` as bytes. @throws CliError for an unknown name */
export function parseDetachKeys(text: string): readonly number[] {
  if (text === '') return []
  return text.split(',').map((key) => {
    const control = CONTROLS.get(key.toLowerCase())
    if (control !== undefined) return control
    if (Array.from(key).length === 1) return key.charCodeAt(0)
    throw new CliError(`invalid detach keys (${text}): Unknown character: '${key}'`)
  })
}

/** Holds back bytes that may become the detach keys. */
export class EscapeProxy {
  private readonly keys: readonly number[]
  private matched = 0

  constructor(keys: readonly number[]) {
    this.keys = keys
  }

  push(bytes: Uint8Array): { pass: Uint8Array; escaped: boolean } {
    if (this.keys.length === 0) return { pass: bytes, escaped: false }
    const pass: number[] = []
    for (const byte of bytes) {
      if (byte === this.keys[this.matched]) {
        this.matched++
        if (this.matched === this.keys.length) return { pass: Uint8Array.from(pass), escaped: true }
        continue
      }
      pass.push(...this.keys.slice(0, this.matched), byte)
      this.matched = 0
    }
    return { pass: Uint8Array.from(pass), escaped: false }
  }
}
