import { fstatSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { runConsole } from './console.ts'
import { openHeadless } from './headless.ts'
import { runServe } from './serve.ts'

const USAGE = `Usage:
  drydock [--keep FOLDER]                                  the host's shell in this terminal
  drydock -c COMMAND [--engine SOCKET] [--keep FOLDER]     one command line on the host, with its exit status
  drydock serve --socket PATH [--publish] [--keep FOLDER]  the engine on a real unix socket

Options:
  --engine SOCKET the host's docker speaks to the real engine at this unix socket
  --keep FOLDER   keep the session in FOLDER and go on with it next time
  --publish       bind published ports on 127.0.0.1 as well
  --help          this text
`

const DAY_MS = 86_400_000
const ENVIRONMENT = {
  HOME: '/root',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
}

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
  if (values.command !== undefined && command === undefined)
    return runLine(values.command, { engine: values.engine, folder: values.keep })
  if (command === undefined) return runConsole(values.keep)
  if (command !== 'serve' || rest.length > 0 || values.socket === undefined) {
    console.error(USAGE)
    return 2
  }
  return runServe({ socket: values.socket, publish: values.publish ?? false, folder: values.keep })
}

/** Standard input and output are this process's; the host sees no terminal. */
async function runLine(line: string, place: Parameters<typeof openHeadless>[0]): Promise<number> {
  const host = await openHeadless(place)
  const env = new Map(Object.entries({ ...ENVIRONMENT, ...(host.engine ? { DOCKER_HOST: host.engine } : {}) }))
  const input = process.stdin.isTTY ? {} : { input: new Uint8Array(await buffer(process.stdin)) }
  // Whoever does not read any more is told of by `print`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const argv = ['/bin/bash', '-c', line]
  const how = { timeoutMs: DAY_MS, onOutput: print, joined: sameFile(1, 2) }
  const { exitStatus } = await host.run({ argv, env, cwd: '/root', ...how, ...input })
  await host.close()
  return exitStatus
}

function sameFile(fd: number, other: number): boolean {
  const [one, two] = [fstatSync(fd), fstatSync(other)]
  return one.dev === two.dev && one.ino === two.ino
}

/** Resolves when there is room for more: a host that floods waits for whoever reads. False when nobody reads any more. */
const print = (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => process[stream].write(bytes, (error) => resolve(!error)))

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        socket: { type: 'string' },
        publish: { type: 'boolean' },
        keep: { type: 'string' },
        command: { type: 'string', short: 'c' },
        engine: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
