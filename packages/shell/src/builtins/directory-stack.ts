import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { changeTo, currentFolder } from './folders.ts'
import { usageLine } from './help-topics.ts'

const shorten = (shell: Shell, path: string): string => {
  const home = shell.variables.get('HOME') ?? ''
  return home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path
}

interface StackWords {
  readonly letters: ReadonlySet<string>
  /** Counted from the left of the whole stack. */
  readonly index: number | undefined
  readonly text: string
  readonly operand: string | undefined
}

/** `+N` or `-N` among the arguments, and the letters before it. @throws FatalError with the usage for anything else */
function stackWords(shell: Shell, args: readonly string[], known: string, name: string): StackWords {
  const letters = new Set<string>()
  const size = shell.directories.length + 1
  for (const [at, word] of args.entries()) {
    if (word === '--') return { letters, index: undefined, text: '', operand: args[at + 1] }
    if (/^[-+]\d+$/.test(word)) {
      const count = Number(word.slice(1))
      return { letters, index: word.startsWith('+') ? count : size - 1 - count, text: word, operand: undefined }
    }
    if (!/^[-+]./.test(word)) return { letters, index: undefined, text: '', operand: word }
    if (![...word.slice(1)].every((letter) => word.startsWith('-') && known.includes(letter)))
      throw new FatalError(`${word}: invalid number\n${usageLine(name)}`, 2, false)
    for (const letter of word.slice(1)) letters.add(letter)
  }
  return { letters, index: undefined, text: '', operand: undefined }
}

/** @throws FatalError when there is no such entry */
function checkIndex(shell: Shell, { index, text }: StackWords): void {
  if (index === undefined || (index >= 0 && index <= shell.directories.length)) return
  const empty = shell.directories.length === 0
  throw new FatalError(empty ? 'directory stack empty' : `${text}: directory stack index out of range`, 1, false)
}

export function* dirs(shell: Shell, args: readonly string[]): Steps<number> {
  const words = stackWords(shell, args, 'clpv', 'dirs')
  const { letters, index } = words
  if (letters.has('c')) {
    shell.directories = []
    return 0
  }
  checkIndex(shell, words)
  const stack = [currentFolder(shell), ...shell.directories].map((path, at) => {
    const shown = letters.has('l') ? path : shorten(shell, path)
    return letters.has('v') ? `${String(at).padStart(2)}  ${shown}` : shown
  })
  const chosen = index === undefined ? stack : stack.slice(index, index + 1)
  yield* wait(shell.print(`${chosen.join(letters.has('p') || letters.has('v') ? '\n' : ' ')}\n`))
  return 0
}

export function* pushd(shell: Shell, args: readonly string[]): Steps<number> {
  const words = stackWords(shell, args, 'n', 'pushd')
  const { letters, index, operand } = words
  const here = currentFolder(shell)
  if (operand === undefined) {
    if (index === undefined && shell.directories.length === 0) throw new FatalError('no other directory', 1, false)
    if (index !== undefined && shell.directories.length === 0) throw new FatalError('directory stack empty', 1, false)
    checkIndex(shell, words)
    return yield* turn(shell, index, letters.has('n'))
  }
  if (letters.has('n')) shell.directories = [operand, ...shell.directories]
  else {
    const status = yield* changeTo(shell, operand, 'pushd', false)
    if (status !== 0) return status
    shell.directories = [here, ...shell.directories]
  }
  return yield* dirs(shell, [])
}

/** Turns the stack so that an entry is on top; without a number the two at the top change places. */
function* turn(shell: Shell, index: number | undefined, stays: boolean): Steps<number> {
  const [here = '/', next = '/', ...rest] = [currentFolder(shell), ...shell.directories]
  const stack = [here, next, ...rest]
  const turned = index === undefined ? [next, here, ...rest] : [...stack.slice(index), ...stack.slice(0, index)]
  const status = stays ? 0 : yield* changeTo(shell, turned[0] ?? here, 'pushd', false)
  if (status !== 0) return status
  shell.directories = turned.slice(1)
  return yield* dirs(shell, [])
}

export function* popd(shell: Shell, args: readonly string[]): Steps<number> {
  const words = stackWords(shell, args, 'n', 'popd')
  const { letters, index = 0 } = words
  if (shell.directories.length === 0) throw new FatalError('directory stack empty', 1, false)
  checkIndex(shell, words)
  if (index > 0 || letters.has('n')) {
    shell.directories.splice(Math.max(0, index - 1), 1)
    return yield* dirs(shell, [])
  }
  const status = yield* changeTo(shell, shell.directories[0] ?? '/', 'popd', false)
  if (status !== 0) return status
  shell.directories = shell.directories.slice(1)
  return yield* dirs(shell, [])
}
