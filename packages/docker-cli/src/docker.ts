import { type Process, type Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import {
  bool,
  Cli,
  CliError,
  type Command,
  commandHelp,
  complete,
  ConfigFile,
  type EngineFacts,
  FlagError,
  type FlagTable,
  HelpWanted,
  isProblem,
  list,
  mustAsk,
  parseFlags,
  problemText,
  refusal,
  resolveEndpoint,
  rootHelp,
  string,
  tlsFromEnvironment,
  useLine,
  VERSION,
} from '@drydock/cli-plugin'
import { commands } from './command/index.ts'
import { findPlugin, listPlugins, type PluginFacts, runPlugin } from './session/plugin.ts'

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
  readonly parents: readonly Command[]
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
    found = { command, parentPath, parents: found ? [found.command, ...found.parents] : [], words: rest }
    if (!command.children) return found
    parentPath = `${parentPath} ${command.name}`
    level = command.children
  }
}

function inPlace(cli: Cli, found: Found | undefined): Found | undefined {
  const other = found?.command.instead?.(cli)
  return found && other ? { ...found, ...other } : found
}

/** Help goes to standard error where nobody asked for it. */
type HelpTo = (text: string) => Promise<void>

/** As help lists it: with a star. */
const pluginRow = ({ name, metadata }: PluginFacts, shown = `${name}*`): Command => ({
  name: shown,
  use: name,
  short: metadata.ShortDescription ?? '',
  group: 'management',
  flags: {},
})

async function printRootHelp(cli: Cli, flags: FlagTable, to: HelpTo = (text) => cli.print(text)): Promise<number> {
  const plugins = (await listPlugins(cli)).map((plugin) => pluginRow(plugin))
  await to(rootHelp([...commands, ...plugins], flags, cli.columns(0) ?? 80, await cli.engineFacts()))
  return 0
}

async function printHelp(cli: Cli, found: Found, to: HelpTo = (text) => cli.print(text)): Promise<number> {
  const { command, parentPath } = found
  const facts = await cli.engineFacts()
  const refused = commandRefusal(found, facts)
  await to(refused === undefined ? commandHelp(command, parentPath, cli.columns(0) ?? 80, facts) : `${refused}\n`)
  return 0
}

/** Why the engine can't do it: what holds for a noun holds for its verbs. */
function commandRefusal({ command, parentPath, parents }: Found, facts: EngineFacts): string | undefined {
  const path = `${parentPath} ${command.name}`
  for (const each of [command, ...parents]) {
    const problem = refusal(path, each, facts)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** @throws CliError when the engine has not what the command or its flags want */
async function checkSupport(cli: Cli, found: Found, changed: ReadonlySet<string>): Promise<void> {
  const flags = Object.entries(found.command.flags).filter(([name, flag]) => changed.has(name) && mustAsk(flag))
  if (flags.length === 0 && ![found.command, ...found.parents].some(mustAsk)) return
  const facts = await cli.engineFacts()
  const problem = commandRefusal(found, facts)
  const problems = problem === undefined ? flags.map(([name, flag]) => refusal(`"--${name}"`, flag, facts)) : [problem]
  const told = problems.filter((each) => each !== undefined)
  if (told.length > 0) throw new CliError(told.join('\n'))
}

const usage = (problem: string, line: string, path: string, see = 'Run'): string =>
  `${problem}\n\nUsage:  ${line}\n\n${see} '${path} --help' for more information`

/** The words of `docker help x y` and of `docker nosuch`. */
function unknownCommand(words: readonly string[], found: Found | undefined): CliError {
  if (!found)
    return new CliError(`docker: unknown command: docker ${words[0] ?? ''}\n\nRun 'docker --help' for more information`)
  const path = `${found.parentPath} ${found.command.name}`
  const line = [path, ...(found.command.operands === undefined ? [] : [found.command.operands])].join(' ')
  return new CliError(usage(`docker: unknown command: ${path} ${found.words[0] ?? ''}`, line, path))
}

async function runCommand(cli: Cli, found: Found): Promise<number> {
  const { command, parentPath, words } = found
  const path = `${parentPath} ${command.name}`
  if (command.children && words[0] !== undefined && !words[0].startsWith('-')) {
    if (words.includes('--help')) return printHelp(cli, found)
    throw unknownCommand(words, found)
  }
  await command.preface?.(cli)
  try {
    const parsed = parseFlags(words, command.flags, command.interspersed ?? true)
    for (const warning of parsed.warnings) await cli.warn(`${warning}\n`)
    const wrong = command.args?.(parsed.operands)
    if (wrong && 'bare' in wrong) throw new CliError(wrong.bare)
    if (wrong) {
      // buildx is a plugin in life, and puts this before whatever goes wrong in it.
      const head = `${path} `.startsWith('docker buildx ') ? 'ERROR: ' : ''
      const told = `${head}docker: '${path}' ${wrong.problem}`
      throw new CliError(usage(told, useLine(command, parentPath), path, wrong.see))
    }
    if (!command.run) {
      await checkSupport(cli, found, parsed.changed)
      return await printHelp(cli, found, (text) => cli.warn(text))
    }
    await checkSupport(cli, found, parsed.changed)
    const flags = Object.fromEntries(parsed.values)
    return (await command.run({ cli, args: parsed.operands, flags, changed: parsed.changed, path })) ?? 0
  } catch (error) {
    if (error instanceof FlagError) {
      const line = command.children ? path : useLine(command, parentPath)
      throw new CliError(usage(error.message, line, path), 125)
    }
    if (!(error instanceof HelpWanted)) throw error
    if (error.deprecatedShorthand) await cli.print(DEPRECATED_SHORTHAND)
    return printHelp(cli, found)
  }
}

async function helpCommand(cli: Cli, words: readonly string[], flags: FlagTable): Promise<number> {
  if (words.length === 0) return printRootHelp(cli, flags)
  const found = inPlace(cli, find(words))
  if (!found || found.words.length > 0) throw new CliError(`unknown help topic: ${(found?.words ?? words).join(' ')}`)
  return printHelp(cli, found)
}

async function dispatch(cli: Cli, words: readonly string[], flags: FlagTable): Promise<number> {
  const [first = '', ...rest] = words
  if (first === 'help') return helpCommand(cli, rest, flags)
  if (first === '__complete' || first === '__completeNoDesc') {
    const owner = rest.length > 1 && !find(rest) ? findPlugin(cli, rest[0] ?? '') : undefined
    if (owner !== undefined) return runPlugin(cli, owner, words)
    const plugins = rest.length > 1 ? [] : (await listPlugins(cli)).map((plugin) => pluginRow(plugin, plugin.name))
    return complete(cli, [...commands, ...plugins], flags, rest, first === '__complete')
  }
  const found = inPlace(cli, find(words))
  if (found) return runCommand(cli, found)
  const plugin = findPlugin(cli, first)
  if (plugin !== undefined) return runPlugin(cli, plugin, words)
  if (rest.some((word) => word === '--help' || word === '-h')) {
    if (!rest.includes('--help')) await cli.print(DEPRECATED_SHORTHAND)
    return printRootHelp(cli, flags)
  }
  throw unknownCommand(words, undefined)
}

const DEPRECATED_SHORTHAND = 'Flag shorthand -h has been deprecated, use --help\n'

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
  const level = value('log-level')
  if (!LEVELS.includes(level.toLowerCase())) throw new CliError(`Unable to parse logging level: ${level}`)
  const wishes = {
    context: value('context'),
    hosts: host,
    env: process.env,
    ...tlsWishes(process.env, value, parsed.changed),
  }
  if (wishes.context !== '' && host.length > 0)
    throw new CliError('conflicting options: cannot specify both --host and --context')
  const endpoint = await resolveEndpoint(process.sys, wishes, file)
  const cli = new Cli(process, io, { config: value('config'), debug: value('debug') === 'true', host }, file, endpoint)
  if (help) return printRootHelp(cli, flags)
  if (value('version') === 'true') {
    await cli.print(`Docker version ${VERSION.version}, build ${VERSION.gitCommit}\n`)
    return 0
  }
  if (parsed.operands.length === 0) return printRootHelp(cli, flags, (text) => cli.warn(text))
  return dispatch(cli, parsed.operands, flags)
}

/** Flags go before the environment. */
function tlsWishes(
  env: ReadonlyMap<string, string>,
  value: (name: string) => string,
  changed: ReadonlySet<string>,
): ReturnType<typeof tlsFromEnvironment> {
  const told = tlsFromEnvironment(env)
  const verify = changed.has('tlsverify') ? value('tlsverify') === 'true' : told.verify
  const file = (name: string): string | undefined => (changed.has(name) ? value(name) : undefined)
  return {
    tls: verify || (changed.has('tls') ? value('tls') === 'true' : told.tls),
    verify,
    files: { ca: file('tlscacert'), cert: file('tlscert'), key: file('tlskey') },
  }
}

const LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace']
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
