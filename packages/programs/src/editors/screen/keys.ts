/**
 * Bytes of a terminal as keys. A key is its character (`a`, `\x01`, `한`) or a name in angle brackets (`<Up>`, `<F1>`),
 * with `<M-x>` for Alt where the program wants it. ctlseqs of xterm, "PC-Style Function Keys".
 */
const FINAL: readonly (readonly [string, string])[] = [
  ['A', '<Up>'],
  ['B', '<Down>'],
  ['C', '<Right>'],
  ['D', '<Left>'],
  ['H', '<Home>'],
  ['F', '<End>'],
  ['P', '<F1>'],
  ['Q', '<F2>'],
  ['R', '<F3>'],
  ['S', '<F4>'],
  ['Z', '<S-Tab>'],
]
const TILDE: readonly (readonly [string, string])[] = [
  ['1', '<Home>'],
  ['2', '<Insert>'],
  ['3', '<Del>'],
  ['4', '<End>'],
  ['5', '<PageUp>'],
  ['6', '<PageDown>'],
  ['7', '<Home>'],
  ['8', '<End>'],
  ['11', '<F1>'],
  ['15', '<F5>'],
  ['17', '<F6>'],
  ['18', '<F7>'],
  ['19', '<F8>'],
  ['20', '<F9>'],
  ['21', '<F10>'],
]
const byFinal = new Map(FINAL)
const byNumber = new Map(TILDE)
const MODIFIER: ReadonlyMap<string, string> = new Map([
  ['2', 'S-'],
  ['3', 'M-'],
  ['5', 'C-'],
])

/** The beginning of a sequence whose rest may still be on its way. */
const INCOMPLETE = /^\x1b(\[[0-9;?]*|O)?$/
const SEQUENCE = /^\x1b(?:\[([0-9;?]*)([A-Za-z~])|O([A-DFHPQRS]))/

const modified = (key: string, parameters: string): string => {
  const prefix = MODIFIER.get(parameters.split(';')[1] ?? '')
  return prefix ? `<${prefix}${key.slice(1)}` : key
}

export class KeyDecoder {
  private readonly decoder = new TextDecoder()
  private readonly meta: boolean
  private text = ''

  /** @param meta  ESC and a character that come together are one Alt key */
  constructor(meta: boolean) {
    this.meta = meta
  }

  push(bytes: Uint8Array): void {
    this.text += this.decoder.decode(bytes, { stream: true })
  }

  /** Whether something waits that is not a whole key yet. */
  get incomplete(): boolean {
    return this.text !== '' && INCOMPLETE.test(this.text)
  }

  /** Whether `take` has a key. */
  get ready(): boolean {
    return this.text !== '' && !INCOMPLETE.test(this.text)
  }

  /** The next key; undefined when none is whole. */
  take(): string | undefined {
    return this.ready ? this.parse() : undefined
  }

  /** The next key, taking what came of a sequence as single keys: nothing followed in time. */
  takeNow(): string | undefined {
    return this.text === '' ? undefined : this.parse()
  }

  private parse(): string {
    if (!this.text.startsWith('\x1b')) return this.cut(String.fromCodePoint(this.text.codePointAt(0) ?? 0).length)
    const match = SEQUENCE.exec(this.text)
    if (match) return this.sequence(match)
    if (!this.meta || this.text.length < 2) return this.cut(1)
    const key = this.cut(2)
    return `<M-${key.slice(1)}>`
  }

  private sequence([whole, parameters = '', final = '', ss3 = '']: RegExpExecArray): string {
    this.cut(whole.length)
    const key = final === '~' ? byNumber.get(parameters.split(';')[0] ?? '') : byFinal.get(final || ss3)
    return key ? modified(key, parameters) : '<Unknown>'
  }

  private cut(length: number): string {
    const key = this.text.slice(0, length)
    this.text = this.text.slice(length)
    return key
  }
}
