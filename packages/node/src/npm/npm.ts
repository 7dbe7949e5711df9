import { isErrno, type Process, type Program } from '@drydock/abi'
import { defineProgram, writeAll, writeFile } from '@drydock/libc'
import { readJson } from './files.ts'
import { cleanInstall, install, type InstallOptions, type Outcome, uninstall } from './install.ts'
import { lockedPackages, type PackageJson, readLockfile } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import { Registry } from './registry.ts'
import { missingPackageJson, runScript, say } from './scripts.ts'

const NPM_VERSION = '11.6.2'

interface CommandLine {
  readonly words: readonly string[]
  readonly flags: ReadonlySet<string>
}

/** Flags that have a value of their own. */
const VALUED: ReadonlySet<string> = new Set([
  '--prefix',
  '--registry',
  '--loglevel',
  '-C',
  '--tag',
  '--omit',
  '--include',
  '--only',
])

function readLine(argv: readonly string[]): CommandLine {
  const words: string[] = []
  const flags = new Set<string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) words.push(word)
    else if (VALUED.has(word)) flags.add(`${word}=${argv[++at] ?? ''}`)
    else flags.add(word)
  }
  return { words, flags }
}

const has = ({ flags }: CommandLine, ...names: readonly string[]): boolean => names.some((name) => flags.has(name))

const omitsDev = (process: Process, line: CommandLine): boolean =>
  has(line, '--omit=dev', '--production', '--production=true', '--only=production', '--only=prod', '--prod') ||
  (process.env.get('NODE_ENV') === 'production' && !has(line, '--include=dev', '--production=false'))

const isQuiet = (line: CommandLine): boolean =>
  has(line, '-s', '--silent', '--quiet', '-q', '--loglevel=silent', '--loglevel=error')

async function report(process: Process, line: CommandLine, startMs: number, outcome: Outcome): Promise<void> {
  if (has(line, '-s', '--silent', '--loglevel=silent')) return
  const ms = process.sys.clock.monotonic() - startMs
  const took = ms < 1000 ? `${Math.max(1, Math.round(ms))}ms` : `${Math.round(ms / 1000)}s`
  const count = (n: number): string => `${n} package${n === 1 ? '' : 's'}`
  const done = [
    ...(outcome.added > 0 ? [`added ${count(outcome.added)}`] : []),
    ...(outcome.removed > 0 ? [`removed ${count(outcome.removed)}`] : []),
    ...(outcome.changed > 0 ? [`changed ${count(outcome.changed)}`] : []),
  ]
  const audits = !has(line, '--no-audit', '--audit=false')
  const audited = audits ? [`audited ${count(outcome.audited)}`] : []
  const parts = [...(done.length === 0 ? ['up to date'] : done), ...audited]
  const last = parts.length > 1 && done.length > 0 ? [...parts.slice(0, -1), `and ${parts.at(-1)}`] : parts
  const fund =
    outcome.funding > 0 && !has(line, '--no-fund', '--fund=false')
      ? `\n${count(outcome.funding)} ${outcome.funding === 1 ? 'is' : 'are'} looking for funding\n  run \`npm fund\` for details\n`
      : ''
  await say(process, 1, `\n${last.join(', ')} in ${took}\n${fund}${audits ? '\nfound 0 vulnerabilities\n' : ''}`)
}

type Command = (process: Process, line: CommandLine) => number | Promise<number>

const cwd = (process: Process): string => process.sys.getcwd().replace(/\/$/, '')

async function runInstall(process: Process, line: CommandLine): Promise<number> {
  const startMs = process.sys.clock.monotonic()
  const global = has(line, '-g', '--global', '--location=global')
  const options: InstallOptions = {
    packages: line.words.slice(1),
    dev: has(line, '-D', '--save-dev'),
    exact: has(line, '-E', '--save-exact'),
    save: !has(line, '--no-save', '--no-package-lock') && !global,
    omitDev: omitsDev(process, line),
  }
  await report(process, line, startMs, await install(process, global ? '/usr/local/lib' : cwd(process), options))
  return 0
}

async function runCleanInstall(process: Process, line: CommandLine): Promise<number> {
  const startMs = process.sys.clock.monotonic()
  await report(process, line, startMs, await cleanInstall(process, cwd(process), omitsDev(process, line)))
  return 0
}

async function runUninstall(process: Process, line: CommandLine): Promise<number> {
  const startMs = process.sys.clock.monotonic()
  await report(process, line, startMs, await uninstall(process, cwd(process), line.words.slice(1)))
  return 0
}

/** What the project names itself, or all of it. */
async function list(process: Process, line: CommandLine): Promise<number> {
  const root = cwd(process)
  const project = await readJson<PackageJson>(process.sys, `${root}/package.json`)
  const lock = await readLockfile(process.sys, root)
  const wanted = new Set(Object.keys({ ...project?.dependencies, ...project?.devDependencies }))
  const rows = [...(lock ? lockedPackages(lock).values() : [])].filter(
    ({ path, name }) => path === `node_modules/${name}` && (has(line, '--all', '-a') || wanted.has(name)),
  )
  const title = project?.name === undefined ? root : `${project.name}@${project.version ?? ''} ${root}`
  const lines = rows.map(({ name, version }, at) => `${at === rows.length - 1 ? '└──' : '├──'} ${name}@${version}`)
  await say(process, 1, `${[title, ...(lines.length > 0 ? lines : ['└── (empty)'])].join('\n')}\n\n`)
  return 0
}

async function view(process: Process, { words: [, text = '', field] }: CommandLine): Promise<number> {
  const [, name = text, wanted = 'latest'] = /^(@?[^@]+)(?:@(.*))?$/.exec(text) ?? []
  const packument = await new Registry(process.sys).packument(name)
  const manifest = packument.versions[packument['dist-tags'][wanted] ?? wanted]
  if (!manifest) throw new NpmError('E404', [`404 No match found for version ${wanted}`])
  const value = field === undefined ? undefined : (manifest as unknown as Record<string, unknown>)[field]
  const whole = `\n${name}@${manifest.version} | ${manifest.license ?? ''} | deps: ${Object.keys(manifest.dependencies ?? {}).length || 'none'} | versions: ${Object.keys(packument.versions).length}\n${manifest.description ?? ''}\n\ndist\n.tarball: ${manifest.dist.tarball}\n.shasum: ${manifest.dist.shasum}\n.integrity: ${manifest.dist.integrity}\n`
  await say(
    process,
    1,
    field === undefined ? whole : `${typeof value === 'string' ? value : JSON.stringify(value ?? '')}\n`,
  )
  return 0
}

async function init(process: Process): Promise<number> {
  const path = `${cwd(process)}/package.json`
  const name = path.split('/').at(-2) || 'app'
  const made = {
    name,
    version: '1.0.0',
    description: '',
    main: 'index.js',
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
    keywords: [],
    author: '',
    license: 'ISC',
  }
  const text = JSON.stringify(made, null, 2)
  await writeFile(process.sys, path, `${text}\n`)
  await say(process, 1, `Wrote to ${path}:\n\n${text}\n\n`)
  return 0
}

const script =
  (name: string): Command =>
  (process, line) =>
    runScript(process, name, line.words.slice(1), isQuiet(line))
const named: Command = (process, line) => {
  const [, name = '', ...args] = line.words
  return runScript(process, name, args, isQuiet(line))
}

const saying =
  (fd: 1 | 2, text: string): Command =>
  async (process) => {
    await say(process, fd, text)
    return 0
  }

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...['run', 'run-script', 'rum'].map((name): [string, Command] => [name, named]),
  ...['start', 'test', 'stop', 'restart'].map((name): [string, Command] => [name, script(name)]),
  ['t', script('test')],
  ['init', init],
  ...['install', 'i', 'add'].map((name): [string, Command] => [name, runInstall]),
  ...['ci', 'clean-install'].map((name): [string, Command] => [name, runCleanInstall]),
  ...['uninstall', 'remove', 'rm', 'un'].map((name): [string, Command] => [name, runUninstall]),
  ...['ls', 'list'].map((name): [string, Command] => [name, list]),
  ...['view', 'info', 'show'].map((name): [string, Command] => [name, view]),
  ['audit', saying(1, 'found 0 vulnerabilities\n')],
  ['ping', saying(2, 'npm notice PING https://registry.npmjs.org/\nnpm notice PONG 12ms\n')],
  ['cache', () => 0],
  ['config', () => 0],
])

async function main(process: Process): Promise<number> {
  // What stands behind -- goes to the script as it is.
  const cut = process.argv.indexOf('--')
  const own = cut < 0 ? process.argv.slice(1) : process.argv.slice(1, cut)
  const read = readLine(own)
  const line = cut < 0 ? read : { ...read, words: [...read.words, ...process.argv.slice(cut + 1)] }
  const [word = ''] = line.words
  if (word === '' && has(line, '-v', '--version')) {
    await say(process, 1, `${NPM_VERSION}\n`)
    return 0
  }
  const command = COMMANDS.get(word)
  if (!command) return unknown(process, word)
  try {
    if (['ci', 'clean-install'].includes(word) && !(await readJson(process.sys, `${cwd(process)}/package.json`)))
      return await missingPackageJson(process)
    return await command(process, line)
  } catch (error) {
    if (!(error instanceof NpmError)) throw error
    const log = `/root/.npm/_logs/${new Date(process.sys.clock.now()).toISOString().replaceAll(/[:.]/g, '_')}-debug-0.log`
    await say(process, 2, `${error.text()}npm error A complete log of this run can be found in: ${log}\n`)
    return 1
  }
}

async function unknown(process: Process, word: string): Promise<number> {
  const usage =
    "npm <command>\n\nUsage:\n\nnpm install        install all the dependencies in your project\nnpm install <foo>  add the <foo> dependency to your project\nnpm test           run this project's tests\nnpm run <foo>      run the script named <foo>\n"
  if (word === '' || word === 'help') await say(process, 1, usage)
  else
    await say(process, 1, `Unknown command: "${word}"\n\nTo see a list of supported npm commands, run:\n  npm help\n`)
  return word === 'help' ? 0 : 1
}

export const npm: Program = {
  name: 'node/npm',
  paths: ['/usr/local/bin/npm'],
  covers: 'partial',
  lacks: ['packages beyond the bundled mirror', 'workspaces', 'install scripts', 'publish', 'audit', 'outdated'],
  summary: 'install packages and run the scripts of a package.json',
  main,
}

export const npx: Program = defineProgram({
  name: 'node/npx',
  paths: ['/usr/local/bin/npx'],
  covers: 'partial',
  lacks: ['fetching packages that are not installed'],
  summary: 'runs a command of node_modules/.bin',
  usage: 'Usage: npx COMMAND [ARG...]',
  options: {},
  async main({ process, operands: [word = '', ...args] }) {
    const path = `${process.sys.getcwd()}/node_modules/.bin/${word}`
    try {
      return await process.sys.exec(path, [word, ...args], process.env)
    } catch (error) {
      if (!isErrno(error)) throw error
      await writeAll(process.sys, 2, new TextEncoder().encode(`npm error could not determine executable to run\n`))
      return 1
    }
  },
})
