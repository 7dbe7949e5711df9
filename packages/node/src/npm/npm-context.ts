import type { Process } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import type { CommandLine } from './command-line.ts'
import { type Config, homeOf } from './config.ts'
import { lstatOr, readText } from './files.ts'
import type { PackageJson } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import type { Registry } from './registry.ts'
import { type Release, warnWord } from './release.ts'

/** What a command of npm works with. */
export class Npm {
  readonly process: Process
  readonly line: CommandLine
  readonly release: Release
  readonly config: Config
  readonly registry: Registry
  /** The project's folder: the nearest above that has a package.json or node_modules. */
  readonly root: string

  constructor(own: Pick<Npm, 'process' | 'line' | 'release' | 'config' | 'registry' | 'root'>) {
    Object.assign(this, own)
    ;({ process: this.process, line: this.line, release: this.release } = own)
    ;({ config: this.config, registry: this.registry, root: this.root } = own)
  }

  /** The words behind the command's name. */
  get words(): readonly string[] {
    return this.line.words.slice(1)
  }
  get isGlobal(): boolean {
    return this.line.has('global') || this.line.value('location') === 'global'
  }
  /** Where packages lie. */
  get place(): string {
    return this.isGlobal ? `${this.config.get('prefix') ?? '/usr/local'}/lib` : this.root
  }
  get omitsDev(): boolean {
    const { line, process } = this
    const omitted = [...line.all('omit'), ...line.all('only').map((each) => each.replace(/^prod(uction)?$/, 'dev'))]
    if (line.all('include').includes('dev') || line.refuses('production')) return false
    return omitted.includes('dev') || line.has('production', 'prod') || process.env.get('NODE_ENV') === 'production'
  }

  say(text: string): Promise<void> | void {
    return writeAll(this.process.sys, 1, new TextEncoder().encode(text))
  }
  warn(text: string): Promise<void> | void {
    if (this.line.isSilent || this.line.value('loglevel') === 'error') return
    return writeAll(this.process.sys, 2, new TextEncoder().encode(text))
  }
  warnAbout(...lines: readonly string[]): Promise<void> | void {
    return this.warn(lines.map((line) => `${warnWord(this.release)} ${line}\n`).join(''))
  }
  notice(...lines: readonly string[]): Promise<void> | void {
    return this.warn(lines.map((line) => `npm notice${line === '' ? '' : ` ${line}`}\n`).join(''))
  }
  json(value: unknown): Promise<void> | void {
    return this.say(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** @throws NpmError when it is not there or is no JSON */
  async project(): Promise<PackageJson> {
    const found = await projectIn(this, this.root)
    if (!found) throw noPackageJson(this.root)
    return found
  }
  projectIfAny(): Promise<PackageJson | undefined> {
    return projectIn(this, this.root)
  }
  get logFile(): string {
    const at = new Date(this.process.sys.clock.now()).toISOString().replaceAll(/[:.]/g, '_')
    return `${homeOf(this.process)}/.npm/_logs/${at}-debug-0.log`
  }
}

async function projectIn({ process }: Npm, root: string): Promise<PackageJson | undefined> {
  const path = `${root}/package.json`
  const text = await readText(process.sys, path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as PackageJson
  } catch (error) {
    const shown = JSON.stringify(text.length > 42 ? `${text.slice(0, 40)}...` : text)
    throw new NpmError('EJSONPARSE', [
      `path ${path}`,
      `JSON.parse ${jsonWords(text, error as Error)} while parsing ${shown}`,
      'JSON.parse Failed to parse JSON data.',
      'JSON.parse Note: package.json must be actual JSON, not just JavaScript.',
    ])
  }
}

const jsonWords = (text: string, { message }: Error): string =>
  text.trim() === '' ? 'Unexpected end of JSON input' : message.replace(/ \(line \d+ column \d+\)/, '')

export const noPackageJson = (root: string): NpmError =>
  new NpmError(
    'ENOENT',
    [
      'syscall open',
      `path ${root}/package.json`,
      'errno -2',
      `enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${root}/package.json'`,
      'enoent This is related to npm not being able to find a file.',
      'enoent',
    ],
    254,
  )

/** The nearest folder above that is a project. npm-prefix(1) */
export function prefixOf({ sys }: Process): string {
  const from = sys.getcwd().replace(/\/$/, '')
  for (let at = from; at !== ''; at = at.slice(0, at.lastIndexOf('/')))
    if (lstatOr(sys, `${at}/package.json`) || lstatOr(sys, `${at}/node_modules`)) return at
  return from
}
