import { cookedTermios, isErrno, rawTermios, type Termios } from '@drydock/abi'
import { defineProgram } from '@drydock/libc'
import type { Program } from '@drydock/abi'
import { withArgv } from '../package-version.ts'

const FLAGS = [
  'icrnl',
  'ixon',
  'opost',
  'onlcr',
  'isig',
  'icanon',
  'iexten',
  'echo',
  'echoe',
  'echok',
  'tostop',
  'echoctl',
] as const
type FlagName = (typeof FLAGS)[number]
const isFlag = (name: string): name is FlagName => FLAGS.some((each) => each === name)

const CONTROLS = [
  ['intr', 'vintr'],
  ['quit', 'vquit'],
  ['erase', 'verase'],
  ['kill', 'vkill'],
  ['eof', 'veof'],
  ['susp', 'vsusp'],
  ['rprnt', 'vreprint'],
  ['werase', 'vwerase'],
  ['lnext', 'vlnext'],
] as const

const caret = (code: number): string =>
  code === 0
    ? '<undef>'
    : code === 127
      ? '^?'
      : code < 32
        ? `^${String.fromCharCode(code + 64)}`
        : String.fromCharCode(code)

function codeOf(text: string): number {
  if (text === '^-' || text === 'undef') return 0
  if (text === '^?') return 127
  return text.startsWith('^') && text.length === 2 ? text.toUpperCase().charCodeAt(1) & 31 : text.charCodeAt(0)
}

/** One setting. @returns undefined for a word that is none */
function change(termios: Termios, word: string): Termios | undefined {
  const on = !word.startsWith('-')
  const name = on ? word : word.slice(1)
  if (isFlag(name)) return { ...termios, [name]: on }
  if (name === 'raw' || name === 'cooked') return (name === 'raw') === on ? rawTermios(termios) : cookedTermios()
  if (name === 'cbreak') return { ...termios, icanon: !on }
  return word === 'sane' ? cookedTermios() : undefined
}

function show(termios: Termios, size: { rows: number; cols: number }): string {
  const controls = CONTROLS.map(([name, key]) => `${name} = ${caret(termios.cc[key])};`).join(' ')
  const flags = FLAGS.map((name) => (termios[name] ? name : `-${name}`)).join(' ')
  return `speed 38400 baud; rows ${size.rows}; columns ${size.cols}; line = 0;\n${controls} min = ${termios.cc.vmin}; time = ${termios.cc.vtime};\n${flags}\n`
}

const program = defineProgram({
  name: 'coreutils/stty',
  paths: ['/bin/stty'],
  covers: 'partial',
  lacks: ['-F', '-g', 'speeds', 'settings that the terminal here does not have'],
  summary: 'change and print terminal line settings',
  sizeBytes: 81008,
  usage: 'stty [SETTING]...',
  options: {},
  async main({ sys, io, operands, fail }) {
    let termios: Termios
    try {
      termios = sys.tcgetattr(0)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`'standard input': ${error.message}`)
      return 1
    }
    const size = sys.getWindowSize(0)
    if (operands.length === 0 || operands[0] === '-a') {
      await io.print(operands.length ? show(termios, size) : 'speed 38400 baud; line = 0;\n')
      return 0
    }
    for (let i = 0; i < operands.length; i++) {
      const word = operands[i] ?? ''
      const control = CONTROLS.find(([name]) => name === word)
      const changed = change(termios, word)
      if (word === 'size') await io.print(`${size.rows} ${size.cols}\n`)
      else if (word === 'rows') sys.setWindowSize(0, { ...sys.getWindowSize(0), rows: Number(operands[++i]) })
      else if (word === 'cols' || word === 'columns')
        sys.setWindowSize(0, { ...sys.getWindowSize(0), cols: Number(operands[++i]) })
      else if (control) termios = { ...termios, cc: { ...termios.cc, [control[1]]: codeOf(operands[++i] ?? '') } }
      else if (changed) termios = changed
      else {
        await fail(`invalid argument '${word}'\nTry 'stty --help' for more information.`)
        return 1
      }
    }
    sys.tcsetattr(0, termios)
    return 0
  },
})

/** stty: terminal settings. GNU coreutils 9; a word such as `-echo` is an operand. */
export const stty: Program = withArgv(program, (words) => (words[0] === '--help' ? words : ['--', ...words]))
