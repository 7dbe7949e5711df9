import { escapePattern } from './pattern.ts'

/** A field before pathname expansion: its text, and the same as a pattern with what was quoted escaped. */
export interface Field {
  readonly text: string
  readonly pattern: string
  /** Unquoted pattern characters were seen. */
  readonly active: boolean
}

const ACTIVE = /[*?[\\]|[@+!]\(/

/** Collects the fields of a word. Without `split` everything stays one field. POSIX, 2.6.5. */
export class FieldBuilder {
  readonly fields: Field[] = []
  private text: string | undefined
  /** Texts in turn, and whether each was quoted: most fields never need their pattern. */
  private pieces: (string | boolean)[] = []
  private active = false
  /** A blank delimiter was just passed: a following non-blank one belongs to it. */
  private afterBlank = false
  private readonly ifs: string
  readonly split: boolean
  /** The value of an assignment is built: tildes count after colons, also in arguments of `${…}`. */
  assigning = false

  constructor(ifs: string, split: boolean) {
    this.ifs = ifs
    this.split = split
  }

  quoted(text: string): void {
    this.text = (this.text ?? '') + text
    this.pieces.push(text, true)
    this.afterBlank = false
  }

  /** Literal text of the script: pattern characters count, IFS does not. */
  literal(text: string): void {
    if (text === '') return
    this.text = (this.text ?? '') + text
    this.pieces.push(text, false)
    if (ACTIVE.test(text)) this.active = true
    this.afterBlank = false
  }

  /** The result of an unquoted expansion. */
  expanded(text: string): void {
    if (text === '') return
    if (!this.split || this.ifs === '') this.literal(text)
    else this.separate(text)
  }

  private separate(text: string): void {
    let start = 0
    for (let at = 0; at < text.length; at++) {
      const char = text.charAt(at)
      if (!this.ifs.includes(char)) continue
      if (at > start) this.literal(text.slice(start, at))
      start = at + 1
      if (char === ' ' || char === '\t' || char === '\n') this.blank()
      else this.delimiter()
    }
    if (start < text.length) this.literal(start === 0 ? text : text.slice(start))
  }

  private blank(): void {
    if (this.text === undefined) return
    this.end()
    this.afterBlank = true
  }

  private delimiter(): void {
    if (this.text === undefined && this.afterBlank) {
      this.afterBlank = false
      return
    }
    this.text ??= ''
    this.end()
    this.afterBlank = false
  }

  /** Ends the field that was begun, as between the elements of "$@". */
  end(): void {
    if (this.text === undefined) return
    this.fields.push({ text: this.text, pattern: this.active ? this.wholePattern() : '', active: this.active })
    this.text = undefined
    this.pieces = []
    this.active = false
  }

  finish(): readonly Field[] {
    this.end()
    return this.fields
  }

  /** All of it as one text; for builders that do not split. */
  whole(): string {
    return this.text ?? ''
  }

  wholePattern(): string {
    let pattern = ''
    for (let at = 0; at < this.pieces.length; at += 2) {
      const text = String(this.pieces[at])
      pattern += this.pieces[at + 1] ? escapePattern(text) : text
    }
    return pattern
  }
}
