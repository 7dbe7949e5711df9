/** Terminal attributes. termios(3). Those that Linux knows and a pseudo-terminal has no wire for are kept and shown. */
export const INPUT_FLAGS = [
  ...(['ignbrk', 'brkint', 'ignpar', 'parmrk', 'inpck', 'istrip', 'inlcr', 'igncr', 'icrnl', 'ixon', 'ixoff'] as const),
  ...(['iuclc', 'ixany', 'imaxbel', 'iutf8'] as const),
] as const
export const OUTPUT_FLAGS = ['opost', 'olcuc', 'ocrnl', 'onlcr', 'onocr', 'onlret', 'ofill', 'ofdel'] as const
export const CONTROL_FLAGS = ['parenb', 'parodd', 'cmspar', 'hupcl', 'cstopb', 'cread', 'clocal', 'crtscts'] as const
export const LOCAL_FLAGS = [
  ...(['isig', 'icanon', 'iexten', 'echo', 'echoe', 'echok', 'echonl', 'noflsh', 'xcase', 'tostop'] as const),
  ...(['echoprt', 'echoctl', 'echoke', 'flusho', 'extproc'] as const),
] as const
export type TermiosFlag =
  | (typeof INPUT_FLAGS)[number]
  | (typeof OUTPUT_FLAGS)[number]
  | (typeof CONTROL_FLAGS)[number]
  | (typeof LOCAL_FLAGS)[number]

/** Output delays: after a newline, a return… TAB3 stands for spaces in place of tabs. */
export const DELAYS = ['nl', 'cr', 'tab', 'bs', 'vt', 'ff'] as const
export type Delay = (typeof DELAYS)[number]

/** Control characters by name; 0 is "none". */
export interface ControlCharacters {
  vintr: number
  vquit: number
  verase: number
  vkill: number
  veof: number
  veol: number
  veol2: number
  vswtc: number
  vstart: number
  vstop: number
  vsusp: number
  vreprint: number
  vwerase: number
  vlnext: number
  vdiscard: number
  vmin: number
  vtime: number
}

export type Termios = Record<TermiosFlag, boolean> & {
  /** CSIZE */
  characterBits: 5 | 6 | 7 | 8
  delays: Readonly<Record<Delay, number>>
  /** In baud. */
  inputSpeed: number
  outputSpeed: number
  cc: ControlCharacters
}

const ON: ReadonlySet<string> = new Set<TermiosFlag>([
  ...(['icrnl', 'ixon', 'iutf8', 'opost', 'onlcr', 'cread'] as const),
  ...(['isig', 'icanon', 'iexten', 'echo', 'echoe', 'echok', 'echoctl', 'echoke'] as const),
])
const ALL: readonly TermiosFlag[] = [...INPUT_FLAGS, ...OUTPUT_FLAGS, ...CONTROL_FLAGS, ...LOCAL_FLAGS]

/** A fresh terminal as the kernel opens it: cooked, echoing, ^C ^\ ^Z as signals. */
export const cookedTermios = (): Termios => ({
  ...(Object.fromEntries(ALL.map((name) => [name, ON.has(name)])) as Record<TermiosFlag, boolean>),
  characterBits: 8,
  delays: { nl: 0, cr: 0, tab: 0, bs: 0, vt: 0, ff: 0 },
  inputSpeed: 38400,
  outputSpeed: 38400,
  cc: {
    vintr: 3,
    vquit: 28,
    verase: 127,
    vkill: 21,
    veof: 4,
    veol: 0,
    veol2: 0,
    vswtc: 0,
    vstart: 17,
    vstop: 19,
    vsusp: 26,
    vreprint: 18,
    vwerase: 23,
    vlnext: 22,
    vdiscard: 15,
    vmin: 1,
    vtime: 0,
  },
})

/** cfmakeraw(3). */
export const rawTermios = (from: Termios): Termios => ({
  ...from,
  ...{ ignbrk: false, brkint: false, parmrk: false, istrip: false, inlcr: false, igncr: false },
  icrnl: false,
  ixon: false,
  opost: false,
  isig: false,
  icanon: false,
  echo: false,
  echonl: false,
  iexten: false,
  parenb: false,
  characterBits: 8,
  cc: { ...from.cc },
})

export interface WindowSize {
  readonly rows: number
  readonly cols: number
}
