import type { Process } from '@drydock/abi'
import { LineEditor, readLines } from '@drydock/libc'
import { binaryOfText } from '../resp/binary.ts'
import { splitArguments } from '../resp/split-arguments.ts'
import { commands } from '../commands/index.ts'
import { ConnectionError } from './connection.ts'
import type { CliSession } from './session.ts'

const HELP = (version: string): string => `redis-cli ${version}
To get help about Redis commands type:
      "help @<group>" to get a list of commands in <group>
      "help <command>" for help on <command>
      "help <tab>" to get a list of possible help topics
      "quit" to exit

To set redis-cli preferences:
      ":set hints" enable online hints
      ":set nohints" disable online hints
Set your preferences in ~/.redisclirc
`

function helpOn(name: string): string {
  const command = commands.get(name.toLowerCase())
  if (!command) return ''
  const keys = command.keys[0] === 0 ? '' : command.keys[1] < 0 ? ' key [key ...]' : ' key'
  return `\n  \x1b[1m${command.name.toUpperCase()}\x1b[0m${keys}${Math.abs(command.arity) > 2 ? ' ...' : ''}\n\n`
}

const complete = (before: string): readonly string[] => {
  if (before.includes(' ')) return []
  const names = [...commands.keys()].filter((name) => name.startsWith(before.toLowerCase()))
  return before === before.toLowerCase() ? names : names.map((name) => name.toUpperCase())
}

/** Commands typed at the prompt. @returns the status */
export async function repl(session: CliSession, { sys, env }: Process, version: string): Promise<number> {
  const editor = new LineEditor(sys, { complete, historyFile: `${env.get('HOME') ?? '/root'}/.rediscli_history` })
  try {
    await session.connect()
  } catch (error) {
    await session.failed(error)
  }
  for (;;) {
    const typed = await editor.read(session.prompt)
    if (typed.kind !== 'line') return 0
    const words = splitArguments(binaryOfText(typed.text))
    const [first = ''] = words ?? []
    if (words && first.toLowerCase() !== 'auth') await editor.remember(typed.text)
    if (!words) await session.io.print('Invalid argument(s)\n')
    else if (/^(quit|exit)$/i.test(first)) return 0
    else if (words.length > 0) await one(session, words, version)
    await session.io.out.flush()
  }
}

async function one(session: CliSession, words: readonly string[], version: string): Promise<void> {
  const [first = '', ...rest] = words
  if (/^(help|\?)$/i.test(first)) return void session.io.print(rest.length > 0 ? helpOn(rest[0] ?? '') : HELP(version))
  if (first === 'clear') return void session.io.print('\x1b[H\x1b[2J')
  if (first.startsWith(':')) return
  if (first.toLowerCase() === 'connect' && rest.length >= 2) {
    session.drop()
    session.options.host = rest[0] ?? ''
    session.options.port = Number(rest[1])
  }
  // A number in front repeats the command.
  const times = /^\d+$/.test(first) && rest.length > 0 ? Number(first) : 1
  const argv = times > 1 || /^\d+$/.test(first) ? rest : words
  try {
    if (first.toLowerCase() === 'connect') await session.connect()
    else for (let i = 0; i < times; i++) await again(session, argv)
  } catch (error) {
    await session.failed(error)
  }
}

/** A connection that the server closed meanwhile is opened anew, once. */
async function again(session: CliSession, argv: readonly string[]): Promise<void> {
  const before = session.connected
  try {
    await session.run(argv)
  } catch (error) {
    if (!(error instanceof ConnectionError) || !before || argv[0]?.toLowerCase() === 'shutdown') throw error
    session.drop()
    await session.run(argv)
  }
}

/** Commands from a pipe or a file, a line each. @returns the status */
export async function runLines(session: CliSession, exitOnError: boolean): Promise<number> {
  try {
    for await (const line of readLines(session.sys, 0)) {
      const words = splitArguments(binaryOfText(line))
      if (!words) await session.io.print('Invalid argument(s)\n')
      else if (/^(quit|exit)$/i.test(words[0] ?? '')) break
      else if (words.length > 0) {
        const reply = await session.run(words)
        if (exitOnError && reply instanceof Error) return 1
      }
    }
    return 0
  } catch (error) {
    return session.failed(error)
  } finally {
    await session.io.out.flush()
  }
}
