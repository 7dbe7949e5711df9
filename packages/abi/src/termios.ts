/** Terminal attributes. termios(3). */
export interface Termios {
  /** Input flags. */
  icrnl: boolean
  ixon: boolean
  /** Output flags. */
  opost: boolean
  onlcr: boolean
  /** Local flags. */
  isig: boolean
  icanon: boolean
  echo: boolean
  echoe: boolean
  echok: boolean
  echoctl: boolean
  iexten: boolean
  tostop: boolean
  /** Control characters by name; 0 is "none". */
  cc: {
    vintr: number
    vquit: number
    verase: number
    vkill: number
    veof: number
    vsusp: number
    vwerase: number
    vreprint: number
    vlnext: number
    vmin: number
    vtime: number
  }
}

/** A fresh terminal as the kernel opens it: cooked, echoing, ^C ^\ ^Z as signals. */
export const cookedTermios = (): Termios => ({
  icrnl: true,
  ixon: true,
  opost: true,
  onlcr: true,
  isig: true,
  icanon: true,
  echo: true,
  echoe: true,
  echok: true,
  echoctl: true,
  iexten: true,
  tostop: false,
  cc: {
    vintr: 3,
    vquit: 28,
    verase: 127,
    vkill: 21,
    veof: 4,
    vsusp: 26,
    vwerase: 23,
    vreprint: 18,
    vlnext: 22,
    vmin: 1,
    vtime: 0,
  },
})

/** cfmakeraw(3). */
export const rawTermios = (from: Termios): Termios => ({
  ...from,
  icrnl: false,
  ixon: false,
  opost: false,
  isig: false,
  icanon: false,
  echo: false,
  iexten: false,
  cc: { ...from.cc },
})

export interface WindowSize {
  readonly rows: number
  readonly cols: number
}
