import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'
import { escapes } from './escapes.ts'
import { printf } from './printf.ts'

/** Words that dash takes for options, and those of the others. */
const DASH_LETTERS = /^-n$/
const LETTERS = /^-[neE]+$/

function echo(shell: Shell, args: readonly string[]): BuiltinResult {
  const plain = !args[0]?.startsWith('-') && !shell.dialect.echoEscapes && !shell.shopt.get('xpg_echo')
  if (!plain) return echoWith(shell, args)
  const written = shell.print(`${args.join(' ')}\n`)
  return written instanceof Promise ? written.then(() => 0) : 0
}

/** With options, or with backslashes that mean something. */
function echoWith(shell: Shell, args: readonly string[]): BuiltinResult {
  let newline = true
  let escaped = shell.dialect.echoEscapes || (shell.shopt.get('xpg_echo') ?? false)
  let at = 0
  const letters = shell.dialect.name === 'dash' ? DASH_LETTERS : LETTERS
  for (; args[at]?.startsWith('-') && letters.test(args[at] ?? ''); at++) {
    const word = args[at] ?? ''
    for (const letter of word.slice(1)) {
      if (letter === 'n') newline = false
      else escaped = letter === 'e'
    }
  }
  let text = at === 0 ? args.join(' ') : args.slice(at).join(' ')
  if (escaped && text.includes('\\')) {
    const done = escapes(text, true, { unicode: shell.dialect.name === 'bash', hex: shell.dialect.name !== 'dash' })
    text = done.text
    if (done.ended) newline = false
  }
  const written = shell.print(newline ? `${text}\n` : text)
  return written instanceof Promise ? written.then(() => 0) : 0
}

export const outputBuiltins: readonly (readonly [string, Builtin])[] = [
  ['echo', { run: echo, pure: true }],
  ['printf', { run: printf, pure: true }],
]
