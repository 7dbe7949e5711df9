import { isErrno, parseSignal, signalName } from '@drydock/abi'
import { singleQuote } from '../expand/quote.ts'
import { type Steps, wait } from '../interp/flow.ts'
import { usageOf } from './usage.ts'
import type { Builtin, Shell } from '../interp/shell.ts'

const PSEUDO: ReadonlySet<string> = new Set(['EXIT', 'ERR', 'DEBUG', 'RETURN'])

/** The name a trap is kept by: EXIT, ERR… or SIGTERM. */
function trapName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/, '')
  if (text === '0') return 'EXIT'
  if (PSEUDO.has(upper)) return upper
  const signal = parseSignal(text)
  return signal ? (signalName(signal) ?? String(signal)) : undefined
}

/** In the order of their numbers; the shell's own events follow the signals. */
const rank = (name: string): number => (name === 'EXIT' ? 0 : (parseSignal(name) ?? 100 + LAST.indexOf(name)))
const LAST: readonly string[] = ['DEBUG', 'ERR', 'RETURN']

function* usage(shell: Shell, wrong?: string): Steps<number> {
  if (wrong !== undefined) yield* wait(shell.complain(`trap: ${wrong.slice(0, 2)}: invalid option`))
  yield* wait(shell.say(yield* usageOf('trap')))
  return 2
}

function install(shell: Shell, name: string, action: string | undefined): void {
  if (action === undefined) shell.traps.delete(name)
  else shell.traps.set(name, action)
  if (PSEUDO.has(name)) return
  const signal = parseSignal(name)
  if (signal === undefined) return
  const disposition =
    action === undefined ? 'SIG_DFL' : action === '' ? 'SIG_IGN' : () => void shell.pendingTraps.add(name)
  try {
    shell.sys.sigaction(signal, action === undefined ? shell.ownDisposition(signal) : disposition)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function* trap(shell: Shell, args: readonly string[]): Steps<number> {
  let words = args[0] === '--' ? args.slice(1) : args
  if (words[0] === '-l') return yield* shell.machinery.builtins.get('kill')?.run(shell, ['-l'], 'kill') as Steps<number>
  if (words === args && shell.dialect.name === 'bash' && /^-[^lp]/.test(words[0] ?? ''))
    return yield* usage(shell, words[0])
  if (words.length === 0 || words[0] === '-p') {
    const wanted = words.slice(1).map(trapName)
    for (const [name, action] of [...shell.traps].sort(([a], [b]) => rank(a) - rank(b))) {
      if (wanted.length && !wanted.includes(name)) continue
      const shown = shell.dialect.name === 'bash' ? name : name.replace(/^SIG/, '')
      yield* wait(shell.print(`trap -- ${singleQuote(action)} ${shown}\n`))
    }
    return 0
  }
  const [first = ''] = words
  const resets = first === '-' || words.length === 1 || (/^\d+$/.test(first) && trapName(first) !== undefined)
  const action = resets ? undefined : first
  words = resets && first !== '-' ? words : words.slice(1)
  let status = 0
  if (words.length === 1 && resets && first !== '-' && !trapName(first) && shell.dialect.name === 'bash')
    return yield* usage(shell)
  for (const word of words) {
    const name = trapName(word)
    if (name) install(shell, name, action)
    else {
      yield* wait(shell.complain(`trap: ${word}: invalid signal specification`))
      status = 1
    }
  }
  return status
}

export const trapBuiltins: readonly (readonly [string, Builtin])[] = [['trap', { run: trap, special: true }]]
