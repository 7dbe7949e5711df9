import { cookedTermios, type Delay, DELAYS, type Termios, type TermiosFlag } from '@drydock/abi'

/** Words of stty that stand for more than one flag, and what they set. GNU coreutils 9, stty --help */
export type Change = (termios: Termios, on: boolean) => Termios

const flags =
  (on: Partial<Record<TermiosFlag, boolean>>, off: Partial<Record<TermiosFlag, boolean>> = {}): Change =>
  (termios, set) => ({ ...termios, ...(set ? on : off) })

const control = (termios: Termios, characters: Partial<Termios['cc']>): Termios => ({
  ...termios,
  cc: { ...termios.cc, ...characters },
})

/** The two that a terminal in raw mode reads by. */
const cooked: Change = (termios) => ({
  ...termios,
  ...{ brkint: true, ignpar: true, istrip: true, icrnl: true, ixon: true, opost: true, isig: true, icanon: true },
  cc: { ...termios.cc, veof: 4, veol: 0 },
})
/** Other than cfmakeraw(3) it leaves echo as it is. */
const raw: Change = (termios) => ({
  ...termios,
  ...{ ignbrk: false, brkint: false, ignpar: false, parmrk: false, inpck: false, istrip: false, inlcr: false },
  ...{ igncr: false, icrnl: false, ixon: false, ixoff: false, iuclc: false, ixany: false, imaxbel: false },
  ...{ opost: false, isig: false, icanon: false, xcase: false },
  cc: { ...termios.cc, vmin: 1, vtime: 0 },
})
const sane: Change = ({ inputSpeed, outputSpeed, characterBits }) => ({
  ...cookedTermios(),
  ...{ inputSpeed, outputSpeed, characterBits, brkint: true, imaxbel: true, iutf8: false },
})

/** Those with `-` before them do the opposite, where it says so. */
export const COMBINATIONS: Readonly<Record<string, Change>> = {
  sane,
  cooked: (termios, on) => (on ? cooked(termios, true) : raw(termios, true)),
  raw: (termios, on) => (on ? raw(termios, true) : cooked(termios, true)),
  cbreak: flags({ icanon: false }, { icanon: true }),
  nl: flags(
    { icrnl: false, onlcr: false },
    { icrnl: true, inlcr: false, igncr: false, onlcr: true, ocrnl: false, onlret: false },
  ),
  crt: flags({ echoe: true, echoctl: true, echoke: true }),
  dec: (termios) =>
    control(
      { ...termios, echoe: true, echoctl: true, echoke: true, ixany: false },
      { vintr: 3, verase: 127, vkill: 21 },
    ),
  ek: (termios) => control(termios, { verase: 127, vkill: 21 }),
  evenp: (termios, on) => parity(termios, on, false),
  parity: (termios, on) => parity(termios, on, false),
  oddp: (termios, on) => parity(termios, on, true),
  pass8: (termios, on) => ({ ...termios, parenb: !on, istrip: !on, characterBits: on ? 8 : 7 }),
  litout: (termios, on) => ({ ...termios, parenb: !on, istrip: !on, opost: !on, characterBits: on ? 8 : 7 }),
  decctlq: flags({ ixany: false }, { ixany: true }),
  tabs: (termios, on) => delayed(termios, 'tab', on ? 0 : 3),
  lcase: flags({ xcase: true, iuclc: true, olcuc: true }, { xcase: false, iuclc: false, olcuc: false }),
  LCASE: flags({ xcase: true, iuclc: true, olcuc: true }, { xcase: false, iuclc: false, olcuc: false }),
}

/** Other names of flags. */
export const ALIASES: Readonly<Record<string, TermiosFlag>> = {
  crterase: 'echoe',
  crtkill: 'echoke',
  ctlecho: 'echoctl',
  prterase: 'echoprt',
  hup: 'hupcl',
  tandem: 'ixoff',
}

const parity = (termios: Termios, on: boolean, odd: boolean): Termios => ({
  ...termios,
  parenb: on,
  parodd: on && odd,
  characterBits: on ? 7 : 8,
})

const delayed = (termios: Termios, which: Delay, value: number): Termios => ({
  ...termios,
  delays: { ...termios.delays, [which]: value },
})

const MOST_DELAY: Readonly<Record<Delay, number>> = { nl: 1, cr: 3, tab: 3, bs: 1, vt: 1, ff: 1 }

/** `cs7`, `tab3`. @returns undefined for a word that is none of these */
export function sized(termios: Termios, word: string): Termios | undefined {
  const [, name = '', digit = ''] = /^([a-z]+)(\d)$/.exec(word) ?? []
  const value = Number(digit)
  if (name === 'cs' && value >= 5 && value <= 8) return { ...termios, characterBits: value as Termios['characterBits'] }
  const delay = DELAYS.find((each) => each === name)
  return delay && value <= MOST_DELAY[delay] ? delayed(termios, delay, value) : undefined
}
