import { isDirectory, isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Program, type Sys } from '@drydock/abi'
import { readTextFile, Stdio, writeFile } from '@drydock/libc'
import { complaintsOf, strangeImports } from './check.ts'
import { runSources, type Sources, writeExecutable } from './executable.ts'
import { parseFile } from './parse.ts'
import { GoError } from './tokens.ts'

/** Ends the command with a message and a status. */
class Refusal extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

interface Call {
  readonly process: Process
  readonly io: Stdio
  readonly args: readonly string[]
}

type Command = (call: Call) => Promise<number>

const versionOf = ({ env }: Process): string => env.get('GOLANG_VERSION') ?? '1.26.5'
const minor = (version: string): number => Number(version.split('.')[1] ?? 0)
const targetOf = ({ env }: Process): string => `${env.get('GOOS') ?? 'linux'}/${env.get('GOARCH') ?? 'amd64'}`
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** What is to be built: sources by name, and what the result is called. */
interface Target {
  readonly sources: Sources
  readonly name: string
  /** As errors head their list. */
  readonly label: string
}

function statOf(sys: Sys, path: string): { readonly folder: boolean } | undefined {
  try {
    return { folder: isDirectory(sys.stat(path).mode) }
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** The module of the working directory, or of one above it. */
async function moduleOf(sys: Sys): Promise<{ readonly root: string; readonly path: string } | undefined> {
  for (let root = sys.getcwd(); ; root = root.slice(0, root.lastIndexOf('/')) || '/') {
    const file = `${root === '/' ? '' : root}/go.mod`
    if (statOf(sys, file)) {
      const path = /^module\s+"?([^\s"]+)/m.exec(await readTextFile(sys, file))?.[1] ?? ''
      return { root, path }
    }
    if (root === '/') return undefined
  }
}

/** @throws Refusal, in go's words */
async function targetFor({ process, args }: Call): Promise<Target> {
  const { sys } = process
  const named = args.filter((each) => each.endsWith('.go'))
  if (named.length > 0) {
    const sources = await sourcesOf(sys, named, '')
    return {
      sources,
      name: (named[0] ?? '').replace(/^.*\//, '').replace(/\.go$/, ''),
      label: 'command-line-arguments',
    }
  }
  const place = (args[0] ?? '.').replace(/\/?\.\.\.$/, '') || '.'
  const module = await moduleOf(sys)
  if (!module && minor(versionOf(process)) >= 16)
    throw new Refusal("go: go.mod file not found in current directory or any parent directory; see 'go help modules'")
  if (!statOf(sys, place)?.folder)
    throw new Refusal(
      place.startsWith('.') || place.startsWith('/')
        ? `stat ${sys.getcwd()}/${place.replace(/^\.\//, '')}: directory not found`
        : `package ${place} is not in std (/usr/local/go/src/${place})`,
    )
  const folder = sys.realpath(place)
  const names = sys
    .readdir(folder)
    .map(({ name }) => name)
    .filter((name) => /^[^_.].*\.go$/.test(name) && !name.endsWith('_test.go'))
    .toSorted()
  if (names.length === 0) throw new Refusal(`no Go files in ${folder}`)
  const prefix = place === '.' ? '' : `${place.replace(/^\.\//, '').replace(/\/$/, '')}/`
  const sources = await sourcesOf(
    sys,
    names.map((name) => `${folder}/${name}`),
    prefix,
  )
  const below = module && folder !== module.root ? folder.slice(module.root.length).replace(/^\//, '') : ''
  const label = module ? (below === '' ? module.path : `${module.path}/${below}`) : `_${folder}`
  return { sources, label, name: label.split('/').at(-1) ?? 'main' }
}

async function sourcesOf(sys: Sys, paths: readonly string[], prefix: string): Promise<Sources> {
  const sources: Record<string, string> = {}
  for (const path of paths) {
    try {
      sources[prefix === '' && !path.startsWith('/') ? path : prefix + (path.split('/').at(-1) ?? '')] =
        await readTextFile(sys, path)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Refusal(`no required module provides package ${path}; to add it:\n\tgo get ${path}`)
    }
  }
  return sources
}

const MOST_ERRORS = 10

/** @throws Refusal for sources that do not compile here */
function compile({ sources, label }: Target): boolean {
  const place = (at: GoError['at']): string => `./${at.file}:${at.line}:${at.column}`
  try {
    const files = Object.entries(sources).map(([name, text]) => parseFile(name, text))
    const strange = strangeImports(files)
    if (strange.length > 0)
      throw new Refusal(strange.map(({ at, message }) => `${at.file}:${at.line}:${at.column}: ${message}`).join('\n'))
    const wrong = complaintsOf(files).map(({ at, message }) => `${place(at)}: ${message}`)
    const isMain = files.some(({ package: name }) => name === 'main')
    if (isMain && !files.some(({ funcs }) => funcs.some(({ name, receiver }) => name === 'main' && !receiver)))
      throw new Refusal(`# ${label}\nruntime.main_main·f: function main is undeclared in the main package`)
    if (wrong.length === 0) return isMain
    const more = wrong.length > MOST_ERRORS ? `\n${wrong[MOST_ERRORS]?.split(': ')[0]}: too many errors` : ''
    throw new Refusal(`# ${label}\n${wrong.slice(0, MOST_ERRORS).join('\n')}${more}`)
  } catch (error) {
    if (error instanceof GoError) throw new Refusal(`# ${label}\n${place(error.at)}: ${error.message}`)
    throw error
  }
}

/** -o and what follows the flags. */
function flagsOf(args: readonly string[]): { readonly output: string | undefined; readonly rest: readonly string[] } {
  const rest = [...args]
  let output: string | undefined
  while (rest[0]?.startsWith('-')) {
    const [name = '', value] = (rest.shift() ?? '').replace(/^--/, '-').split(/=(.*)/s)
    const given = VALUED.has(name) && value === undefined ? rest.shift() : value
    if (name === '-o') output = given
  }
  return { output, rest }
}

const VALUED: ReadonlySet<string> = new Set([
  '-o',
  '-ldflags',
  '-tags',
  '-gcflags',
  '-mod',
  '-p',
  '-asmflags',
  '-buildmode',
  '-installsuffix',
  '-pkgdir',
])
const WINDOWS = new TextEncoder().encode('MZ\0')
const MACH_O = Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe)

const build: Command = async ({ process, io, args }) => {
  const { output, rest } = flagsOf(args)
  const target = await targetFor({ process, io, args: rest })
  if (!compile(target)) return 0
  const suffix = process.env.get('GOOS') === 'windows' ? '.exe' : ''
  await produce(process, target, output ?? `${target.name}${suffix}`)
  return 0
}

async function produce({ sys, env }: Process, { sources, name }: Target, output: string): Promise<void> {
  const path = statOf(sys, output)?.folder ? `${output.replace(/\/$/, '')}/${name}` : output
  const foreign = { windows: WINDOWS, darwin: MACH_O }[env.get('GOOS') ?? '']
  try {
    makeFolders(sys, path)
    sys.close(sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o755))
    sys.chmod(path, 0o755)
    // Another system's executable is no program here, as in life.
    if (foreign) await writeFile(sys, path, foreign)
    else writeExecutable(sys, path, sources)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`go: open ${path}: ${lower(error.message)}`)
  }
}

function makeFolders(sys: Sys, path: string): void {
  const parts = path.split('/').slice(0, -1)
  for (let i = 1; i <= parts.length; i++) {
    const folder = parts.slice(0, i).join('/')
    if (folder !== '' && folder !== '.' && !statOf(sys, folder)) sys.mkdir(folder, 0o755)
  }
}

const run: Command = async ({ process, io, args }) => {
  const { rest } = flagsOf(args)
  const count = rest.findIndex((each, i) => i > 0 && !each.endsWith('.go'))
  const files = rest[0]?.endsWith('.go') ? rest.slice(0, count < 0 ? rest.length : count) : rest.slice(0, 1)
  if (files.length === 0) throw new Refusal('go: no go files listed')
  const target = await targetFor({ process, io, args: files })
  if (!compile(target)) throw new Refusal(`package ${target.label} is not a main package`)
  const argv = [`/tmp/go-build/b001/exe/${target.name}`, ...rest.slice(files.length)]
  const status = await runSources({ ...process, argv }, target.sources)
  if (status === 0) return 0
  throw new Refusal(`exit status ${status}`)
}

const install: Command = async ({ process, io, args }) => {
  const { rest } = flagsOf(args)
  if (rest[0]?.includes('@')) return get({ process, io, args: rest })
  const target = await targetFor({ process, io, args: rest })
  if (compile(target)) await produce(process, target, `${process.env.get('GOPATH') ?? '/go'}/bin/${target.name}`)
  return 0
}

const vet: Command = async ({ process, io, args }) => {
  compile(await targetFor({ process, io, args: flagsOf(args).rest }))
  return 0
}

const get: Command = async ({ args }) => {
  const [wanted = ''] = args.filter((each) => !each.startsWith('-'))
  throw new Refusal(
    `go: module ${wanted.replace(/@.*$/, '')}: modules of others cannot be had in this playground: only the standard library, in parts, is here`,
  )
}

const module: Command = async ({ process, io, args }) => {
  const { sys } = process
  const [verb = '', name = ''] = args
  if (verb === 'init') {
    if (statOf(sys, 'go.mod')) throw new Refusal(`go: ${sys.getcwd()}/go.mod already exists`)
    if (name === '')
      throw new Refusal(
        'go: cannot determine module path for source directory (outside GOPATH, module path must be specified)',
      )
    await writeFile(sys, 'go.mod', new TextEncoder().encode(`module ${name}\n\ngo ${versionOf(process)}\n`))
    await io.warn(`go: creating new go.mod: module ${name}\n`)
    if (sys.readdir('.').some((each) => each.name.endsWith('.go')))
      await io.warn('go: to add module requirements and sums:\n\tgo mod tidy\n')
    return 0
  }
  const found = await moduleOf(sys)
  if (!found)
    throw new Refusal("go: go.mod file not found in current directory or any parent directory; see 'go help modules'")
  const required = /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d/m.exec(
    await readTextFile(sys, `${found.root === '/' ? '' : found.root}/go.mod`),
  )?.[1]
  if (required !== undefined && ['tidy', 'download', 'verify', 'vendor'].includes(verb))
    return get({ process, io, args: [required] })
  if (verb === 'download') await io.warn('go: no module dependencies to download\n')
  else if (verb === 'verify') await io.print('all modules verified\n')
  else if (!['tidy', 'vendor', 'edit', 'graph', 'why'].includes(verb))
    throw new Refusal(`go mod ${verb}: unknown command\nRun 'go help mod' for usage.`, 2)
  return 0
}

const environment: Command = async ({ process, io, args }) => {
  const { env } = process
  const values: Readonly<Record<string, string>> = {
    CGO_ENABLED: env.get('CGO_ENABLED') ?? '1',
    GOARCH: env.get('GOARCH') ?? 'amd64',
    GOBIN: env.get('GOBIN') ?? '',
    GOCACHE: `${env.get('HOME') ?? '/root'}/.cache/go-build`,
    GOFLAGS: env.get('GOFLAGS') ?? '',
    GOHOSTARCH: 'amd64',
    GOHOSTOS: 'linux',
    GOMODCACHE: `${env.get('GOPATH') ?? '/go'}/pkg/mod`,
    GOOS: env.get('GOOS') ?? 'linux',
    GOPATH: env.get('GOPATH') ?? '/go',
    GOPROXY: 'https://proxy.golang.org,direct',
    GOROOT: '/usr/local/go',
    GOTOOLCHAIN: env.get('GOTOOLCHAIN') ?? 'auto',
    GOVERSION: `go${versionOf(process)}`,
  }
  const names = args.filter((each) => !each.startsWith('-'))
  const lines =
    names.length > 0
      ? names.map((name) => values[name] ?? '')
      : Object.entries(values).map(([name, value]) => `${name}='${value}'`)
  await io.print(lines.map((line) => `${line}\n`).join(''))
  return 0
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['build', build],
  ['run', run],
  ['install', install],
  ['vet', vet],
  ['get', get],
  ['mod', module],
  ['env', environment],
  [
    'version',
    async ({ process, io }: Call) => {
      await io.print(`go version go${versionOf(process)} ${targetOf(process)}\n`)
      return 0
    },
  ],
  [
    'list',
    async ({ process, io, args }: Call) => {
      await io.print(`${(await targetFor({ process, io, args: flagsOf(args).rest })).label}\n`)
      return 0
    },
  ],
  ['fmt', async () => 0],
  ['clean', async () => 0],
  [
    'test',
    async () => {
      throw new Refusal('go test: tests are not simulated here')
    },
  ],
])

const USAGE = `Go is a tool for managing Go source code.

Usage:

	go <command> [arguments]

The commands are:

	build       compile packages and dependencies
	clean       remove object files and cached files
	env         print Go environment information
	fmt         gofmt (reformat) package sources
	get         add dependencies to current module and install them
	install     compile and install packages and dependencies
	list        list packages or modules
	mod         module maintenance
	run         compile and run Go program
	test        test packages
	version     print Go version
	vet         report likely mistakes in packages

Use "go help <command>" for more information about a command.

`

/** The go command over an interpreter: what it builds carries its own sources. */
export const go: Program = {
  name: 'golang/go',
  paths: ['/usr/local/go/bin/go'],
  covers: 'partial',
  lacks: [
    'machine code: what is built is interpreted',
    'modules of others, and packages below the main one',
    'types are not checked: only unknown names, and imports and variables that nobody uses, are refused',
    'go test, gofmt, generate, tool, work; generics; packages of the standard library beside fmt, os, log, time, io, bufio, strings, strconv, math, math/rand, sort, errors, sync, encoding/json, net/http, runtime, in parts',
  ],
  summary: 'tool for managing Go source code',
  sizeBytes: 14_000_000,
  rssBytes: 12 << 20,
  async main(process) {
    const io = new Stdio(process.sys)
    const [name = '', ...args] = process.argv.slice(1)
    try {
      const command = COMMANDS.get(name)
      if (command) return await command({ process, io, args })
      if (['', 'help', '-h', '--help'].includes(name)) {
        await io.warn(USAGE)
        return name === 'help' ? 0 : 2
      }
      throw new Refusal(`go ${name}: unknown command\nRun 'go help' for usage.`, 2)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      await io.warn(`${error.message}\n`)
      return error.status
    } finally {
      await io.out.flush()
    }
  },
}
