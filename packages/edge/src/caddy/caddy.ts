import { isErrno, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY, type Process, SIGINT, SIGTERM, type Sys } from '@drydock/abi'
import { bcrypt } from '@drydock/crypto'
import { readTextFile, Stdio, writeAll } from '@drydock/libc'
import { adapt } from './adapter.ts'
import { Admin, askAdmin } from './admin.ts'
import type { CaddyConfig, Route } from './config.ts'
import { formatted } from './format.ts'
import { Journal } from './journal.ts'
import { parseCaddyfile } from './parse.ts'
import { CaddyServers, ConfigError } from './server.ts'
import { CaddyfileError } from './tokens.ts'

const DEFAULT_VERSION = 'v2.11.4'

/** Ends the command with a message. */
class Refusal extends Error {}

class Call {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly words: readonly string[]
  readonly journal: Journal

  constructor(process: Process, words: readonly string[]) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.words = words
    this.journal = new Journal(process.sys, this.io)
  }

  /** `--name value`, `--name=value`, `-n value`. */
  flag(name: string, short = '\0'): string | undefined {
    const at = this.words.findIndex((word) => [`--${name}`, `-${short}`].includes(word.split('=')[0] ?? ''))
    const word = this.words[at]
    if (word === undefined) return undefined
    return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (this.words[at + 1] ?? '')
  }
  has(...names: readonly string[]): boolean {
    return this.words.some((word) => names.includes(word))
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

async function readConfigFile({ sys }: Call, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`Error: reading config from file: open ${path}: ${lower(error.message)}`)
  }
}

/** Files by a pattern with one star at most, beside the file that names them. */
async function filesFor(sys: Sys, pattern: string, from: string): Promise<ReadonlyMap<string, string>> {
  const base = from.includes('/') ? from.slice(0, from.lastIndexOf('/') + 1) : ''
  const whole = pattern.startsWith('/') ? pattern : base + pattern
  const folder = whole.includes('/') ? whole.slice(0, whole.lastIndexOf('/')) || '/' : '.'
  const [before = '', after] = (whole.split('/').at(-1) ?? '').split('*')
  const found = new Map<string, string>()
  try {
    const names =
      after === undefined
        ? [before]
        : sys
            .readdir(folder)
            .map(({ name }) => name)
            .toSorted()
    for (const name of names)
      if (after === undefined || (name.startsWith(before) && name.endsWith(after))) {
        const path = whole.includes('/') ? `${folder}/${name}` : name
        found.set(path, await readTextFile(sys, path))
      }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return found
}

/** @throws CaddyfileError, ConfigError */
export async function configFrom(
  { process, sys }: Call,
  text: string,
  file: string,
  adapter: string | undefined,
): Promise<CaddyConfig> {
  const isCaddyfile = adapter === 'caddyfile' || (adapter === undefined && !file.endsWith('.json'))
  if (!isCaddyfile) {
    try {
      return JSON.parse(text) as CaddyConfig
    } catch (error) {
      throw new ConfigError(`decoding config: ${error instanceof Error ? error.message : ''}`)
    }
  }
  const sources = {
    env: (name: string) => process.env.get(name) ?? '',
    read: (pattern: string, from: string) => filesFor(sys, pattern, from),
  }
  return adapt(await parseCaddyfile(text, file, sources), file)
}

function defaultFile({ sys }: Call): string | undefined {
  try {
    sys.stat('Caddyfile')
    return 'Caddyfile'
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

async function loaded(call: Call): Promise<{ config: CaddyConfig; file: string | undefined }> {
  const file = call.flag('config', 'c') ?? defaultFile(call)
  if (file === undefined) return { config: {}, file }
  const text = await readConfigFile(call, file)
  const adapter = call.flag('adapter', 'a')
  await call.journal.tell('info', '', 'using config from file', { file })
  try {
    const config = await configFrom(call, text, file, adapter)
    if (!file.endsWith('.json')) {
      await call.journal.tell('info', '', 'adapted config to JSON', { adapter: 'caddyfile' })
      if (formatted(text) !== text)
        await call.journal.tell(
          'warn',
          '',
          "Caddyfile input is not formatted; run 'caddy fmt --overwrite' to fix inconsistencies",
          {
            adapter: 'caddyfile',
            file,
            line:
              1 +
              formatted(text)
                .split('\n')
                .findIndex((line, at) => line !== text.split('\n')[at]),
          },
        )
    }
    return { config, file }
  } catch (error) {
    if (error instanceof CaddyfileError) throw new Refusal(`Error: adapting config using caddyfile: ${error.message}`)
    throw error
  }
}

const dataOf = ({ process: { env } }: Call): string =>
  env.get('XDG_DATA_HOME') ?? `${env.get('HOME') ?? '/root'}/.local/share`

type Command = (call: Call) => Promise<number>

const run: Command = async (call) => {
  return serve(call, (await loaded(call)).config)
}

async function serve(call: Call, config: CaddyConfig): Promise<number> {
  const { sys, journal } = call
  const servers = new CaddyServers(sys, journal, dataOf(call))
  if (config.logging?.logs?.default?.level === 'DEBUG') journal.least = 'debug'
  const admin = config.admin?.disabled
    ? undefined
    : new Admin(sys, servers, journal, (text, path, adapter) => configFrom(call, text, path, adapter))
  if (admin) await admin.start(config.admin?.listen ?? 'localhost:2019')
  await servers.load(config)
  const saved = `${call.process.env.get('XDG_CONFIG_HOME') ?? `${call.process.env.get('HOME') ?? '/root'}/.config`}/caddy/autosave.json`
  await save(sys, saved, JSON.stringify(config))
  await journal.tell('info', '', 'autosaved config (load with --resume flag)', { file: saved })
  await journal.tell('info', '', 'serving initial configuration')
  return new Promise((resolve) => {
    const end = (signal: string) => async (): Promise<void> => {
      await journal.tell('info', '', 'shutting down apps, then terminating', { signal })
      await journal.tell('warn', '', 'exiting; byeee!! 👋', { signal })
      await journal.tell('info', '', 'shutdown complete', { signal, exit_code: 0 })
      resolve(0)
    }
    sys.sigaction(SIGTERM, () => void end('SIGTERM')())
    sys.sigaction(SIGINT, () => void end('SIGINT')())
    admin?.onStop(() => void end('api')())
  })
}

async function save(sys: Sys, path: string, text: string): Promise<void> {
  try {
    const folders = path.split('/').slice(1, -1)
    folders.forEach((_, at) => {
      try {
        sys.mkdir(`/${folders.slice(0, at + 1).join('/')}`, 0o700)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
    })
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    await writeAll(sys, fd, new TextEncoder().encode(text))
    sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** The same in the background. The child reads the configuration anew; its sockets are its own. */
const start: Command = async (call) => {
  await loaded(call)
  const { sys, words } = call
  const pid = sys.fork(
    async (child) => {
      const quiet = child.sys.open('/dev/null', O_RDWR)
      for (const stream of [0, 1, 2]) child.sys.dup2(quiet, stream)
      return run(new Call(child, words))
    },
    { setsid: true, orphanOf: 'reaper', argv: ['caddy', 'run', ...words] },
  )
  await call.io.print(`Successfully started Caddy (pid=${pid}) - Caddy is running in the background\n`)
  return 0
}

const adaptCommand: Command = async (call) => {
  const file = call.flag('config', 'c') ?? defaultFile(call) ?? 'Caddyfile'
  const text = await readConfigFile(call, file).catch((error: unknown) => {
    throw error instanceof Refusal
      ? new Refusal(error.message.replace('reading config from file', 'reading input file'))
      : error
  })
  try {
    const config = await configFrom(call, text, file, call.flag('adapter', 'a') ?? 'caddyfile')
    await call.io.print(`${call.has('--pretty', '-p') ? JSON.stringify(config, null, '\t') : JSON.stringify(config)}\n`)
  } catch (error) {
    if (error instanceof CaddyfileError) throw new Refusal(`Error: ${error.message}`)
    throw error
  }
  return 0
}

const validate: Command = async (call) => {
  const { config } = await loaded(call)
  const { journal, io } = call
  new CaddyServers(call.sys, journal, dataOf(call)).check(config)
  await io.print('Valid configuration\n')
  return 0
}

const fmt: Command = async (call) => {
  const path = call.words.find((word) => !word.startsWith('-')) ?? (call.has('-') ? '-' : 'Caddyfile')
  const text = await readConfigFile(call, path === '-' ? '/dev/stdin' : path)
  const result = formatted(text)
  if (call.has('--overwrite', '-w')) {
    const fd = call.sys.open(path, O_WRONLY | O_TRUNC)
    await writeAll(call.sys, fd, new TextEncoder().encode(result))
    call.sys.close(fd)
    return 0
  }
  await call.io.print(result)
  return 0
}

const reload: Command = async (call) => {
  const file = call.flag('config', 'c') ?? defaultFile(call)
  if (file === undefined) throw new Refusal('Error: no config file to load')
  const { config } = await loaded(call)
  return tellAdmin(call, 'POST', '/load', JSON.stringify(config))
}

async function tellAdmin(call: Call, method: string, path: string, body: string): Promise<number> {
  const address = call.flag('address') ?? 'localhost:2019'
  const problem = await askAdmin(call.sys, address, method, path, body)
  if (problem === undefined) return 0
  throw new Refusal(`Error: sending configuration to instance: ${problem}`)
}

/** One server for a command that needs no file; without an administration. */
const quick = (listen: string, routes: readonly Route[], logs: boolean): CaddyConfig => ({
  admin: { disabled: true },
  apps: { http: { servers: { static: { listen: [listen], routes, ...(logs && { logs: {} }) } } } },
})

const fileServerCommand: Command = async (call) => {
  const listen = call.flag('listen', 'l') ?? (call.flag('domain', 'd') === undefined ? ':80' : ':443')
  const root = call.flag('root', 'r')
  const handler = {
    handler: 'file_server',
    ...(root !== undefined && { root }),
    ...(call.has('--browse', '-b') && { browse: {} }),
  }
  await call.journal.tell('info', '', `Caddy serving static files on ${listen}`)
  return serve(call, quick(listen, [{ handle: [handler] }], call.has('--access-log', '-a')))
}

const reverseProxyCommand: Command = async (call) => {
  const from = call.flag('from', 'f') ?? 'localhost'
  const to = call.words.flatMap((word, at) =>
    ['--to', '-t'].includes(word) ? (call.words[at + 1] ?? []) : word.startsWith('--to=') ? word.slice(5) : [],
  )
  if (to.length === 0) throw new Refusal('Error: --to is required')
  const listen = from.startsWith(':') ? from : `:${/:(\d+)$/.exec(from)?.[1] ?? '443'}`
  const upstreams = to
    .map((each) => each.replace(/^https?:\/\//, ''))
    .map((each) => ({ dial: each.startsWith(':') ? `localhost${each}` : each }))
  await call.journal.tell('info', '', 'caddy proxying', { from: listen, to })
  return serve(call, quick(listen, [{ handle: [{ handler: 'reverse_proxy', upstreams }] }], call.has('--access-log')))
}

const respondCommand: Command = async (call) => {
  const listen = call.flag('listen', 'l') ?? ':0'
  const rest = call.words.filter(
    (word, at) => !word.startsWith('-') && !/^--?(listen|l|status|s|body|b|header|H)$/.test(call.words[at - 1] ?? ''),
  )
  const [first] = rest
  const code = first !== undefined && /^\d{3}$/.test(first) ? first : undefined
  const handler = {
    handler: 'static_response',
    status_code: Number(call.flag('status', 's') ?? code ?? 200),
    body: call.flag('body', 'b') ?? (code === undefined ? (first ?? '') : ''),
  }
  await call.io.print(`Server address: ${listen}\n`)
  await call.io.out.flush()
  return serve(call, quick(listen, [{ handle: [handler] }], call.has('--access-log')))
}

const COMMANDS: Readonly<Record<string, Command>> = {
  adapt: adaptCommand,
  environ: async ({ process, io }) => {
    for (const [name, value] of process.env) await io.print(`${name}=${value}\n`)
    return 0
  },
  'file-server': fileServerCommand,
  fmt,
  'hash-password': async (call) => {
    const password = call.flag('plaintext', 'p')
    if (password === undefined) throw new Refusal('Error: hash-password is not asked for here: give --plaintext')
    await call.io.print(`${await bcrypt(password, 14, call.sys.entropy.bytes(16), () => call.sys.tick())}\n`)
    return 0
  },
  reload,
  respond: respondCommand,
  'reverse-proxy': reverseProxyCommand,
  run,
  start,
  stop: (call) => tellAdmin(call, 'POST', '/stop', ''),
  validate,
  version: async ({ process, io }) => {
    await io.print(
      `${process.env.get('CADDY_VERSION') ?? DEFAULT_VERSION} h1:S3knLkHzAmMKt/CFP4rVBDDAs5pUcqIBoWKMsxYgXoc=\n`,
    )
    return 0
  },
}

const HELP = `Caddy is an extensible server platform written in Go.

Usage:
  caddy [command]

Examples:
  $ caddy run
  $ caddy run --config caddy.json
  $ caddy reload --config caddy.json
  $ caddy stop

Available Commands:
  adapt          Adapts a configuration to Caddy's native JSON
  environ        Prints the environment
  file-server    Spins up a production-ready file server
  fmt            Formats a Caddyfile
  hash-password  Hashes a password and writes base64
  help           Help about any command
  reload         Changes the config of the running Caddy instance
  respond        Simple, hard-coded HTTP responses for development and testing
  reverse-proxy  A quick and production-ready reverse proxy
  run            Starts the Caddy process and blocks indefinitely
  start          Starts the Caddy process in the background and then returns
  stop           Gracefully stops a started Caddy process
  validate       Tests whether a configuration file is valid
  version        Prints the version

Use "caddy [command] --help" for more information about a command.

Full documentation is available at:
https://caddyserver.com/docs/command-line
`

/** https://caddyserver.com/docs: the server, its Caddyfile, its native configuration and its administration. */
export async function caddyMain(process: Process): Promise<number> {
  const [, name = 'help', ...words] = process.argv
  const call = new Call(process, words)
  try {
    if (['help', '--help', '-h'].includes(name) || words.includes('--help') || words.includes('-h')) {
      await call.io.print(HELP)
      return 0
    }
    const command = COMMANDS[name]
    if (!command) throw new Refusal(`Error: unknown command "${name}" for "caddy"\nRun 'caddy --help' for usage.`)
    return await command(call)
  } catch (error) {
    if (error instanceof ConfigError) await call.io.warn(`Error: ${error.message}\n`)
    else if (error instanceof Refusal) await call.io.warn(`${error.message}\n`)
    else throw error
    return 1
  } finally {
    await call.io.out.flush()
  }
}
