import type { List } from '../syntax/ast.ts'
import type { HeredocCut } from '../syntax/cursor.ts'
import { Parser } from '../syntax/parser.ts'
import type { Shell } from './shell.ts'

/** Complete commands of a text, one at a time. */
export interface Script {
  /** @throws ShellSyntaxError */
  next(): List | undefined
  readonly atEnd: boolean
  /** Whether all of it was parsed before. */
  readonly known?: boolean
  /** The place in the text behind the command that was read last. */
  readonly position: number
  /** Here-documents that the end of the text cut off, as far as it was read. */
  takeCutOff(): readonly HeredocCut[]
}

/** Texts with here-documents are not kept. */
const NO_CUTS: readonly HeredocCut[] = []

const MOST_KEPT = 256
const LONGEST = 16384

/** Texts that `eval`, `.` and traps run again and again are parsed once. */
export class KeptScripts {
  private readonly kept = new Map<string, readonly Read[]>()

  /** Whatever the parser asks the shell for is a part of the key; with aliases there is too much of it. */
  read(shell: Shell, text: string, firstLine: number): Script {
    if (text.length > LONGEST || shell.aliases.size > 0 || text.includes('<<')) return parserOf(shell, text, firstLine)
    const key = `${firstLine}${shell.shopt.get('extglob') ? 'e' : ''}${shell.options.has('posix') ? 'p' : ''}:${text}`
    const lists = this.kept.get(key)
    if (lists) return new Replay(lists)
    return new Recorder(parserOf(shell, text, firstLine), (parsed) => this.keep(key, parsed))
  }

  private keep(key: string, lists: readonly Read[]): void {
    if (this.kept.size >= MOST_KEPT) this.kept.clear()
    this.kept.set(key, lists)
  }
}

const parserOf = ({ syntax }: Shell, text: string, firstLine: number): Parser =>
  new Parser(text, { ...syntax, firstLine })

interface Read {
  readonly list: List
  readonly end: number
}

class Replay implements Script {
  readonly known = true
  private at = 0
  private readonly lists: readonly Read[]

  constructor(lists: readonly Read[]) {
    this.lists = lists
  }

  next(): List | undefined {
    return this.lists[this.at++]?.list
  }
  get position(): number {
    return this.lists[this.at - 1]?.end ?? this.lists.at(-1)?.end ?? 0
  }
  get atEnd(): boolean {
    return this.at >= this.lists.length
  }
  takeCutOff(): readonly HeredocCut[] {
    return NO_CUTS
  }
}

class Recorder implements Script {
  private readonly lists: Read[] = []
  private readonly parser: Parser
  private readonly keep: (lists: readonly Read[]) => void

  constructor(parser: Parser, keep: (lists: readonly Read[]) => void) {
    this.parser = parser
    this.keep = keep
  }

  next(): List | undefined {
    const list = this.parser.next()
    if (list) this.lists.push({ list, end: this.position })
    else this.keep(this.lists)
    return list
  }
  get atEnd(): boolean {
    return this.parser.atEnd
  }
  get position(): number {
    return this.parser.position
  }
  takeCutOff(): readonly HeredocCut[] {
    return NO_CUTS
  }
}
