import { parseSignal, type Signal } from '@drydock/abi'
import { type CallClass, type CallRow, CALLS } from './calls.ts'

const CLASSES: ReadonlySet<string> = new Set<CallClass>([
  ...(['file', 'desc', 'process', 'network', 'signal', 'memory', 'creds', 'clock', 'ipc'] as const),
])
/** Names of calls that Linux has and programs here never make are no mistake. */
const OTHERS =
  'open stat lstat mmap munmap mprotect brk access arch_prctl set_tid_address set_robust_list rseq execveat clone clone3 fork exit exit_group getrandom futex select epoll_wait epoll_ctl epoll_create1 recvmsg sendmsg getdents64 ioctl fcntl dup waitid unlinkat mkdirat renameat renameat2 faccessat faccessat2 readlinkat statx sendfile splice pselect6 ppoll'.split(
    ' ',
  )
const NAMES: ReadonlySet<string> = new Set([...Object.values(CALLS).map(({ name }) => name), ...OTHERS])

/** What is told: of calls (-e trace=), of signals (-e signal=) and of outcomes (-z, -Z). */
export class Selection {
  private calls: { readonly words: readonly string[]; readonly not: boolean } | undefined
  private signals: { readonly set: ReadonlySet<Signal>; readonly not: boolean } | undefined
  /** -z */
  successful = false
  /** -Z */
  failedOnly = false

  /** @returns what is wrong with it */
  add(expression: string): string | undefined {
    const [, qualifier = 'trace', value = ''] = /^(?:(\w+)=)?(.*)$/.exec(expression) ?? []
    if (qualifier === 'trace' || qualifier === 't') return this.setCalls(value)
    if (qualifier === 'signal' || qualifier === 'signals' || qualifier === 's') return this.setSignals(value)
    if (qualifier === 'status') return this.setStatus(value)
    if (
      ['abbrev', 'verbose', 'raw', 'read', 'write', 'fault', 'inject', 'kvm', 'quiet', 'decode-fds'].includes(qualifier)
    )
      return undefined
    return `invalid -e expression '${expression}'`
  }

  wants(row: CallRow): boolean {
    return this.wantsName(row.name, row.classes)
  }

  wantsName(name: string, classes: readonly CallClass[]): boolean {
    if (!this.calls) return true
    const { words, not } = this.calls
    return words.some((word) => matches(word, name, classes)) !== not
  }

  wantsSignal(signal: Signal): boolean {
    return this.signals === undefined || this.signals.set.has(signal) !== this.signals.not
  }

  wantsOutcome(success: boolean): boolean {
    return success ? !this.failedOnly : !this.successful
  }

  private setCalls(value: string): string | undefined {
    const { words, not } = negated(value)
    if (value === 'all' || value === 'none') {
      this.calls = { words: [], not: value === 'all' }
      return undefined
    }
    const wrong = words.find((word) => !isKnown(word))
    if (wrong !== undefined) return `invalid system call '${wrong}'`
    this.calls = { words, not }
    return undefined
  }

  private setSignals(value: string): string | undefined {
    const { words, not } = negated(value)
    if (value === 'all' || value === 'none') {
      this.signals = { set: new Set(), not: value === 'all' }
      return undefined
    }
    const set = new Set<Signal>()
    for (const word of words) {
      const signal = parseSignal(word)
      if (signal === undefined) return `invalid signal '${word}'`
      set.add(signal)
    }
    this.signals = { set, not }
    return undefined
  }

  private setStatus(value: string): string | undefined {
    this.successful = value === 'successful'
    this.failedOnly = value === 'failed'
    return undefined
  }
}

function negated(value: string): { words: string[]; not: boolean } {
  const not = value.startsWith('!')
  return { words: (not ? value.slice(1) : value).split(',').filter(Boolean), not }
}

function isKnown(word: string): boolean {
  if (word.startsWith('/')) return true
  const bare = word.replace(/^\?/, '')
  return CLASSES.has(bare.replace(/^%/, '')) || NAMES.has(bare) || word.startsWith('?') || bare.startsWith('%')
}

function matches(word: string, name: string, classes: readonly CallClass[]): boolean {
  const bare = word.replace(/^\?/, '')
  if (bare.startsWith('/')) return new RegExp(bare.slice(1)).test(name)
  const group = bare.replace(/^%/, '')
  if (CLASSES.has(group) && classes.includes(group as CallClass)) return true
  if (bare === '%stat') return ['stat', 'lstat', 'fstat', 'newfstatat'].includes(name)
  return bare === name || (bare === 'exit' && name === 'exit_group')
}
