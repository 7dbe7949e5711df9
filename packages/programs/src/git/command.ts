import { Fatal } from './fatal.ts'
import type { Workspace } from './repository.ts'

export type GitCommand = (workspace: Workspace, argv: readonly string[]) => Promise<number>

/** What a command knows: letters and long names, those with a value, and those that may have one behind `=`. */
export interface Known {
  readonly values?: readonly string[]
  readonly flags?: readonly string[]
  /** Printed below what is wrong. */
  readonly usage?: string
}

/** The words behind a command of git: options by their names, and the rest. */
export class Words {
  readonly options = new Map<string, string[]>()
  readonly operands: string[] = []
  /** What stands behind `--`. */
  readonly paths: string[] = []
  hasDashes = false
  private readonly command: string
  private readonly known: Known

  /** @throws Fatal */
  constructor(command: string, argv: readonly string[], known: Known) {
    this.command = command
    this.known = known
    for (let at = 0; at < argv.length; at++) {
      const word = argv[at] ?? ''
      if (word === '--') {
        this.hasDashes = true
        this.paths.push(...argv.slice(at + 1))
        break
      }
      if (!word.startsWith('-') || word === '-') this.operands.push(word)
      else if (word.startsWith('--')) at += this.long(word.slice(2), argv[at + 1])
      else at += this.short(word.slice(1), argv[at + 1])
    }
  }

  private add(name: string, value: string): void {
    this.options.set(name, [...(this.options.get(name) ?? []), value])
  }
  private wrong(what: string): Fatal {
    return new Fatal(`error: ${what}\n${this.known.usage ?? `usage: git ${this.command} [<options>]`}`, 129)
  }

  /** A name may be cut short as long as it stands for one option only. */
  private full(name: string): string {
    const all = [...(this.known.values ?? []), ...(this.known.flags ?? [])]
    if (all.includes(name)) return name
    const found = all.filter((each) => each.length > 1 && each.startsWith(name))
    return found.length === 1 && name.length > 1 ? (found[0] ?? name) : name
  }

  private long(text: string, next: string | undefined): number {
    const [, given = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
    const name = this.full(given)
    if (this.known.values?.includes(name)) {
      if (value === undefined && next === undefined) throw new Fatal(`error: option \`${name}' requires a value`, 129)
      this.add(name, value ?? next ?? '')
      return value === undefined ? 1 : 0
    }
    const plain = name.startsWith('no-') && !this.known.flags?.includes(name) ? name.slice(3) : undefined
    if (plain !== undefined && (this.known.flags?.includes(plain) || this.known.values?.includes(plain))) {
      this.options.delete(plain)
      return 0
    }
    if (!this.known.flags?.includes(name)) throw this.wrong(`unknown option \`${given}'`)
    this.add(name, value ?? '')
    return 0
  }

  private short(letters: string, next: string | undefined): number {
    if (/^\d+$/.test(letters)) {
      this.add('n', letters)
      return 0
    }
    for (let i = 0; i < letters.length; i++) {
      const letter = letters.charAt(i)
      if (this.known.values?.includes(letter)) {
        const rest = letters.slice(i + 1)
        if (rest === '' && next === undefined) throw new Fatal(`error: switch \`${letter}' requires a value`, 129)
        this.add(letter, rest || (next ?? ''))
        return rest === '' ? 1 : 0
      }
      if (!this.known.flags?.includes(letter)) throw this.wrong(`unknown switch \`${letter}'`)
      this.add(letter, '')
    }
    return 0
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.options.has(name))
  }
  get(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.options.get(name)?.at(-1)
      if (value !== undefined) return value
    }
    return undefined
  }
  all(...names: readonly string[]): string[] {
    return names.flatMap((name) => this.options.get(name) ?? [])
  }
  /** Operands and what stands behind `--`. */
  get rest(): string[] {
    return [...this.operands, ...this.paths]
  }
}

export const short = (oid: string): string => oid.slice(0, 7)
