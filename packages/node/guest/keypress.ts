import { Buffer } from 'buffer'
import type { Readable } from 'readable-stream'
import { StringDecoder } from 'string_decoder'
import { loop } from './loop.ts'

/** A key as `keypress` tells of it. https://nodejs.org/api/readline.html#readlineemitkeypresseventsstream-interface */
export interface Key {
  readonly sequence: string
  readonly name: string | undefined
  readonly ctrl: boolean
  readonly meta: boolean
  readonly shift: boolean
  readonly code?: string
}

/** What stands behind ESC, and the key it is: of xterm, gnome, rxvt and putty. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ '[P': 'f1', '[Q': 'f2', '[R': 'f3', '[S': 'f4', OP: 'f1', OQ: 'f2', OR: 'f3', OS: 'f4' },
  ...{ '[11~': 'f1', '[12~': 'f2', '[13~': 'f3', '[14~': 'f4', '[15~': 'f5', '[17~': 'f6', '[18~': 'f7' },
  ...{ '[19~': 'f8', '[20~': 'f9', '[21~': 'f10', '[23~': 'f11', '[24~': 'f12' },
  ...{ '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[E': 'clear', '[F': 'end', '[H': 'home' },
  ...{ OA: 'up', OB: 'down', OC: 'right', OD: 'left', OE: 'clear', OF: 'end', OH: 'home' },
  ...{ '[1~': 'home', '[2~': 'insert', '[3~': 'delete', '[4~': 'end', '[5~': 'pageup', '[6~': 'pagedown' },
  ...{ '[7~': 'home', '[8~': 'end', '[200~': 'paste-start', '[201~': 'paste-end' },
}
const SHIFTED: Readonly<Record<string, string>> = {
  ...{ '[a': 'up', '[b': 'down', '[c': 'right', '[d': 'left', '[Z': 'tab', '[2$': 'insert', '[3$': 'delete' },
  ...{ '[7$': 'home', '[8$': 'end' },
}
const CONTROLLED: Readonly<Record<string, string>> = {
  ...{ Oa: 'up', Ob: 'down', Oc: 'right', Od: 'left', '[2^': 'insert', '[3^': 'delete', '[7^': 'home', '[8^': 'end' },
}
const PLAIN: Readonly<Record<string, string>> = {
  ...{
    '\r': 'return',
    '\n': 'enter',
    '\t': 'tab',
    '\b': 'backspace',
    '\x7f': 'backspace',
    '\x1b': 'escape',
    ' ': 'space',
  },
}
const ESCAPED = /^\x1b(\x1b?)(?:(O)(\d?)([A-Za-z])|(\[\[?)([\d;]*)([A-Za-z~^$]))/

/** @param text begins with ESC @returns undefined while the sequence is not whole */
function escaped(text: string): Key | undefined {
  const found = ESCAPED.exec(text)
  if (!found) return undefined
  const [sequence = '', meta, o, level, letter = '', bracket = '', numbers = '', last = ''] = found
  const [first = '', second = ''] = numbers.split(';')
  const modifier = Number((o ? level : second || (/^[A-Za-z]$/.test(last) ? first : '')) || 1) - 1
  const code = o ? `O${letter}` : `${bracket}${/[~^$]/.test(last) ? first : ''}${last}`
  const [shifted, controlled] = [SHIFTED[code], CONTROLLED[code]]
  return {
    sequence,
    name: NAMES[code] ?? shifted ?? controlled ?? 'undefined',
    ctrl: (modifier & 4) > 0 || controlled !== undefined,
    meta: (modifier & 10) > 0 || meta !== '',
    shift: (modifier & 1) > 0 || shifted !== undefined,
    code,
  }
}

function plain(char: string, meta: boolean): Key {
  const sequence = meta ? `\x1b${char}` : char
  const bare = { sequence, ctrl: false, meta, shift: false }
  const known = PLAIN[char]
  if (known !== undefined) return { ...bare, name: known, meta: meta || char === '\x1b' }
  const code = char.charCodeAt(0)
  if (code <= 0x1a) return { ...bare, name: String.fromCharCode(code + 96), ctrl: true }
  if (/^[0-9A-Za-z]$/.test(char)) return { ...bare, name: char.toLowerCase(), shift: /[A-Z]/.test(char) }
  return { ...bare, name: meta ? char : undefined }
}

/** Parts what is typed into keys; @returns also what may be the beginning of a longer sequence */
export function keysIn(text: string): { readonly keys: readonly Key[]; readonly rest: string } {
  const keys: Key[] = []
  for (let rest = text; rest !== ''; ) {
    const [char = ''] = rest
    const key = char === '\x1b' ? escaped(rest) : undefined
    if (key) keys.push(key)
    else if (char !== '\x1b') keys.push(plain(char, false))
    else if (/^\x1b\x1b?(?:\[\[?[\d;]*|O\d?)?$/.test(rest)) return { keys, rest }
    else keys.push(plain([...rest][1] ?? '', true))
    rest = rest.slice(keys.at(-1)?.sequence.length)
  }
  return { keys, rest: '' }
}

const ESCAPE_MS = 500
const listening = new WeakSet<object>()
/** Lets a stream tell of keys. */
export function emitKeypressEvents(stream: Readable, from?: { readonly escapeCodeTimeout?: number }): void {
  if (listening.has(stream)) return
  listening.add(stream)
  const decoder = new StringDecoder('utf8')
  let held = ''
  let timer: unknown
  const tell = (key: Key): void => {
    const typed = key.sequence.length === 1 || (key.sequence.length <= 2 && !key.sequence.startsWith('\x1b'))
    stream.emit('keypress', typed && !(key.name === undefined && key.sequence === '') ? key.sequence : undefined, key)
  }
  const take = (chunk: Uint8Array | string): void => {
    if (stream.listenerCount('keypress') === 0) return
    loop.clear(timer)
    const { keys, rest } = keysIn(held + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))))
    held = rest
    for (const key of keys) tell(key)
    if (rest !== '')
      timer = loop.arm(
        () => {
          held = ''
          for (const char of rest.slice(rest.startsWith('\x1b\x1b') ? 1 : 0)) tell(plain(char, false))
        },
        from?.escapeCodeTimeout ?? ESCAPE_MS,
        [],
        false,
      )
  }
  const begin = (): void => void stream.on('data', take as never)
  if (stream.listenerCount('keypress') > 0) return begin()
  const later = (event: string): void => {
    if (event !== 'keypress') return
    stream.off('newListener', later as never)
    begin()
  }
  stream.on('newListener', later as never)
}
