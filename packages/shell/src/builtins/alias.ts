import { singleQuote } from '../expand/quote.ts'
import { type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'

function* aliasBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { operands } = parseFlags(args, { flags: 'p' })
  const show = (name: string): string =>
    `${shell.dialect.name === 'bash' ? 'alias ' : ''}${name}=${singleQuote(shell.aliases.get(name) ?? '')}\n`
  if (operands.length === 0) yield* wait(shell.print([...shell.aliases.keys()].sort().map(show).join('')))
  let status = 0
  for (const word of operands) {
    const equals = word.indexOf('=')
    if (equals > 0) shell.aliases.set(word.slice(0, equals), word.slice(equals + 1))
    else if (shell.aliases.has(word)) yield* wait(shell.print(show(word)))
    else {
      yield* wait(shell.complain(`alias: ${word}: not found`))
      status = 1
    }
  }
  return status
}

function* unaliasBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'a' })
  if (options.has('a')) shell.aliases.clear()
  else if (operands.length === 0 && shell.dialect.name === 'bash') {
    yield* wait(shell.sys.write(2, encodeText('unalias: usage: unalias [-a] name [name ...]\n')))
    return 2
  }
  let status = 0
  for (const name of operands)
    if (!shell.aliases.delete(name)) {
      yield* wait(shell.complain(`unalias: ${name}: not found`))
      status = 1
    }
  return status
}

export const aliasBuiltins: readonly (readonly [string, Builtin])[] = [
  ['alias', { run: aliasBuiltin, pure: true }],
  ['unalias', { run: unaliasBuiltin }],
]
