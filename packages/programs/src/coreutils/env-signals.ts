import { isErrno, parseSignal, type Signal, SIGNAL_NAMES, SIGNALS, type Sys } from '@drydock/abi'
import { UsageError } from '@drydock/libc'

type Disposition = 'SIG_DFL' | 'SIG_IGN'
const FIXED: readonly Signal[] = [SIGNALS.SIGKILL, SIGNALS.SIGSTOP]

/** `INT,RTMIN+2`, or every signal that can be set for an empty word. @throws UsageError */
function signalsOf(words: string): readonly Signal[] {
  if (words === '') return [...SIGNAL_NAMES.keys()].filter((signal) => !FIXED.includes(signal))
  return words.split(',').map((word) => {
    const signal = parseSignal(word)
    if (!signal) throw new UsageError(`'${word}': invalid signal`)
    return signal
  })
}

/**
 * What the command is to do with signals. GNU coreutils, "env invocation".
 * @returns a complaint about a signal that can't be set
 * @throws UsageError about a word that is no signal
 */
export function setSignals(sys: Sys, words: string | undefined, disposition: Disposition): string | undefined {
  if (words === undefined) return undefined
  for (const signal of signalsOf(words))
    try {
      sys.sigaction(signal, disposition)
    } catch (error) {
      if (!isErrno(error)) throw error
      return `failed to set signal action for signal ${signal}: ${error.message}`
    }
  return undefined
}

/** `INT        ( 2): IGNORE`, a line for each signal that the command will not get. */
export const ignoredSignals = (sys: Sys): string =>
  signalsOf('')
    .filter((signal) => isIgnored(sys, signal))
    .map((signal) => {
      const name = signal === SIGNALS.SIGIO ? 'POLL' : SIGNAL_NAMES.get(signal)?.slice(3)
      return `${(name ?? '').padEnd(10)} (${String(signal).padStart(2)}): IGNORE\n`
    })
    .join('')

function isIgnored(sys: Sys, signal: Signal): boolean {
  const before = sys.sigaction(signal, 'SIG_IGN')
  sys.sigaction(signal, before)
  return before === 'SIG_IGN'
}
