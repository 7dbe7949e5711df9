import { isErrno, O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'

const MOST_LINES = 500

function fileOf(shell: Shell): string | undefined {
  const file = shell.variables.find('HISTFILE')
  if (file) return file.value || undefined
  const home = shell.variables.get('HOME')
  return home === undefined ? undefined : `${home}/.${shell.dialect.name}_history`
}

export function* loadHistory(shell: Shell): Steps<void> {
  const path = fileOf(shell)
  if (path === undefined || shell.dialect.name === 'dash') return
  try {
    const fd = shell.sys.open(path, O_RDONLY)
    const text = decodeBytes(yield* wait(readAll(shell.sys, fd)))
    shell.sys.close(fd)
    shell.history = text.split('\n').filter(Boolean).slice(-MOST_LINES)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Keeps the command, in the file at once: a power cut takes no history with it. */
export function* remember(shell: Shell, text: string): Steps<void> {
  const control = (shell.variables.get('HISTCONTROL') ?? '').split(':')
  const both = control.includes('ignoreboth')
  if (text.trim() === '') return
  if (text.startsWith(' ') && (both || control.includes('ignorespace'))) return
  if (text === shell.history.at(-1) && (both || control.includes('ignoredups'))) return
  if (control.includes('erasedups')) shell.history = shell.history.filter((line) => line !== text)
  shell.history.push(text)
  const path = fileOf(shell)
  if (path === undefined) return
  try {
    const fd = shell.sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    yield* wait(shell.sys.write(fd, encodeText(`${text}\n`)))
    shell.sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** An event that is not in the history. */
export class EventNotFound extends Error {}

const EVENT = /\\!|'[^']*'|!(?:(!)|(-?\d+)|\?([^?\n]+)\??|([$^*])|([A-Za-z_./][^\s:;&|'"]*))(?::(\$|\^|\*|\d+))?/g

/** `!!`, `!n`, `!-n`, `!text`, `!$`… history(3), "HISTORY EXPANSION". @throws EventNotFound */
export function expandHistory(history: readonly string[], text: string): string {
  if (!text.includes('!') && !text.startsWith('^')) return text
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(text)
  if (quick) return (history.at(-1) ?? '').replace(quick[1] ?? '', () => quick[2] ?? '')
  return text.replace(
    EVENT,
    (match, last?: string, number?: string, inside?: string, mark?: string, start?: string, word?: string) => {
      if (!match.startsWith('!')) return match
      const event =
        last || mark
          ? history.at(-1)
          : number
            ? numbered(history, Number(number))
            : inside
              ? history.findLast((line) => line.includes(inside))
              : history.findLast((line) => line.startsWith(start ?? ''))
      if (event === undefined) throw new EventNotFound(`${match}: event not found`)
      const designator = mark ?? word
      return designator === undefined ? event : pick(event, designator)
    },
  )
}

const numbered = (history: readonly string[], number: number): string | undefined =>
  number < 0 ? history.at(number) : history[number - 1]

function pick(event: string, designator: string): string {
  const words = event.trim().split(/\s+/)
  if (designator === '$') return words.at(-1) ?? ''
  if (designator === '*') return words.slice(1).join(' ')
  return words[designator === '^' ? 1 : Number(designator)] ?? ''
}
