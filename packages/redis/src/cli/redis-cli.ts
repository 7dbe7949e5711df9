import { isErrno, type Process, type Program, SIGPIPE } from '@drydock/abi'
import { readAll, Stdio } from '@drydock/libc'
import { binaryOf, binaryOfText } from '../resp/binary.ts'
import { DEFAULT_VERSION } from '../redis-server.ts'
import { splitArguments } from '../resp/split-arguments.ts'
import { CliUsageError, type CliOptions, readOptions } from './options.ts'
import { bigkeys, latency, pipe, scan, stat } from './modes.ts'
import { repl, runLines } from './repl.ts'
import { CliSession } from './session.ts'

const USAGE = (version: string): string => `redis-cli ${version}

Usage: redis-cli [OPTIONS] [cmd [arg [arg ...]]]
  -h <hostname>      Server hostname (default: 127.0.0.1).
  -p <port>          Server port (default: 6379).
  -s <socket>        Server socket (overrides hostname and port).
  -a <password>      Password to use when connecting to the server.
  --user <username>  Used to send ACL style 'AUTH username pass'. Needs -a.
  --pass <password>  Alias of -a for consistency with the new --user option.
  -u <uri>           Server URI on format redis://user:password@host:port/dbnum
  -r <repeat>        Execute specified command N times.
  -i <interval>      When -r is used, waits <interval> seconds per command.
  -n <db>            Database number.
  -2                 Start session in RESP2 protocol mode.
  -3                 Start session in RESP3 protocol mode.
  -x                 Read last argument from STDIN.
  -e                 Return exit error code when command execution fails.
  --raw              Use raw formatting for replies (default when STDOUT is not a tty).
  --no-raw           Force formatted output even when STDOUT is not a tty.
  --csv              Output in CSV format.
  --json             Output in JSON format (default RESP3, use -2 if you want to use with RESP2).
  --stat             Print rolling stats about server: mem, clients, ...
  --latency          Enter a special mode continuously sampling latency.
  --pipe             Transfer raw Redis protocol from stdin to server.
  --bigkeys          Sample Redis keys looking for keys with many elements.
  --scan             List all keys using the SCAN command.
  --pattern <pat>    Keys pattern when using the --scan option (default: *).
  --count <count>    Count option when using the --scan option.
  --no-auth-warning  Don't show warning message when using password on command line interface.
  --help             Output this help and exit.
  --version          Output version and exit.

When no command is given, redis-cli starts in interactive mode.
Type "help" in interactive mode for information on available commands
and settings.
`

/** redis-cli: commands from the command line, a pipe or the prompt. */
export const redisCli: Program = {
  name: 'redis/redis-cli',
  paths: ['/usr/local/bin/redis-cli', '/usr/bin/redis-cli'],
  covers: 'partial',
  lacks: ['--cluster', '--eval', '--memkeys, --hotkeys', '--rdb', '--replica', 'TLS', 'hints while typing'],
  summary: 'asks a Redis server: at a prompt, from a pipe, or one command',
  sizeBytes: 7_800_000,
  main,
}

const MODES = { scan, bigkeys, stat, latency, pipe } as const

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const version = env.get('REDIS_VERSION') ?? DEFAULT_VERSION
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  try {
    const options = readOptions(argv.slice(1), env)
    const status = await run(process, io, options, version)
    await io.out.flush()
    return status
  } catch (error) {
    if (isErrno(error)) return 1
    if (!(error instanceof CliUsageError)) throw error
    await io.warn(`${error.message}\n`)
    return 1
  }
}

async function run(process: Process, io: Stdio, options: CliOptions, version: string): Promise<number> {
  const { sys } = process
  if (options.mode === 'version' || options.mode === 'help') {
    await io.print(options.mode === 'help' ? USAGE(version) : `redis-cli ${version}\n`)
    return 0
  }
  if (options.password !== '' && !options.noWarning)
    await io.warn("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n")
  const style = options.style ?? (sys.isatty(1) ? 'standard' : 'raw')
  const session = new CliSession(sys, io, options, style)
  try {
    if (options.mode !== 'command') return await MODES[options.mode](session)
    if (options.words.length === 0 && !options.stdinLast)
      return sys.isatty(0) ? await repl(session, process, version) : await runLines(session, options.exitOnError)
    return await runCommand(session, options)
  } catch (error) {
    return session.failed(error)
  }
}

async function runCommand(session: CliSession, options: CliOptions): Promise<number> {
  const words = options.words.map((word) =>
    options.quotedInput ? (splitArguments(binaryOfText(word))?.[0] ?? word) : binaryOfText(word),
  )
  if (options.stdinLast) words.push(binaryOf(await readAll(session.sys, 0)))
  let failed = false
  for (let i = 0; options.repeat < 0 || i < options.repeat; i++) {
    if (i > 0 && options.intervalMs > 0) await session.sys.sleep(options.intervalMs)
    if ((await session.run(words)) instanceof Error) failed = true
  }
  return failed && options.exitOnError ? 1 : 0
}
