import { exitStatus, inet, isErrno, type Process, type Program, SIGINT, SIGPIPE, type Sys } from '@drydock/abi'
import { askPassword, dial, resolveHost, ResolveError, Stdio, writeAll } from '@drydock/libc'
import { type CommandLine, parseCommandLine, UsageError } from './command-line.ts'

export const VERSION = '2.5.10'
/** The node that mongosh brings along. */
const NODE = '/usr/lib/mongosh/node'
const SCRIPT_FD = 4
/** Reads the shell's script from where the program around it writes it. */
const BOOTSTRAP = `Function('require','process',require('fs').readFileSync(${SCRIPT_FD},'utf8'))(require,process)`
const SELECTION_TIMEOUT_MS = 2000

const USAGE = `
  $ mongosh [options] [db address] [file names (ending in .js or .mongodb)]

  Options:

    -h, --help                                 Show this usage information
    -f, --file [arg]                           Load the specified mongosh script
        --host [arg]                           Server to connect to
        --port [arg]                           Port to connect to
        --version                              Show version information
        --quiet                                Silence output from the shell during the connection process
        --shell                                Run the shell after executing files
        --norc                                 Will not run the '.mongoshrc.js' file on start up
        --eval [arg]                           Evaluate javascript
        --json[=canonical|relaxed]             Print result of --eval as Extended JSON, including errors

  Authentication Options:

    -u, --username [arg]                       Username for authentication
    -p, --password [arg]                       Password for authentication
        --authenticationDatabase [arg]         User source (defaults to dbname)

  DB Address Examples:

        foo                                    Foo database on local machine
        192.168.0.5/foo                        Foo database on 192.168.0.5 machine
        192.168.0.5:9999/foo                   Foo database on 192.168.0.5 machine on port 9999
        mongodb://192.168.0.5:9999/foo         Connection string URI can also be used

  File Names:

        A list of files to run. Files must end in .js and will exit after unless --shell is specified.

`

export const mongosh: Program = {
  name: 'mongodb/mongosh',
  paths: ['/usr/bin/mongosh'],
  covers: 'partial',
  lacks: [
    'the words of the shell before it, which its name mongo in images before 6 stands for',
    'connections beside its own: Mongo(), connect(), mongodb+srv and --nodb; TLS',
    'transactions and change streams; sharding helpers; snippets and .mongoshrc.js',
    'pretty words of what went wrong in a script’s syntax: those of its JavaScript engine stand there',
  ],
  summary: 'MongoDB’s shell: a prompt of JavaScript before a server',
  sizeBytes: 130_000_000,
  rssBytes: 60 * 1024 * 1024,
  main,
}

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  try {
    const asked = parseCommandLine(argv.slice(1))
    if (asked.flags.has('help')) return await say(io, USAGE, 0)
    if (asked.flags.has('version')) return await say(io, `${VERSION}\n`, 0)
    if (asked.flags.has('nodb') || asked.flags.has('tls'))
      throw new UsageError(`mongosh: --${asked.flags.has('tls') ? 'tls' : 'nodb'} is not simulated here`)
    return await open(process, io, asked)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await io.warn(`${error.message}\n`)
    return 1
  }
}

async function say(io: Stdio, text: string, status: number): Promise<number> {
  await io.print(text)
  await io.out.flush()
  return status
}

async function open(process: Process, io: Stdio, asked: CommandLine): Promise<number> {
  const { sys, env } = process
  const password =
    asked.user !== undefined && asked.password === null
      ? await askPassword(process, io, 'Enter password: ')
      : asked.password
  const interactive = asked.flags.has('shell') || (asked.evals.length === 0 && asked.files.length === 0)
  if (interactive && !asked.flags.has('quiet') && !sys.isatty(0)) await io.out.flush()
  const connection = await connected(sys, asked)
  const request = JSON.stringify({
    ...asked,
    flags: undefined,
    password: password ?? undefined,
    address: `${asked.host}:${asked.port}`,
    uri: uriOf(asked),
    interactive,
    quiet: asked.flags.has('quiet'),
    terminal: sys.isatty(0) && sys.isatty(1),
  })
  return runScript(sys, connection, new Map([...env, ['MONGOSH_REQUEST', request]]))
}

/** As the shell shows it when it connects. */
function uriOf({ host, port, database, user, parameters }: CommandLine): string {
  const who = user === undefined ? '' : '<credentials>@'
  const place = database === 'test' ? '' : database
  const more = `directConnection=true&serverSelectionTimeoutMS=${SELECTION_TIMEOUT_MS}&appName=mongosh+${VERSION}`
  return `mongodb://${who}${host}:${port}/${place}?${parameters === '' ? '' : `${parameters}&`}${more}`
}

/** @returns the descriptor of a connection @throws UsageError when nobody is there */
async function connected(sys: Sys, { host, port }: CommandLine): Promise<number> {
  try {
    const [address = ''] = await resolveHost(sys, host)
    return (await dial(sys, inet(address, port), SELECTION_TIMEOUT_MS)).fd
  } catch (error) {
    if (error instanceof ResolveError) throw new UsageError(`MongoNetworkError: getaddrinfo ENOTFOUND ${host}`)
    if (!isErrno(error)) throw error
    throw new UsageError(`MongoNetworkError: connect ${error.code} ${host}:${port}`)
  }
}

/** Its node reads the script from a pipe and speaks to the server through a descriptor. */
async function runScript(sys: Sys, connection: number, env: ReadonlyMap<string, string>): Promise<number> {
  const { default: script } = await import('virtual:mongosh')
  const [read, write] = sys.pipe()
  sys.sigaction(SIGINT, 'SIG_IGN')
  const fds = new Map([0, 1, 2].map((fd) => [fd, fd] as const)).set(3, connection).set(SCRIPT_FD, read)
  const pid = await sys.spawn(NODE, { argv: ['mongosh', '-e', BOOTSTRAP], env, fds, defaultSignals: [SIGINT] })
  sys.close(read)
  sys.close(connection)
  await feed(sys, write, script)
  const ended = await sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}

async function feed(sys: Sys, fd: number, script: string): Promise<void> {
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  try {
    await writeAll(sys, fd, new TextEncoder().encode(script))
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    sys.close(fd)
  }
}
