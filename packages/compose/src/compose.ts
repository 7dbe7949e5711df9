import { isErrno, type Process, type Program } from '@drydock/abi'
import {
  bool,
  CliError,
  type Command,
  commandHelp,
  complete,
  ConfigFile,
  FlagError,
  type FlagTable,
  HelpWanted,
  hidden,
  int,
  isProblem,
  noun,
  parseFlags,
  problemText,
  resolveEndpoint,
  tlsFromEnvironment,
  string,
  useLine,
} from '@drydock/cli-plugin'
import { Stdio } from '@drydock/libc'
import { array } from './command/define.ts'
import { commands } from './command/index.ts'
import { COMPOSE_VERSION } from './engine/labels.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import { PRINTER_MODES } from './progress/printers.ts'
import { ComposeCli, type RootFlags } from './session/compose-cli.ts'

const rootFlags = {
  'all-resources': bool('', 'Include all resources, even those not used by services'),
  ansi: string('', 'Control when to print ANSI control characters ("never"|"always"|"auto")', 'auto'),
  compatibility: bool('', 'Run compose in backward compatibility mode'),
  'dry-run': bool('', 'Execute command in dry run mode'),
  'env-file': array('', 'Specify an alternate environment file'),
  file: array('f', 'Compose configuration files'),
  'no-ansi': hidden(bool('', 'Do not print ANSI control characters (DEPRECATED)')),
  parallel: int('', 'Control max parallelism, -1 for unlimited', -1),
  profile: array('', 'Specify a profile to enable'),
  progress: string('', `Set type of progress output (${PRINTER_MODES.join(', ')})`),
  'project-directory': string(
    '',
    'Specify an alternate working directory\n(default: the path of the, first specified, Compose file)',
  ),
  'project-name': string('p', 'Project name'),
  verbose: hidden(bool('', 'Show more output')),
  version: hidden(bool('v', 'Show the Docker Compose version information')),
  workdir: hidden(string('', 'DEPRECATED! USE --project-directory INSTEAD.')),
} satisfies FlagTable

const root: Command = {
  ...noun({
    name: 'compose',
    use: 'compose [OPTIONS] COMMAND',
    short: 'Docker Compose',
    long: 'Define and run multi-container applications with Docker',
    children: commands,
  }),
  flags: rootFlags,
}

/** What docker asks a plugin of itself. docs.docker.com, "CLI plugins". */
const METADATA = {
  SchemaVersion: '0.1.0',
  Vendor: 'Docker Inc.',
  Version: `v${COMPOSE_VERSION}`,
  ShortDescription: 'Docker Compose',
}

/** Help and the like tell of an engine that has everything. */
const NO_ENGINE = { apiVersion: '1.50', os: '', experimental: true, swarm: undefined }

const named = (name: string): Command | undefined =>
  commands.find((command) => command.name === name || command.aliases?.includes(name))

const usage = (problem: string, line: string, path: string): string =>
  `${problem}\n\nUsage:  ${line}\n\nRun '${path} --help' for more information`

const rootHelpText = (cli: ComposeCli): string => commandHelp(root, 'docker', cli.columns(0) ?? 80, NO_ENGINE)

async function start(process: Process, io: Stdio, words: readonly string[]): Promise<number> {
  const folder = process.env.get('DOCKER_CONFIG') ?? `${process.env.get('HOME') ?? '/root'}/.docker`
  const { file } = await ConfigFile.load(process.sys, folder)
  const endpoint = await resolveEndpoint(
    process.sys,
    { context: '', hosts: [], env: process.env, ...tlsFromEnvironment(process.env) },
    file,
  )
  const cli = new ComposeCli(process, io, { config: folder, host: [], debug: false }, file, endpoint)
  const parsed = readRoot(words)
  if (parsed === undefined) return done(cli, rootHelpText(cli))
  cli.root = toRoot(parsed.values, process.env)
  if (parsed.values.get('version') === true) return done(cli, `Docker Compose version v${COMPOSE_VERSION}\n`)
  const [name, ...rest] = parsed.operands
  if (name === undefined) {
    await cli.warn(rootHelpText(cli))
    return 0
  }
  if (name === '__complete' || name === '__completeNoDesc')
    return complete(cli, [root], {}, rest[0] === 'compose' ? rest : ['compose', ...rest], name === '__complete')
  if (name === 'help') return help(cli, rest)
  const status = await runCommand(cli, name, rest)
  await cli.settle()
  return status
}

async function done(cli: ComposeCli, text: string): Promise<number> {
  await cli.print(text)
  return 0
}

async function help(cli: ComposeCli, [name]: readonly string[]): Promise<number> {
  const command = name === undefined ? undefined : named(name)
  return done(
    cli,
    command ? commandHelp(command, 'docker compose', cli.columns(0) ?? 80, NO_ENGINE) : rootHelpText(cli),
  )
}

async function runCommand(cli: ComposeCli, name: string, words: readonly string[]): Promise<number> {
  const command = named(name)
  if (command?.children) return runChild(cli, command, words)
  return run(cli, command, name, words, 'docker compose')
}

/** A verb of a noun: `alpha viz`. */
async function runChild(cli: ComposeCli, parent: Command, [word = '', ...words]: readonly string[]): Promise<number> {
  const path = `docker compose ${parent.name}`
  const child = parent.children?.find(({ name }) => name === word)
  if (child === undefined) return done(cli, commandHelp(parent, 'docker compose', cli.columns(0) ?? 80, NO_ENGINE))
  return run(cli, child, word, words, path)
}

async function run(
  cli: ComposeCli,
  command: Command | undefined,
  name: string,
  words: readonly string[],
  parentPath: string,
): Promise<number> {
  if (!command?.run) throw new CliError(`unknown docker command: ${JSON.stringify(`compose ${name}`)}`)
  const path = `${parentPath} ${command.name}`
  try {
    const parsed = parseFlags(words, command.flags, command.interspersed ?? true)
    for (const warning of parsed.warnings) await cli.warn(`${warning}\n`)
    const wrong = command.args?.(parsed.operands)
    if (wrong && 'bare' in wrong) throw new CliError(wrong.bare)
    if (wrong) throw new CliError(usage(`docker: '${path}' ${wrong.problem}`, useLine(command, parentPath), path))
    if (parsed.values.get('dry-run') === true) cli.root = { ...cli.root, dryRun: true }
    const flags = Object.fromEntries(parsed.values)
    return (await command.run({ cli, args: parsed.operands, flags, changed: parsed.changed, path })) ?? 0
  } catch (error) {
    if (error instanceof FlagError) throw new CliError(usage(error.message, useLine(command, parentPath), path), 16)
    if (!(error instanceof HelpWanted)) throw error
    return done(cli, commandHelp(command, parentPath, cli.columns(0) ?? 80, NO_ENGINE))
  }
}

/** Undefined when help is wanted. */
function readRoot(words: readonly string[]): ReturnType<typeof parseFlags> | undefined {
  try {
    return parseFlags(words, rootFlags, false)
  } catch (error) {
    if (error instanceof HelpWanted) return undefined
    if (error instanceof FlagError)
      throw new CliError(usage(error.message, 'docker compose [OPTIONS] COMMAND', 'docker compose'), 16)
    throw error
  }
}

function toRoot(values: ReadonlyMap<string, unknown>, env: ReadonlyMap<string, string>): RootFlags {
  const text = (name: string): string => String(values.get(name) ?? '')
  const list = (name: string): readonly string[] => (values.get(name) ?? []) as readonly string[]
  const progress = text('progress')
  if (progress !== '' && !PRINTER_MODES.includes(progress))
    throw new CliError(`unsupported --progress value ${JSON.stringify(progress)}`)
  const envFiles = list('env-file')
  return {
    files: list('file'),
    profiles: list('profile'),
    projectName: text('project-name'),
    projectDirectory: text('project-directory') || text('workdir'),
    envFiles: envFiles.length > 0 ? envFiles : (env.get('COMPOSE_ENV_FILES')?.split(',') ?? []),
    progress,
    ansi:
      values.get('no-ansi') === true
        ? 'never'
        : env.get('COMPOSE_ANSI') && text('ansi') === 'auto'
          ? (env.get('COMPOSE_ANSI') ?? 'auto')
          : text('ansi'),
    compatibility: values.get('compatibility') === true,
    dryRun: values.get('dry-run') === true,
    allResources: values.get('all-resources') === true,
  }
}

/** Where a person reads along, a problem of a file tells its line besides what the real one says. */
function isTerminal({ sys }: Process): boolean {
  try {
    return sys.isatty(2)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const [, ...words] = process.argv
  try {
    if (words[0] === 'docker-cli-plugin-metadata') {
      await io.print(`${JSON.stringify(METADATA, undefined, 5)}\n`)
      await io.out.flush()
      return 0
    }
    const status = await start(process, io, words[0] === 'compose' ? words.slice(1) : words)
    await io.out.flush()
    return status
  } catch (error) {
    if (!isProblem(error)) throw error
    const text = problemText(error)
    await io.out.flush()
    if (text !== '') await io.warn(`${text}\n`)
    if (error instanceof ComposeError && error.place !== undefined && isTerminal(process))
      await io.warn(`\x1b[2m  at ${error.place}\x1b[0m\n`)
    return error instanceof CliError ? error.status : 1
  }
}

export const dockerCompose: Program = {
  name: 'compose/docker-compose',
  paths: ['/usr/local/libexec/docker/cli-plugins/docker-compose', '/usr/local/bin/docker-compose'],
  covers: 'partial',
  lacks: commands.flatMap((command) => (command.lacks === undefined ? [] : [`${command.name}: ${command.lacks}`])),
  summary: `docker compose, version ${COMPOSE_VERSION}`,
  sizeBytes: 73_000_000,
  rssBytes: 40 * 1024 * 1024,
  main,
}
