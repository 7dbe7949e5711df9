import { cookedTermios } from '@drydock/abi'
import { defineProgram, flag, value } from '@drydock/libc'
import { windowSize } from '../text/terminal.ts'

/** clear: wipe the screen and what scrolled off it. ncurses clear. */
export const clear = defineProgram({
  name: 'ncurses/clear',
  paths: ['/usr/bin/clear'],
  covers: 'full',
  summary: 'clear the terminal screen',
  sizeBytes: 14656,
  usage: 'clear [options]',
  options: { type: value('T'), keepScrollback: flag('x'), version: flag('V') },
  async main({ io, options: o }) {
    await io.print(`\x1b[H\x1b[2J${o.keepScrollback ? '' : '\x1b[3J'}`)
    return 0
  },
})

const SEQUENCES = new Map([
  ['clear', '\x1b[H\x1b[2J\x1b[3J'],
  ['reset', '\x1bc'],
  ['bold', '\x1b[1m'],
  ['dim', '\x1b[2m'],
  ['rev', '\x1b[7m'],
  ['smul', '\x1b[4m'],
  ['rmul', '\x1b[24m'],
  ['smso', '\x1b[7m'],
  ['rmso', '\x1b[27m'],
  ['sgr0', '\x1b(B\x1b[m'],
  ['civis', '\x1b[?25l'],
  ['cnorm', '\x1b[?12l\x1b[?25h'],
  ['smcup', '\x1b[?1049h\x1b[22;0;0t'],
  ['rmcup', '\x1b[?1049l\x1b[23;0;0t'],
  ['el', '\x1b[K'],
  ['ed', '\x1b[J'],
  ['home', '\x1b[H'],
  ['sc', '\x1b7'],
  ['rc', '\x1b8'],
  ['bel', '\x07'],
  ['op', '\x1b[39;49m'],
])

/** tput: terminal capabilities, as those of xterm-256color. */
export const tput = defineProgram({
  name: 'ncurses/tput',
  paths: ['/usr/bin/tput'],
  covers: 'partial',
  lacks: ['terminals other than xterm'],
  summary: 'query terminfo database',
  sizeBytes: 22968,
  usage: 'tput [options] [command]',
  stopAtOperand: true,
  options: { type: value('T'), stdin: flag('S') },
  async main({ io, operands, sys, fail }) {
    const [name = '', first = '0', second = '0'] = operands
    const size = windowSize(sys)
    const color = (value: string, base: number): string => {
      const n = Number(value)
      return n < 8 ? `\x1b[${base + n}m` : n < 16 ? `\x1b[${base + 52 + n}m` : `\x1b[${base + 8};5;${n}m`
    }
    const computed = new Map([
      ['cols', `${size.cols}\n`],
      ['lines', `${size.rows}\n`],
      ['colors', '256\n'],
      ['setaf', color(first, 30)],
      ['setab', color(first, 40)],
      ['cup', `\x1b[${Number(first) + 1};${Number(second) + 1}H`],
    ])
    const text = SEQUENCES.get(name) ?? computed.get(name)
    if (text === undefined) {
      await fail(`unknown terminfo capability '${name}'`)
      return 4
    }
    await io.print(text)
    return 0
  },
})

/** reset: put the terminal back into a sane state. */
export const reset = defineProgram({
  name: 'ncurses/reset',
  paths: ['/usr/bin/reset'],
  covers: 'partial',
  lacks: ['tset options'],
  summary: 'terminal initialization',
  usage: 'reset [options]',
  options: {},
  async main({ io, sys }) {
    if (sys.isatty(1)) sys.tcsetattr(1, cookedTermios())
    await io.print('\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>\r')
    return 0
  },
})
