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

export type SignalName = keyof typeof SIGNALS
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

const names = new Map<number, SignalName>(Object.entries(SIGNALS).map(([name, number]) => [number, name as SignalName]))

/** `SIGTERM` for 15; undefined for a number that is no signal. */
export const signalName = (signal: Signal): SignalName | undefined => names.get(signal)

/** Reads `TERM`, `SIGTERM`, `sigterm` or `15`. */
export function parseSignal(text: string): Signal | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : undefined
  const upper = text.toUpperCase()
  const table = new Map<string, number>(Object.entries(SIGNALS))
  return table.get(upper) ?? table.get(`SIG${upper}`)
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
