import { isDirectory, isErrno, type Process, type Sys } from '@drydock/abi'
import { readTextFile, type Stdio } from '@drydock/libc'
import { complaintsOf, strangeImports } from './check.ts'
import type { Sources } from './executable.ts'
import { MODULES, requiredIn } from './modules.ts'
import { parseFile } from './parse.ts'
import { GoError } from './tokens.ts'

/** Ends the command with a message and a status. */
export class Refusal extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

export interface Call {
  readonly process: Process
  readonly io: Stdio
  readonly args: readonly string[]
}

export type Command = (call: Call) => Promise<number>

export const versionOf = ({ env }: Process): string => env.get('GOLANG_VERSION') ?? '1.26.5'
export const minor = (version: string): number => Number(version.split('.')[1] ?? 0)
export const targetOf = ({ env }: Process): string => `${env.get('GOOS') ?? 'linux'}/${env.get('GOARCH') ?? 'amd64'}`
export const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** What is to be built: sources by name, and what the result is called. */
export interface Target {
  readonly sources: Sources
  readonly name: string
  /** As errors head their list. */
  readonly label: string
  /** Packages of other modules that may be imported. */
  readonly provided: ReadonlySet<string>
  /** What is said of one that may not. */
  readonly missing: (path: string) => string
}

/** Before there were modules, and since. */
export function missingFor(process: Process, hasModule: boolean): (path: string) => string {
  const root = process.env.get('GOPATH') ?? '/go'
  if (hasModule || minor(versionOf(process)) >= 16)
    return (path) => `no required module provides package ${path}; to add it:\n\tgo get ${path}`
  return (path) =>
    `cannot find package ${JSON.stringify(path)} in any of:\n\t/usr/local/go/src/${path} (from $GOROOT)\n\t${root}/src/${path} (from $GOPATH)`
}

/** What other modules give: those that go.mod asks for, and without one those that lie in GOPATH. */
async function providedTo({ sys, env }: Process): Promise<ReadonlySet<string>> {
  const module = await moduleOf(sys)
  const packages = MODULES.flatMap(({ path, packages }) => packages.map((each) => ({ path, each })))
  if (!module) {
    const sources = `${env.get('GOPATH') ?? '/go'}/src`
    return new Set(packages.flatMap(({ each }) => (statOf(sys, `${sources}/${each}`)?.folder ? each : [])))
  }
  const required = requiredIn(await readTextFile(sys, goModOf(module.root)))
  return new Set(packages.flatMap(({ path, each }) => (required.includes(path) ? each : [])))
}

export const goModOf = (root: string): string => `${root === '/' ? '' : root}/go.mod`

export function statOf(sys: Sys, path: string): { readonly folder: boolean } | undefined {
  try {
    return { folder: isDirectory(sys.stat(path).mode) }
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** The module of the working directory, or of one above it. */
export async function moduleOf(sys: Sys): Promise<{ readonly root: string; readonly path: string } | undefined> {
  for (let root = sys.getcwd(); ; root = root.slice(0, root.lastIndexOf('/')) || '/') {
    const file = goModOf(root)
    if (statOf(sys, file)) {
      const path = /^module\s+"?([^\s"]+)/m.exec(await readTextFile(sys, file))?.[1] ?? ''
      return { root, path }
    }
    if (root === '/') return undefined
  }
}

/** @throws Refusal, in go's words */
export async function targetFor({ process, args }: Call): Promise<Target> {
  const { sys } = process
  const module = await moduleOf(sys)
  const provided = await providedTo(process)
  const missing = missingFor(process, module !== undefined)
  const named = args.filter((each) => each.endsWith('.go'))
  if (named.length > 0) {
    const sources = await sourcesOf(sys, named, '')
    return {
      sources,
      name: (named[0] ?? '').replace(/^.*\//, '').replace(/\.go$/, ''),
      label: 'command-line-arguments',
      provided,
      missing,
    }
  }
  const place = (args[0] ?? '.').replace(/\/?\.\.\.$/, '') || '.'
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
  return { sources, label, provided, missing, name: label.split('/').at(-1) ?? 'main' }
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
export function compile({ sources, label, provided, missing }: Target): boolean {
  const place = (at: GoError['at']): string => `./${at.file}:${at.line}:${at.column}`
  try {
    const files = Object.entries(sources).map(([name, text]) => parseFile(name, text))
    const strange = strangeImports(files, provided, missing)
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
