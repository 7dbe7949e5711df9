import { type Process, type Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import type { Command } from './cobra/command.ts'
import { complete } from './cobra/complete.ts'
import { bool, type FlagTable, list, string } from './cobra/flag.ts'
import { commandHelp, rootHelp, type SwarmState, useLine } from './cobra/help.ts'
import { FlagError, HelpWanted, parseFlags } from './cobra/parse-flags.ts'
import { commands } from './command/index.ts'
import { findPlugin, runPlugin } from './session/plugin.ts'
import { Cli, isProblem, problemText } from './session/cli.ts'
import { CliError } from './session/cli-error.ts'
import { ConfigFile } from './session/config-file.ts'
import { contextNotFound } from './session/context-name.ts'
import { VERSION } from './session/version.ts'

const globalFlags = (folder: string) =>
  ({
    config: string('', 'Location of client config files', folder),
    context: string(
      'c',
      'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
    ),
    debug: bool('D', 'Enable debug mode'),
    host: list('H', 'Daemon socket to connect to'),
    'log-level': string('l', 'Set the logging level ("debug", "info", "warn", "error", "fatal")', 'info'),
    tls: bool('', 'Use TLS; implied by --tlsverify'),
    tlscacert: string('', 'Trust certs signed only by this CA', `${folder}/ca.pem`),
    tlscert: string('', 'Path to TLS certificate file', `${folder}/cert.pem`),
    tlskey: string('', 'Path to TLS key file', `${folder}/key.pem`),
    tlsverify: bool('', 'Use TLS and verify the remote'),
    version: bool('v', 'Print version information and quit'),
  }) as const satisfies FlagTable

/** One run of the program: the command found, its path so far and the words left. */
interface Found {
  readonly command: Command
  /** Without the command's own name: `docker container`. */
  readonly parentPath: string
  readonly words: readonly string[]
}

const named = (command: Command, name: string): boolean =>
  command.name === name || (command.aliases?.includes(name) ?? false)

/** Goes down the tree as far as the words lead. */
function find(words: readonly string[]): Found | undefined {
  let level: readonly Command[] = commands
  let parentPath = 'docker'
  let found: Found | undefined
  let rest = words
  for (;;) {
    const command = level.find((candidate) => named(candidate, rest[0] ?? ''))
    if (!command) return found
    rest = rest.slice(1)
    found = { command, parentPath, words: rest }
    if (!command.children) return found
    parentPath = `${parentPath} ${command.name}`
    level = command.children
  }
}

async function swarmState(cli: Cli): Promise<SwarmState> {
  try {
    const { swarm, experimental } = await cli.client.system.ping()
    return {
      known: swarm !== '',
      active: swarm.startsWith('active'),
      manager: swarm === 'active/manager',
      experimental,
    }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { known: false, active: false, manager: false, experimental: false }
  }
}

async function printRootHelp(cli: Cli, flags: FlagTable): Promise<number> {
  await cli.print(rootHelp(commands, flags, cli.columns(0) ?? 80, await swarmState(cli)))
  return 0
}

async function printHelp(cli: Cli, found: Found): Promise<number> {
  const { command, parentPath } = found
  await cli.print(commandHelp(command, parentPath, cli.columns(0) ?? 80, await swarmState(cli)))
  return 0
}

const usage = (problem: string, line: string, path: string, see = 'Run'): string =>
  `${problem}\n\nUsage:  ${line}\n\n${see} '${path} --help' for more information`

/** The words of `docker help x y` and of `docker nosuch`. */
function unknownCommand(words: readonly string[], found: Found | undefined): CliError {
  if (!found)
    return new CliError(`docker: unknown command: docker ${words[0] ?? ''}\n\nRun 'docker --help' for more information`)
  const path = `${found.parentPath} ${found.command.name}`
  return new CliError(usage(`docker: unknown command: ${path} ${found.words[0] ?? ''}`, path, path))
}

async function runCommand(cli: Cli, found: Found): Promise<number> {
  const { command, parentPath, words } = found
  const path = `${parentPath} ${command.name}`
  if (command.children && words[0] !== undefined && !words[0].startsWith('-')) throw unknownCommand(words, found)
  await command.preface?.(cli)
  try {
    const parsed = parseFlags(words, command.flags, command.interspersed ?? true)
    for (const warning of parsed.warnings) await cli.warn(`${warning}\n`)
    const wrong = command.args?.(parsed.operands)
    if (wrong)
      throw new CliError(usage(`docker: '${path}' ${wrong.problem}`, useLine(command, parentPath), path, wrong.see))
    if (!command.run) return await printHelp(cli, found)
    const flags = Object.fromEntries(parsed.values)
    return (await command.run({ cli, args: parsed.operands, flags, changed: parsed.changed, path })) ?? 0
  } catch (error) {
    if (error instanceof FlagError) throw new CliError(usage(error.message, useLine(command, parentPath), path), 125)
    if (!(error instanceof HelpWanted)) throw error
    if (error.deprecatedShorthand) await cli.warn('Flag shorthand -h has been deprecated, use --help\n')
    return printHelp(cli, found)
  }
}

async function helpCommand(cli: Cli, words: readonly string[], flags: FlagTable): Promise<number> {
  if (words.length === 0) return printRootHelp(cli, flags)
  const found = find(words)
  if (!found || found.words.length > 0) throw new CliError(`unknown help topic: ${words.join(' ')}`)
  return printHelp(cli, found)
}

async function dispatch(cli: Cli, words: readonly string[], flags: FlagTable): Promise<number> {
  const [first = '', ...rest] = words
  if (first === 'help') return helpCommand(cli, rest, flags)
  if (first === '__complete' || first === '__completeNoDesc')
    return complete(cli, commands, flags, rest, first === '__complete')
  const found = find(words)
  if (found) return runCommand(cli, found)
  const plugin = findPlugin(cli, first)
  if (plugin !== undefined) return runPlugin(cli, plugin, words)
  throw unknownCommand(words, undefined)
}

/** Everything before the command. @returns the status */
async function start(process: Process, io: Stdio): Promise<number> {
  const folder = process.env.get('DOCKER_CONFIG') ?? `${process.env.get('HOME') ?? '/root'}/.docker`
  const flags = globalFlags(folder)
  let help: HelpWanted | undefined
  const parsed = readGlobals(process.argv.slice(1), flags, (wanted) => (help = wanted))
  const value = (name: string): string => String(parsed.values.get(name) ?? '')
  const { file, problem } = await ConfigFile.load(process.sys, value('config'))
  if (problem !== undefined) await io.warn(`${problem}\n`)
  const host = (parsed.values.get('host') ?? []) as readonly string[]
  const cli = new Cli(
    process,
    io,
    { config: value('config'), context: value('context'), debug: value('debug') === 'true', host },
    file,
  )
  checkGlobals(cli, value('log-level'))
  if (help?.deprecatedShorthand) await io.warn('Flag shorthand -h has been deprecated, use --help\n')
  if (help) return printRootHelp(cli, flags)
  if (value('version') === 'true') {
    await cli.print(`Docker version ${VERSION.version}, build ${VERSION.gitCommit}\n`)
    return 0
  }
  return parsed.operands.length === 0 ? printRootHelp(cli, flags) : dispatch(cli, parsed.operands, flags)
}

const LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace']
const HOST_FORM = /^(unix|tcp|http|fd|npipe|ssh):\/\//

/** @throws CliError when the level, the context or the engine's address can't be */
function checkGlobals(cli: Cli, level: string): void {
  if (!LEVELS.includes(level.toLowerCase())) throw new CliError(`Unable to parse logging level: ${level}`)
  const { context } = cli.globals
  const unresolved = (why: string): CliError =>
    new CliError(`Failed to initialize: unable to resolve docker endpoint: ${why}`)
  if (context !== '' && context !== 'default') throw unresolved(contextNotFound(cli, context))
  if (!HOST_FORM.test(cli.host)) throw unresolved(`invalid bind address format: ${cli.host}`)
}

function readGlobals(words: readonly string[], flags: FlagTable, onHelp: (wanted: HelpWanted) => void) {
  try {
    return parseFlags(words, flags, false)
  } catch (error) {
    if (error instanceof FlagError)
      throw new CliError(usage(error.message, 'docker [OPTIONS] COMMAND [ARG...]', 'docker'), 125)
    if (!(error instanceof HelpWanted)) throw error
    onHelp(error)
    return parseFlags([], flags, false)
  }
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  try {
    const status = await start(process, io)
    await io.out.flush()
    return status
  } catch (error) {
    if (!isProblem(error)) throw error
    const text = problemText(error)
    if (text !== '') await io.warn(`${text}\n`)
    await io.out.flush()
    return error instanceof CliError ? error.status : 1
  }
}

export const docker: Program = {
  name: 'docker/docker',
  paths: ['/usr/local/bin/docker', '/usr/bin/docker'],
  covers: 'partial',
  lacks: commands.flatMap((command) => (command.lacks === undefined ? [] : [`${command.name}: ${command.lacks}`])),
  summary: 'the docker command line, version 28.2.2',
  sizeBytes: 41_000_000,
  rssBytes: 28 * 1024 * 1024,
  main,
}
