import type { Termios } from '@drydock/abi'
import type { Memory } from './memory.ts'

/** The bits of struct termios, from the first of each field on; blanks are bits that are nobody's here. <asm-generic/termbits.h> */
const INPUT = 'ignbrk brkint ignpar parmrk inpck istrip inlcr igncr icrnl iuclc ixon ixany ixoff imaxbel iutf8'.split(
  ' ',
)
const OUTPUT = 'opost olcuc onlcr ocrnl onocr onlret ofill ofdel'.split(' ')
const CONTROL = '- - - - - - cstopb cread parenb parodd hupcl clocal'.split(' ')
const CONTROL_HIGH = { cmspar: 0x40000000, crtscts: 0x80000000 } as const
const LOCAL =
  'isig icanon xcase echo echoe echok echonl noflsh tostop echoctl echoprt echoke flusho - - iexten extproc'.split(' ')
const DELAYS = { nl: [8, 1], cr: [9, 3], tab: [11, 3], bs: [13, 1], vt: [14, 1], ff: [15, 1] } as const
const CHARACTERS =
  'vintr vquit verase vkill veof vtime vmin vswtc vstart vstop vsusp veol vreprint vdiscard vwerase vlnext veol2'.split(
    ' ',
  )
const SPEEDS = [
  ...[0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400],
  ...[57600, 115200, 230400],
]
/** Speeds above 38400 are counted from here. */
const CBAUDEX = 0x1000
const CS_SHIFT = 4
const C_CC = 17
const C_ISPEED = 52
const SIZE = 60

const speedCode = (baud: number): number => {
  const at = Math.max(0, SPEEDS.indexOf(baud))
  return at > 15 ? CBAUDEX + at - 15 : at
}
const baudOf = (code: number): number => SPEEDS[code & CBAUDEX ? 15 + (code & 15) : code & 15] ?? 38400

type Flags = Record<string, boolean>
const bitsOf = (names: readonly string[], flags: Flags): number =>
  names.reduce((sum, name, bit) => (flags[name] ? sum | (1 << bit) : sum), 0)
const flagsOf = (names: readonly string[], bits: number): Flags =>
  Object.fromEntries(names.flatMap((name, bit) => (name === '-' ? [] : [[name, (bits & (1 << bit)) !== 0]])))

/** Writes what tcgetattr(3) gives at an address. */
export function writeTermios(memory: Memory, at: number, from: Termios): void {
  const flags = from as unknown as Flags
  const delays = Object.entries(DELAYS).reduce((sum, [name, [shift]]) => {
    return sum | ((from.delays[name as keyof typeof DELAYS] ?? 0) << shift)
  }, 0)
  const high = (from.cmspar ? CONTROL_HIGH.cmspar : 0) + (from.crtscts ? CONTROL_HIGH.crtscts : 0)
  memory.bytes(at, SIZE).fill(0)
  memory.setU32(at, bitsOf(INPUT, flags))
  memory.setU32(at + 4, bitsOf(OUTPUT, flags) | delays)
  const size = (from.characterBits - 5) << CS_SHIFT
  memory.setU32(at + 8, (bitsOf(CONTROL, flags) | size | speedCode(from.outputSpeed)) + high)
  memory.setU32(at + 12, bitsOf(LOCAL, flags))
  const characters = from.cc as unknown as Record<string, number>
  CHARACTERS.forEach((name, i) => memory.setU8(at + C_CC + i, characters[name] ?? 0))
  memory.setU32(at + C_ISPEED, speedCode(from.inputSpeed))
  memory.setU32(at + C_ISPEED + 4, speedCode(from.outputSpeed))
}

/** Reads what tcsetattr(3) was given. */
export function readTermios(memory: Memory, at: number): Termios {
  const [output, control] = [memory.getU32(at + 4), memory.getU32(at + 8)]
  const delay = ([shift, mask]: readonly [number, number]): number => (output >> shift) & mask
  const characters = memory.bytes(at + C_CC, CHARACTERS.length)
  return {
    ...flagsOf(INPUT, memory.getU32(at)),
    ...flagsOf(OUTPUT, output),
    ...flagsOf(CONTROL, control),
    ...flagsOf(LOCAL, memory.getU32(at + 12)),
    cmspar: (control & CONTROL_HIGH.cmspar) !== 0,
    crtscts: control >= CONTROL_HIGH.crtscts,
    characterBits: ((control >> CS_SHIFT) & 3) + 5,
    delays: Object.fromEntries(Object.entries(DELAYS).map(([name, bits]) => [name, delay(bits)])),
    inputSpeed: baudOf(control),
    outputSpeed: baudOf(control),
    cc: Object.fromEntries(CHARACTERS.map((name, i) => [name, characters[i] ?? 0])),
  } as unknown as Termios
}
