import {
  CONTROL_FLAGS,
  cookedTermios,
  DELAYS,
  INPUT_FLAGS,
  isErrno,
  LOCAL_FLAGS,
  O_NONBLOCK,
  O_RDONLY,
  OUTPUT_FLAGS,
  type Program,
  type Sys,
  type Termios,
  type TermiosFlag,
  type WindowSize,
} from '@drydock/abi'
import { defineProgram } from '@drydock/libc'
import { withArgv } from '../package-version.ts'
import { ALIASES, COMBINATIONS, sized } from './stty-settings.ts'

const CONTROLS = [
  ...([
    ['intr', 'vintr'],
    ['quit', 'vquit'],
    ['erase', 'verase'],
    ['kill', 'vkill'],
    ['eof', 'veof'],
  ] as const),
  ...([
    ['eol', 'veol'],
    ['eol2', 'veol2'],
    ['swtch', 'vswtc'],
    ['start', 'vstart'],
    ['stop', 'vstop'],
  ] as const),
  ...([
    ['susp', 'vsusp'],
    ['rprnt', 'vreprint'],
    ['werase', 'vwerase'],
    ['lnext', 'vlnext'],
  ] as const),
  ['discard', 'vdiscard'],
] as const
/** Each kind of flags begins a line of -a. */
const KINDS: readonly (readonly TermiosFlag[])[] = [CONTROL_FLAGS, INPUT_FLAGS, OUTPUT_FLAGS, LOCAL_FLAGS]
const FLAGS: readonly string[] = KINDS.flat()
const isFlag = (name: string): name is TermiosFlag => FLAGS.includes(name)
/** Baud. */
const SPEEDS = [
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800,
  500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
]

function caret(code: number): string {
  if (code === 0) return '<undef>'
  if (code === 127) return '^?'
  if (code >= 128) return `M-${caret(code - 128)}`
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : String.fromCharCode(code)
}

function codeOf(text: string): number | undefined {
  if (text === '^-' || text === 'undef' || text === '') return 0
  if (text === '^?') return 127
  if (text.startsWith('^') && text.length === 2) return text.toUpperCase().charCodeAt(1) & 31
  if (text.length === 1) return text.charCodeAt(0)
  const value = numberOf(text)
  return value !== undefined && value < 256 ? value : undefined
}

/** Decimal, octal with a leading 0 or hexadecimal with 0x. */
function numberOf(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text) || /^[1-9]\d*$|^0$/.test(text)) return Number(text)
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Words are put on lines of the window's width, 80 where it has none. */
class Wrapping {
  private text = ''
  private column = 0
  private readonly width: number

  constructor(columns: number) {
    this.width = columns > 0 ? columns : 80
  }

  add(word: string): void {
    if (this.column > 0) {
      if (this.column + word.length + 1 > this.width) this.end()
      else {
        this.text += ' '
        this.column++
      }
    }
    this.text += word
    this.column += word.length
  }

  end(): void {
    if (this.column > 0) this.text += '\n'
    this.column = 0
  }

  finish(): string {
    this.end()
    return this.text
  }
}

const speedText = ({ inputSpeed, outputSpeed }: Termios): string =>
  inputSpeed === outputSpeed ? `speed ${outputSpeed} baud;` : `ispeed ${inputSpeed} baud; ospeed ${outputSpeed} baud;`

const flagWords = (termios: Termios, kind: readonly TermiosFlag[]): string[] =>
  kind.flatMap((name) => {
    const word = termios[name] ? name : `-${name}`
    if (name === 'cmspar') return [word, `cs${termios.characterBits}`]
    return name === 'ofdel' ? [word, ...DELAYS.map((each) => `${each}${termios.delays[each]}`)] : [word]
  })

function showAll(termios: Termios, { rows, cols }: WindowSize): string {
  const out = new Wrapping(cols)
  for (const word of [speedText(termios), `rows ${rows};`, `columns ${cols};`, 'line = 0;']) out.add(word)
  out.end()
  for (const [name, key] of CONTROLS) out.add(`${name} = ${caret(termios.cc[key])};`)
  out.add(`min = ${termios.cc.vmin};`)
  out.add(`time = ${termios.cc.vtime};`)
  for (const kind of KINDS) {
    out.end()
    for (const word of flagWords(termios, kind)) out.add(word)
  }
  return out.finish()
}

/** What differs from `sane`. */
function showChanges(termios: Termios, cols: number): string {
  const out = new Wrapping(cols)
  const usual: Termios = { ...cookedTermios(), brkint: true, imaxbel: true, iutf8: false }
  out.add(speedText(termios))
  out.add('line = 0;')
  out.end()
  for (const [name, key] of CONTROLS)
    if (termios.cc[key] !== usual.cc[key]) out.add(`${name} = ${caret(termios.cc[key])};`)
  if (!termios.icanon) for (const word of [`min = ${termios.cc.vmin};`, `time = ${termios.cc.vtime};`]) out.add(word)
  for (const kind of KINDS) {
    out.end()
    const usualWords = flagWords(usual, kind)
    for (const word of flagWords(termios, kind)) if (!usualWords.includes(word)) out.add(word)
  }
  return out.finish()
}

/** -g: numbers that another stty reads back. Flags are bits in the order they are listed here. */
function save(termios: Termios): string {
  const bits = KINDS.map((kind) => kind.reduce((sum, name, i) => sum + (termios[name] ? 2 ** i : 0), 0))
  const delays = DELAYS.reduce((sum, name) => sum * 4 + termios.delays[name], 0)
  const sizes = [termios.characterBits, delays, termios.inputSpeed, termios.outputSpeed]
  const characters = [...CONTROLS.map(([, key]) => termios.cc[key]), termios.cc.vmin, termios.cc.vtime]
  return [...bits, ...sizes, ...characters].map((each) => each.toString(16)).join(':')
}

function restore(text: string): Termios | undefined {
  const numbers = text.split(':').map((each) => Number.parseInt(each, 16))
  if (numbers.length !== KINDS.length + 4 + CONTROLS.length + 2 || numbers.some(Number.isNaN)) return undefined
  const termios = cookedTermios()
  for (const [k, kind] of KINDS.entries())
    for (const [i, name] of kind.entries()) termios[name] = Math.floor((numbers[k] ?? 0) / 2 ** i) % 2 === 1
  const [bits = 8, delays = 0, input = 0, output = 0, ...characters] = numbers.slice(KINDS.length)
  const each = DELAYS.map((name, i) => [name, Math.floor(delays / 4 ** (DELAYS.length - 1 - i)) % 4] as const)
  termios.characterBits = bits as Termios['characterBits']
  termios.delays = Object.fromEntries(each) as Termios['delays']
  termios.inputSpeed = input
  termios.outputSpeed = output
  for (const [i, [, key]] of CONTROLS.entries()) termios.cc[key] = characters[i] ?? 0
  termios.cc.vmin = characters.at(-2) ?? 1
  termios.cc.vtime = characters.at(-1) ?? 0
  return termios
}

class Mistake extends Error {}

/** The words of a command line, one after another, on a terminal. */
class Settings {
  termios: Termios
  private readonly sys: Sys
  private readonly fd: number
  private readonly words: readonly string[]
  private at = 0

  constructor(sys: Sys, fd: number, words: readonly string[]) {
    this.sys = sys
    this.fd = fd
    this.words = words
    this.termios = sys.tcgetattr(fd)
  }

  /** @returns what is printed */
  apply(): string {
    let printed = ''
    while (this.at < this.words.length) printed += this.word(this.words[this.at++] ?? '')
    this.sys.tcsetattr(this.fd, this.termios)
    return printed
  }

  private word(word: string): string {
    if (word === 'size') return `${this.size.rows} ${this.size.cols}\n`
    if (word === 'speed') return `${this.termios.outputSpeed}\n`
    if (['rows', 'cols', 'columns'].includes(word)) this.resize(word === 'rows' ? 'rows' : 'cols')
    else if (word === 'ispeed') this.termios.inputSpeed = this.speed(word)
    else if (word === 'ospeed') this.termios.outputSpeed = this.speed(word)
    else if (word === 'min' || word === 'time') this.character(word === 'min' ? 'vmin' : 'vtime', this.count(word))
    else if (word === 'line') this.count(word)
    else this.setting(word)
    return ''
  }

  private setting(word: string): void {
    const control = CONTROLS.find(([name]) => name === word)
    if (control) {
      const text = this.argument(word)
      const code = codeOf(text)
      if (code === undefined) throw new Mistake(`invalid integer argument: '${text}'`)
      return this.character(control[1], code)
    }
    const on = !word.startsWith('-')
    const name = on ? word : word.slice(1)
    const flag = isFlag(name) ? name : ALIASES[name]
    const combination = COMBINATIONS[name]
    const numeric = SPEEDS.includes(Number(word)) ? Number(word) : undefined
    if (flag) this.termios = { ...this.termios, [flag]: on }
    else if (combination) this.termios = combination(this.termios, on)
    else if (numeric !== undefined) this.termios = { ...this.termios, inputSpeed: numeric, outputSpeed: numeric }
    else this.termios = (on ? sized(this.termios, word) : undefined) ?? restore(word) ?? this.unknown(word)
  }

  private unknown(word: string): never {
    throw new Mistake(`invalid argument '${word}'`)
  }

  private character(key: keyof Termios['cc'], code: number): void {
    this.termios = { ...this.termios, cc: { ...this.termios.cc, [key]: code } }
  }

  private get size(): WindowSize {
    return this.sys.getWindowSize(this.fd)
  }

  private resize(side: 'rows' | 'cols'): void {
    this.sys.setWindowSize(this.fd, { ...this.size, [side]: this.count(side) })
  }

  private speed(word: string): number {
    const text = this.argument(word)
    if (!SPEEDS.includes(Number(text))) throw new Mistake(`invalid ${word} '${text}'`)
    return Number(text)
  }

  private count(word: string): number {
    const text = this.argument(word)
    const value = numberOf(text)
    if (value === undefined) throw new Mistake(`invalid integer argument: '${text}'`)
    return value
  }

  private argument(word: string): string {
    const text = this.words[this.at++]
    if (text === undefined) throw new Mistake(`missing argument to '${word}'`)
    return text
  }
}

interface CommandLine {
  readonly device: string | undefined
  readonly all: boolean
  readonly save: boolean
  readonly words: readonly string[]
}

function commandLine(operands: readonly string[]): CommandLine {
  const words = [...operands]
  const first = words.findIndex((word) => word === '-F' || word === '--file' || /^(-F|--file=)./.test(word))
  let device: string | undefined
  if (first >= 0) {
    const [word = '', next] = words.slice(first)
    const joined = word.replace(/^(-F|--file=?)/, '')
    device = joined === '' ? next : joined
    words.splice(first, joined === '' ? 2 : 1)
  }
  const takes = (...names: readonly string[]): boolean => {
    const at = words.findIndex((word) => names.includes(word))
    if (at >= 0) words.splice(at, 1)
    return at >= 0
  }
  const all = takes('-a', '--all')
  return { device, all, save: takes('-g', '--save'), words }
}

const program = defineProgram({
  name: 'coreutils/stty',
  paths: ['/bin/stty'],
  covers: 'full',
  summary: 'change and print terminal line settings',
  sizeBytes: 81008,
  usage: 'stty [-F DEVICE | --file=DEVICE] [SETTING]...',
  options: {},
  async main({ sys, io, operands, fail }) {
    const { device, all, save: saved, words } = commandLine(operands)
    const problem = refusal(all, saved, words)
    if (problem !== undefined) {
      await fail(problem)
      return 1
    }
    const fd = device === undefined ? 0 : openDevice(sys, device)
    try {
      if (typeof fd === 'string') throw new Mistake(fd)
      if (words.length === 0) {
        const size = sys.getWindowSize(fd)
        const termios = sys.tcgetattr(fd)
        await io.print(saved ? `${save(termios)}\n` : all ? showAll(termios, size) : showChanges(termios, size.cols))
      } else await io.print(new Settings(sys, fd, words).apply())
      return 0
    } catch (error) {
      if (error instanceof Mistake) {
        const hint = error.message.startsWith('invalid') || error.message.startsWith('missing')
        await fail(hint ? `${error.message}\nTry 'stty --help' for more information.` : error.message)
      } else if (isErrno(error)) await fail(`${device ?? "'standard input'"}: ${error.message}`)
      else throw error
      return 1
    }
  },
})

function refusal(all: boolean, saved: boolean, words: readonly string[]): string | undefined {
  if (all && saved) return 'the options for verbose and stty-readable output styles are\nmutually exclusive'
  return (all || saved) && words.length > 0 ? 'when specifying an output style, modes may not be set' : undefined
}

/** @returns the descriptor, or what is wrong */
function openDevice(sys: Sys, path: string): number | string {
  try {
    return sys.open(path, O_RDONLY | O_NONBLOCK)
  } catch (error) {
    if (isErrno(error)) return `${path}: ${error.message}`
    throw error
  }
}

/** stty: terminal settings. GNU coreutils 9; a word such as `-echo` is an operand. */
export const stty: Program = withArgv(program, (words) => (words[0] === '--help' ? words : ['--', ...words]))
