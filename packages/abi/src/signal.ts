/** Signals of Linux on x86-64. signal(7). */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const

export type Signal = number

export const {
  SIGHUP,
  SIGINT,
  SIGQUIT,
  SIGILL,
  SIGABRT,
  SIGKILL,
  SIGUSR1,
  SIGSEGV,
  SIGUSR2,
  SIGPIPE,
  SIGALRM,
  SIGTERM,
} = SIGNALS
export const { SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGXCPU, SIGXFSZ } = SIGNALS

/** Real-time signals, of which the C library keeps 32 and 33 to itself. signal(7), "Real-time signals". */
export const SIGRTMIN = 34
export const SIGRTMAX = 64
/** Up to here bash, and those who list signals like it, count from below. */
const COUNTED_FROM_MIN = 15

const realTimeName = (signal: Signal): string => {
  const above = signal - SIGRTMIN
  if (above <= COUNTED_FROM_MIN) return above === 0 ? 'SIGRTMIN' : `SIGRTMIN+${above}`
  return signal === SIGRTMAX ? 'SIGRTMAX' : `SIGRTMAX-${SIGRTMAX - signal}`
}

/** All that have a name, in the order of their numbers: `SIGHUP` to `SIGRTMAX`. */
export const SIGNAL_NAMES: ReadonlyMap<Signal, string> = new Map([
  ...Object.entries(SIGNALS).map(([name, signal]) => [signal, name] as const),
  ...Array.from({ length: SIGRTMAX - SIGRTMIN + 1 }, (_, at) => [SIGRTMIN + at, realTimeName(SIGRTMIN + at)] as const),
])
const numbers = new Map<string, Signal>([...SIGNAL_NAMES].map(([signal, name]) => [name, signal]))

/** `SIGTERM` for 15, `SIGRTMIN+1` for 35; undefined for a number that is no signal. */
export const signalName = (signal: Signal): string | undefined => SIGNAL_NAMES.get(signal)

/** Real-time signals are queued, each as often as it was sent; others are pending once. signal(7) */
export const isRealTime = (signal: Signal): boolean => signal > SIGNALS.SIGSYS

/** `RTMIN+16` is another name of `RTMAX-14`. */
function parseRealTime(upper: string): Signal | undefined {
  const [, from, distance] = /^(?:SIG)?(RTMIN\+|RTMAX-)(\d+)$/.exec(upper) ?? []
  if (from === undefined || Number(distance) > SIGRTMAX - SIGRTMIN) return undefined
  return from === 'RTMIN+' ? SIGRTMIN + Number(distance) : SIGRTMAX - Number(distance)
}

/** Reads `TERM`, `SIGTERM`, `sigterm`, `15` or `RTMIN+3`. */
export function parseSignal(text: string): Signal | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= SIGRTMAX ? Number(text) : undefined
  const upper = text.toUpperCase()
  return numbers.get(upper) ?? numbers.get(`SIG${upper}`) ?? parseRealTime(upper)
}

/** What a signal does to a process that neither catches nor ignores it. signal(7), "Standard signals". */
export type DefaultAction = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue'
const CORE: readonly number[] = [SIGQUIT, SIGILL, 5, SIGABRT, 7, 8, SIGSEGV, 24, 25, 31]
const IGNORE: readonly number[] = [SIGCHLD, SIGURG, SIGWINCH]
const STOP: readonly number[] = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]
export function defaultAction(signal: Signal): DefaultAction {
  if (IGNORE.includes(signal)) return 'ignore'
  if (STOP.includes(signal)) return 'stop'
  if (signal === SIGCONT) return 'continue'
  return CORE.includes(signal) ? 'core' : 'terminate'
}

/** `SIG_DFL`, `SIG_IGN` or a handler, which is called while the task is suspended in a system call or at a tick. */
export type SignalDisposition = 'SIG_DFL' | 'SIG_IGN' | ((signal: Signal) => void)
