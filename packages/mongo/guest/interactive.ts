import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Document } from 'bson'
import { isUnfinished } from './evaluate.ts'
import { formatError } from './format.ts'
import { Quit, type Shell } from './shell.ts'

const MOST_HISTORY = 1000

/** Where lines that were typed are kept. */
const historyPath = (): string => `${process.env.HOME ?? '/root'}/.mongodb/mongosh/mongosh_repl_history`

function history(): string[] {
  try {
    return readFileSync(historyPath(), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-MOST_HISTORY)
      .reverse()
  } catch {
    return []
  }
}

function keep(line: string): void {
  try {
    appendFileSync(historyPath(), `${line}\n`)
  } catch {
    // A place that cannot be written to keeps nothing.
  }
}

/** `rs0 [direct: primary] test> ` */
function promptOf(shell: Shell): string {
  let state = ''
  try {
    const { setName, isWritablePrimary, isreplicaset } = shell.connection.command('admin', { hello: 1 })
    if (setName) state = `${String(setName)} [direct: ${isWritablePrimary ? 'primary' : 'other'}] `
    else if (isreplicaset) state = '[direct: other] '
  } catch {
    // Who cannot be asked has no state.
  }
  return `${state}${shell.db.getName()}> `
}

/** Names behind the last dot, and words that begin a line. */
function complete(shell: Shell, line: string): [string[], string] {
  const [, path = '', begun = ''] = /([\w.$]*\.)?([\w$]*)$/.exec(line) ?? []
  const words =
    path === ''
      ? ['db', 'use', 'show', 'help', 'exit', 'quit', 'it', 'rs', 'print', 'load', 'ObjectId', 'ISODate']
      : membersOf(shell, path.slice(0, -1))
  if (/^show\s+\w*$/.test(line))
    return [
      ['dbs', 'databases', 'collections', 'tables', 'users', 'roles', 'logs'].filter((each) => each.startsWith(begun)),
      begun,
    ]
  return [words.filter((each) => each.startsWith(begun)).map((each) => `${path}${each}`), `${path}${begun}`]
}

function membersOf(shell: Shell, path: string): string[] {
  const target = path.split('.').reduce<unknown>((at, name) => (at as Document | undefined)?.[name], globalThis)
  if (target === null || typeof target !== 'object') return []
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(target) as object).filter(
    (name) => /^[a-z]/.test(name) && name !== 'constructor',
  )
  return path === 'db' ? [...own, ...shell.db.getCollectionNames()] : own
}

/** Reads lines from a terminal until the end of the input. @returns the exit status */
export function converse(shell: Shell): Promise<number> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: promptOf(shell),
    history: history(),
    historySize: MOST_HISTORY,
    completer: (line: string) => complete(shell, line),
  })
  let typed = ''
  return new Promise((resolve) => {
    const end = (status: number): void => {
      resolve(status)
      lines.close()
    }
    let asked = false
    lines.on('line', (line) => {
      asked = false
      if (line.trim() !== '') keep(line)
      typed += typed === '' ? line : `\n${line}`
      const status = take(shell, typed)
      if (typeof status === 'number') return end(status)
      typed = status === 'more' ? typed : ''
      lines.setPrompt(status === 'more' ? '... ' : promptOf(shell))
      lines.prompt()
    })
    lines.on('SIGINT', () => {
      const empty = lines.line === '' && typed === ''
      if (empty && asked) return end(0)
      asked = empty
      typed = ''
      writeSync(1, empty ? '\n(To exit, press Ctrl+C again or Ctrl+D or type .exit)\n' : '\n')
      for (const name of ['e', 'u']) lines.write(null as unknown as string, { ctrl: true, name })
      lines.setPrompt(promptOf(shell))
      lines.prompt()
    })
    lines.on('close', () => resolve(0))
    lines.prompt()
  })
}

/** @returns an exit status when that was the last line, `more` when the text goes on */
function take(shell: Shell, text: string): number | 'more' | undefined {
  if (text.trim() === '') return undefined
  try {
    const shown = shell.run(text)
    if (shown !== '') shell.print(shown)
  } catch (error) {
    if (error instanceof Quit) return error.status
    if (isUnfinished(error) && !text.endsWith('\n\n')) return 'more'
    shell.print(
      error instanceof SyntaxError ? `Uncaught:\nSyntaxError: ${error.message}` : formatError(error, shell.look),
    )
  }
  return undefined
}

/** Lines that come through a pipe, each with the prompt before its answer. @returns the exit status */
export function followLines(shell: Shell, text: string): number {
  let typed = ''
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (typed === '') writeSync(1, promptOf(shell))
    typed += typed === '' ? line : `\n${line}`
    const status = take(shell, typed)
    if (typeof status === 'number') return status
    if (status !== 'more') typed = ''
    else writeSync(1, '... ')
  }
  writeSync(1, `${promptOf(shell)}\n`)
  return 0
}
