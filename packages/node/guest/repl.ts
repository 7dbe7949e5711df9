import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { inspect } from './inspect.ts'
import { loop } from './loop.ts'
import { Exit, type NodeProcess } from './process.ts'
import type { Readable } from 'readable-stream'

const print = (text: string): void => void callSync('write', [1], Buffer.from(text))
const HELP = '.exit     Exit the REPL\n.help     Print this help message\n'

/** Reads a line, evaluates it, prints the value. Incomplete input goes on in the next line. */
export function startRepl(process: NodeProcess & { stdin?: Readable }, require: unknown): void {
  const scope = globalThis as unknown as Record<string, unknown>
  scope.require = require
  let typed = ''
  const input = (process as unknown as { stdin: Readable }).stdin
  const prompt = (): void => print(typed === '' ? '> ' : '... ')
  print(`Welcome to Node.js ${process.version}.\nType ".help" for more information.\n`)
  input.setEncoding('utf8')
  let rest = ''
  input.on('data', ((text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }) as never)
  input.on('end', (() => {
    print('\n')
    loop.onError(new Exit(0))
  }) as never)
  prompt()

  function take(line: string): void {
    if (typed === '' && line.trim() === '.exit') return loop.onError(new Exit(0))
    if (typed === '' && line.trim() === '.help') print(HELP)
    else evaluate(`${typed}${line}\n`)
    prompt()
  }

  function evaluate(text: string): void {
    typed = ''
    if (text.trim() === '') return
    try {
      // oxlint-disable-next-line no-eval -- evaluating what is typed is the task
      const value: unknown = (0, eval)(
        /^\s*\{/.test(text) && !/;\s*$/.test(text) ? `(${text})` : text.replaceAll(/^\s*(?:const|let)\s/gm, 'var '),
      )
      scope._ = value
      print(`${inspect(value, { colors: true })}\n`)
    } catch (error) {
      if (error instanceof Exit) return loop.onError(error)
      if (
        error instanceof SyntaxError &&
        /unexpected (end|token: ''|token in expression: '')|expecting '\}'|unexpected end/i.test(error.message)
      )
        typed = text
      else print(`Uncaught ${error instanceof Error ? inspect(error) : inspect(error)}\n`)
    }
  }
}
