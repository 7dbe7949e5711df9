import type { Place } from './text.ts'

export interface Register {
  readonly text: string
  readonly kind: 'char' | 'line' | 'block'
}

/** Yanked and deleted text by name. vim's change.txt, "registers". */
export class Registers {
  private readonly stored = new Map<string, Register>()
  lastInserted = ''
  lastCommand = ''
  lastSearch = ''
  fileName = ''
  /** The register that `@@` runs again. */
  lastMacro = ''

  get(name: string): Register | undefined {
    const fixed = { '.': this.lastInserted, ':': this.lastCommand, '/': this.lastSearch, '%': this.fileName }[name]
    if (fixed !== undefined) return { text: fixed, kind: 'char' }
    return this.stored.get(/[A-Z]/.test(name) ? name.toLowerCase() : name === '*' || name === '+' ? '"' : name)
  }

  yank(name: string, register: Register): void {
    if (name === '_') return
    if (/[A-Za-z]/.test(name)) this.named(name, register)
    else this.stored.set('0', register)
    this.stored.set('"', register)
  }

  delete(name: string, register: Register): void {
    if (name === '_') return
    if (/[A-Za-z]/.test(name)) this.named(name, register)
    else if (register.kind === 'line' || register.text.includes('\n')) this.shift(register)
    else this.stored.set('-', register)
    this.stored.set('"', register)
  }

  /** A capital letter adds to the register. */
  named(name: string, register: Register): void {
    const key = name.toLowerCase()
    const old = name === key ? undefined : this.stored.get(key)
    if (!old) this.stored.set(key, register)
    else {
      const kind = old.kind === 'line' || register.kind === 'line' ? 'line' : 'char'
      this.stored.set(key, { text: old.text + (kind === 'line' ? '\n' : '') + register.text, kind })
    }
  }

  private shift(register: Register): void {
    for (let n = 8; n >= 1; n--) {
      const older = this.stored.get(String(n))
      if (older) this.stored.set(String(n + 1), older)
    }
    this.stored.set('1', register)
  }

  /** As `:registers` lists them. */
  list(): string[] {
    const shown = ['"', '0', ...'123456789', ...'abcdefghijklmnopqrstuvwxyz', '-', '.', ':', '%', '/']
    return shown.flatMap((name) => {
      const register = this.get(name)
      if (!register || register.text === '') return []
      const letter = { line: 'l', char: 'c', block: 'b' }[register.kind]
      const text = register.text.replaceAll('\n', '^J') + (register.kind === 'line' ? '^J' : '')
      return [`  ${letter}  "${name}   ${text}`]
    })
  }
}

export type Marks = Map<string, Place>
