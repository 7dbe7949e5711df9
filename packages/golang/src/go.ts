import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Program } from '@drydock/abi'
import { makeDirectories, readTextFile, Stdio, writeFile } from '@drydock/libc'
import { runSources, writeExecutable } from './executable.ts'
import { downloadToPath, refusesOutside, requireModule } from './get.ts'
import { INSTALLABLE, MODULES, moduleWith, requiredIn } from './modules.ts'
import {
  type Command,
  compile,
  goModOf,
  lower,
  minor,
  missingFor,
  moduleOf,
  Refusal,
  statOf,
  type Target,
  targetFor,
  targetOf,
  versionOf,
} from './target.ts'

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
    makeDirectories(sys, path.slice(0, path.lastIndexOf('/')))
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
  if (rest[0]?.includes('@')) return installVersion({ process, io, args: rest })
  const target = await targetFor({ process, io, args: rest })
  if (compile(target)) await produce(process, target, `${process.env.get('GOPATH') ?? '/go'}/bin/${target.name}`)
  return 0
}

const vet: Command = async ({ process, io, args }) => {
  compile(await targetFor({ process, io, args: flagsOf(args).rest }))
  return 0
}

const notHere = (path: string): Refusal =>
  new Refusal(
    `go: module ${path.replace(/@.*$/, '')}: modules of others cannot be had in this playground: only ${MODULES.map((each) => each.path).join(', ')} and the standard library, in parts, are here`,
  )

/** `go get`, which before there were modules also installed. */
const get: Command = async ({ process, io, args }) => {
  const [wanted = ''] = args.filter((each) => !each.startsWith('-'))
  const path = wanted.replace(/@.*$/, '').replace(/\/?\.\.\.$/, '')
  const module = await moduleOf(process.sys)
  const refusal = module ? undefined : refusesOutside(minor(versionOf(process)))
  if (refusal !== undefined) throw new Refusal(refusal)
  const library = moduleWith(path)
  if (!library && !INSTALLABLE[path]) throw notHere(path)
  if (module && library) {
    await io.warn(`go: downloading ${library.path} ${library.version}\n`)
    if (await requireModule(process.sys, goModOf(module.root), library, true))
      await io.warn(`go: added ${library.path} ${library.version}\n`)
    return 0
  }
  await downloadToPath(process, io, path, args.includes('-v'))
  return args.includes('-d') ? 0 : installed(process, path)
}

/** A program of others becomes an executable in GOPATH; a library is none. */
async function installed(process: Process, path: string): Promise<number> {
  const { sources } = INSTALLABLE[path] ?? {}
  const name = path.split('/').at(-1) ?? ''
  const none = { provided: new Set<string>(), missing: missingFor(process, true) }
  const target = sources && { sources, name, label: path, ...none }
  if (target && compile(target)) await produce(process, target, `${process.env.get('GOPATH') ?? '/go'}/bin/${name}`)
  return 0
}

const installVersion: Command = async ({ process, io, args: [wanted = ''] }) => {
  const [path = '', version = ''] = wanted.split('@')
  const found = INSTALLABLE[path]
  if (!found) throw notHere(path)
  await io.warn(`go: downloading ${found.module} ${version === 'latest' ? found.version : version}\n`)
  return installed(process, path)
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
  const required = requiredIn(await readTextFile(sys, goModOf(found.root)))
  const unknown = required.find((path) => !moduleWith(path))
  if (unknown !== undefined && ['tidy', 'download', 'verify', 'vendor'].includes(verb)) throw notHere(unknown)
  if (verb === 'tidy') return tidy(process, io, found.root)
  if (verb === 'download' && required.length > 0) return 0
  if (verb === 'download') await io.warn('go: no module dependencies to download\n')
  else if (verb === 'verify') await io.print('all modules verified\n')
  else if (!['tidy', 'vendor', 'edit', 'graph', 'why'].includes(verb))
    throw new Refusal(`go mod ${verb}: unknown command\nRun 'go help mod' for usage.`, 2)
  return 0
}

/** Asks for what is imported. */
async function tidy({ sys }: Process, io: Stdio, root: string): Promise<number> {
  const names = sys.readdir(root).flatMap(({ name }) => (name.endsWith('.go') ? `${root}/${name}` : []))
  const texts = await Promise.all(names.map((name) => readTextFile(sys, name)))
  for (const module of MODULES) {
    const used = module.packages.filter((each) => texts.some((text) => text.includes(JSON.stringify(each))))
    if (used.length === 0 || !(await requireModule(sys, goModOf(root), module, false))) continue
    await io.warn(`go: finding module for package ${used[0]}\ngo: downloading ${module.path} ${module.version}\n`)
    await io.warn(`go: found ${used[0]} in ${module.path} ${module.version}\n`)
  }
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

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['build', build],
  ['run', run],
  ['install', install],
  ['vet', vet],
  ['get', get],
  ['mod', module],
  ['env', environment],
  [
    'version',
    async ({ process, io }) => {
      await io.print(`go version go${versionOf(process)} ${targetOf(process)}\n`)
      return 0
    },
  ],
  [
    'list',
    async ({ process, io, args }) => {
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
    'modules of others, beside golang.org/x/net with the tokenizer of its html; packages below the main one',
    'types are not checked: only unknown names, and imports and variables that nobody uses, are refused',
    'go test, gofmt, generate, tool, work; generics; packages of the standard library beside fmt, os, log, time, io, bufio, strings, strconv, math, math/rand, sort, errors, sync, encoding/json, net/http, io/ioutil, runtime, in parts',
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
