import { parseArgs } from 'node:util'
import { runConsole } from './console.ts'
import { runServe } from './serve.ts'

const USAGE = `Usage:
  drydock [--keep FOLDER]                                  the host's shell in this terminal
  drydock serve --socket PATH [--publish] [--keep FOLDER]  the engine on a real unix socket

Options:
  --keep FOLDER   keep the session in FOLDER and go on with it next time
  --publish       bind published ports on 127.0.0.1 as well
  --help          this text
`

/** @returns the exit status */
export async function main(argv: readonly string[]): Promise<number> {
  const parsed = parse(argv)
  if (typeof parsed === 'string') {
    console.error(`drydock: ${parsed}\n\n${USAGE}`)
    return 2
  }
  const { values, positionals } = parsed
  const [command, ...rest] = positionals
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  if (command === undefined) return runConsole(values.keep)
  if (command !== 'serve' || rest.length > 0 || values.socket === undefined) {
    console.error(USAGE)
    return 2
  }
  return runServe({ socket: values.socket, publish: values.publish ?? false, folder: values.keep })
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        socket: { type: 'string' },
        publish: { type: 'boolean' },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
