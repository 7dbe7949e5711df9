import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { runText } from '../interp/script.ts'
import type { Shell } from '../interp/shell.ts'
import { HistoryError, HistoryExpansion, newMemory } from '../readline/history-expansion.ts'
import { addHistory, appendHistory, historyFile, loadHistoryFile, writeHistory } from '../readline/history-file.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'
import { tooMany } from './numeric.ts'

const FILE_LETTERS = ['a', 'n', 'r', 'w'] as const

export function* history(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'cawrnps', values: 'd' })
  const files = FILE_LETTERS.filter((letter) => options.has(letter))
  if (files.length > 1) throw new FatalError('cannot use more than one of -anrw', 1, false)
  if (options.has('c')) clear(shell)
  const offset = options.get('d')
  if (offset !== undefined) return deleteLines(shell, offset)
  if (options.has('s')) {
    if (shell.options.has('history') && shell.interactive) shell.history.pop()
    if (operands.length) addHistory(shell, operands.join(' '))
    return 0
  }
  if (options.has('p')) return yield* printExpanded(shell, operands)
  const [file] = files
  if (file) return fileAction(shell, file, operands[0])
  if (options.has('c')) return 0
  return yield* list(shell, operands)
}

function clear(shell: Shell): void {
  shell.history.length = 0
  Object.assign(shell.historyCounts, { unsaved: 0, dropped: 0 })
}

/** The place of a line by its number, or from the end. */
function placeOf(shell: Shell, text: string): number {
  const number = Number(text)
  const place = text.startsWith('-') ? shell.history.length + number : number - 1 - shell.historyCounts.dropped
  if (!/^-?\d+$/.test(text) || place < 0 || place >= shell.history.length)
    throw new FatalError(`${text}: history position out of range`, 1, false)
  return place
}

function deleteLines(shell: Shell, text: string): number {
  const range = /^(-?\d+)-(-?\d+)$/.exec(text)
  const from = placeOf(shell, range?.[1] ?? text)
  const to = placeOf(shell, range?.[2] ?? text)
  if (from > to) throw new FatalError(`${text}: history position out of range`, 1, false)
  shell.history.splice(from, to - from + 1)
  return 0
}

function* printExpanded(shell: Shell, words: readonly string[]): Steps<number> {
  let status = 0
  for (const word of words) {
    try {
      const { text } = new HistoryExpansion(shell.history, shell.historyCounts.dropped + 1, newMemory()).expand(word)
      yield* wait(shell.print(`${text}\n`))
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error
      yield* wait(shell.complain(`history: ${word}: history expansion failed`))
      status = 1
    }
  }
  return status
}

function fileAction(shell: Shell, letter: (typeof FILE_LETTERS)[number], named: string | undefined): number {
  const path = named ?? historyFile(shell)
  if (path === undefined) return 1
  try {
    if (letter === 'a') return shell.historyCounts.unsaved === 0 || appendHistory(shell, path) ? 0 : 1
    if (letter === 'w') return writeHistory(shell, path) ? 0 : 1
    loadHistoryFile(shell, path, letter === 'n')
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    if (named !== undefined) throw new FatalError(`${path}: ${error.message}`, 1, false)
    return 1
  }
}

function* list(shell: Shell, [text, more]: readonly string[]): Steps<number> {
  if (text !== undefined && !/^[-+]?\d+$/.test(text))
    throw new FatalError(`${text}: numeric argument required`, 1, false)
  if (more !== undefined) yield* tooMany(shell, 'history')
  const count = text === undefined ? shell.history.length : Math.abs(Number(text))
  const from = Math.max(0, shell.history.length - count)
  const first = shell.historyCounts.dropped + 1
  const times = shell.variables.get('HISTTIMEFORMAT') === undefined ? '' : ' '
  const lines = shell.history
    .slice(from)
    .map((line, at) => `${String(first + from + at).padStart(5)}  ${times}${line}\n`)
  yield* wait(shell.print(lines.join('')))
  return 0
}

/** The place of fc's `first` and `last`: a number, or the beginning of a command. */
function found(shell: Shell, text: string, length: number): number {
  if (/^-?\d+$/.test(text)) {
    const number = Number(text)
    const place = number < 0 ? length + number : number - 1 - shell.historyCounts.dropped
    return Math.min(Math.max(0, place), length - 1)
  }
  const place = shell.history.slice(0, length).findLastIndex((line) => line.startsWith(text))
  if (place < 0) throw new FatalError('no command found', 1, false)
  return place
}

export function* fc(shell: Shell, args: readonly string[]): Steps<number> {
  const digits = args.findIndex((word) => /^-\d+$/.test(word))
  const head = digits < 0 ? args : args.slice(0, digits)
  const parsed = parseFlags(head, { flags: 'lnrs', values: 'e' })
  const operands = [...parsed.operands, ...(digits < 0 ? [] : args.slice(digits))]
  const { options } = parsed
  // The command itself was remembered already.
  const length = shell.interactive ? shell.history.length - 1 : shell.history.length
  if (options.has('s') || options.get('e') === '-') return yield* again(shell, operands, length)
  if (length <= 0) return 0
  const listing = options.has('l')
  const [first = listing ? '-16' : '-1', last = listing ? '-1' : first] = operands
  const [from, to] = [found(shell, first, length), found(shell, last, length)]
  const reverse = options.has('r') !== from > to
  const places = Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => Math.min(from, to) + at)
  const chosen = reverse ? places.reverse() : places
  if (!listing) return yield* edit(shell, chosen, options.get('e'))
  const number = (at: number): string => (options.has('n') ? '' : String(at + 1 + shell.historyCounts.dropped))
  yield* wait(shell.print(chosen.map((at) => `${number(at)}\t ${shell.history[at]}\n`).join('')))
  return 0
}

/** `fc -s [old=new] [command]`: runs it again. */
function* again(shell: Shell, operands: readonly string[], length: number): Steps<number> {
  const changes = operands.filter(
    (word, at) => word.includes('=') && operands.slice(0, at).every((each) => each.includes('=')),
  )
  const target = operands[changes.length] ?? '-1'
  if (length <= 0) throw new FatalError('no command found', 1, false)
  let line = shell.history[found(shell, target, length)] ?? ''
  for (const change of changes) {
    const equals = change.indexOf('=')
    line = line.replaceAll(change.slice(0, equals), () => change.slice(equals + 1))
  }
  yield* wait(shell.sys.write(2, encodeText(`${line}\n`)))
  if (shell.interactive) shell.history[shell.history.length - 1] = line
  return yield* runText(shell, line)
}

/** Hands the commands to an editor and runs what comes back. */
function* edit(shell: Shell, places: readonly number[], named: string | undefined): Steps<number> {
  const editor = named ?? shell.variables.get('FCEDIT') ?? shell.variables.get('EDITOR') ?? 'vi'
  const path = `/tmp/bash-fc.${shell.sys.getpid()}${shell.random()}`
  const fd = shell.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  shell.sys.pwrite(fd, encodeText(places.map((at) => `${shell.history[at]}\n`).join('')), 0)
  shell.sys.close(fd)
  try {
    const status = yield* runText(shell, `${editor} ${path}`)
    if (status !== 0) return status
    const reader = shell.sys.open(path, O_RDONLY)
    const text = decodeBytes(yield* wait(readAll(shell.sys, reader)))
    shell.sys.close(reader)
    yield* wait(shell.sys.write(2, encodeText(text)))
    if (shell.interactive) shell.history[shell.history.length - 1] = text.replace(/\n$/, '')
    return yield* runText(shell, text)
  } finally {
    shell.sys.unlink(path)
  }
}
