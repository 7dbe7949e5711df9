import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { readTextFile, searchPath, writeAll } from '@drydock/libc'
import { IndexClient, PipError, versionOf, type WheelFile } from './index-client.ts'
import {
  compareVersions,
  markerHolds,
  normalised,
  parseRequirement,
  type Requirement,
  satisfies,
} from './requirement.ts'
import { field, makeFolders, requiresOf, SitePackages } from './site-packages.ts'
import { unzip } from '@drydock/codec'

const VERSION = '25.3'
/** CPython's version, whatever the image names. */
const INTERPRETER = '3.14.2'

export const pip: Program = {
  name: 'python/pip',
  paths: ['/usr/local/bin/pip'],
  covers: 'partial',
  lacks: [
    'source distributions',
    'editable installs',
    'wheel, download, cache, config and index',
    'virtual environments',
  ],
  summary: 'installs the pure wheels that lessons use, from the session’s pypi.org',
  sizeBytes: 220,
  rssBytes: 40 * 1024 * 1024,
  main: (process) => new Pip(process).run(),
}

/** A package that will be installed, with who asked for it first. */
interface Chosen {
  readonly requirement: Requirement
  readonly file: WheelFile
  readonly wheel: Uint8Array
  readonly metadata: string
  readonly needs: readonly Requirement[]
}

interface Asked {
  readonly requirement: Requirement
  /** `flask->-r requirements.txt (line 1)` */
  readonly from: readonly string[]
}

const HELP = `
Usage:
  pip <command> [options]

Commands:
  install                     Install packages.
  uninstall                   Uninstall packages.
  freeze                      Output installed packages in requirements format.
  list                        List installed packages.
  show                        Show information about installed packages.
  help                        Show help for commands.
`
const VALUED: ReadonlySet<string> = new Set([
  '-i',
  '--index-url',
  '--extra-index-url',
  '--trusted-host',
  '-c',
  '--root-user-action',
  '--timeout',
  '--progress-bar',
  '-t',
  '--target',
  '--prefix',
  '--platform',
  '-f',
  '--find-links',
  '--cache-dir',
  '--retries',
])

class Pip {
  private readonly sys: Sys
  private readonly process: Process
  private readonly python: string
  private readonly site: SitePackages
  private readonly index: IndexClient
  private quiet = false

  constructor(process: Process) {
    this.process = process
    this.sys = process.sys
    this.python = (process.env.get('PYTHON_VERSION') ?? '3.14.2').split('.').slice(0, 2).join('.')
    const home = process.env.get('VIRTUAL_ENV') ?? '/usr/local'
    this.site = new SitePackages(
      this.sys,
      searchPath(this.sys, 'python3', process.env.get('PATH')),
      `${home}/lib/python${this.python}/site-packages`,
      `${home}/bin`,
    )
    this.index = new IndexClient(this.sys)
  }

  async run(): Promise<number> {
    const [command = 'help', ...words] = this.process.argv.slice(1).filter((word) => word !== '--no-input')
    const { options, names } = sorted(words)
    this.quiet = options.some((each) => each === '-q' || each === '--quiet' || /^-q+$/.test(each))
    const commands: Readonly<Record<string, () => Promise<number>>> = {
      install: () => this.install(words),
      uninstall: () => this.uninstall(names, options, words),
      list: () => this.list(),
      freeze: () => this.freeze(),
      show: () => this.show(names),
      help: () => this.print(HELP),
      '--help': () => this.print(HELP),
      '-h': () => this.print(HELP),
      '--version': () => this.print(`pip ${VERSION} from ${this.site.folder}/pip (python ${this.python})\n`),
      '-V': () => this.print(`pip ${VERSION} from ${this.site.folder}/pip (python ${this.python})\n`),
    }
    const run = commands[command]
    if (!run) return this.fail(`unknown command "${command}"`)
    try {
      return await run()
    } catch (error) {
      if (error instanceof PipError) return this.fail(error.message)
      if (isErrno(error))
        return this.fail(`Could not install packages due to an OSError: [Errno ${error.errno}] ${error.message}`)
      throw error
    }
  }

  private async print(text: string): Promise<number> {
    await writeAll(this.sys, 1, new TextEncoder().encode(text))
    return 0
  }

  private async say(text: string): Promise<void> {
    if (!this.quiet) await this.print(`${text}\n`)
  }

  private async fail(text: string): Promise<number> {
    const line = this.sys.isatty(2) ? `\x1b[31mERROR: ${text}\x1b[0m\n` : `ERROR: ${text}\n`
    await writeAll(this.sys, 2, new TextEncoder().encode(line))
    return 1
  }

  // install ---------------------------------------------------------------------------------------------------------------

  private async install(words: readonly string[]): Promise<number> {
    const asked: Asked[] = []
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? ''
      const file =
        word === '-r' || word === '--requirement' ? words[++at] : /^(?:-r|--requirement=)(.+)$/.exec(word)?.[1]
      if (file !== undefined) asked.push(...(await this.requirementsIn(file)))
      else if (word === '-e' || word === '--editable' || word === '.')
        throw new PipError('editable installs and source trees are not supported here')
      else if (VALUED.has(word)) at++
      else if (!word.startsWith('-')) asked.push({ requirement: requirementOf(word), from: [] })
    }
    if (asked.length === 0)
      throw new PipError('You must give at least one requirement to install (see "pip help install")')
    const upgrade = words.some((word) => word === '-U' || word === '--upgrade')
    const chosen = await this.resolve(asked, upgrade)
    if (chosen.length > 0) await this.place(chosen)
    await this.warnRoot(words)
    return 0
  }

  private async requirementsIn(file: string): Promise<Asked[]> {
    let text: string
    try {
      text = await readTextFile(this.sys, file)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new PipError(`Could not open requirements file: [Errno ${error.errno}] ${error.message}: '${file}'`)
    }
    const asked: Asked[] = []
    for (const [at, raw] of text.split('\n').entries()) {
      const line = raw
        .replace(/(^|\s)#.*$/, '')
        .replace(/\s--hash=\S+/g, '')
        .replace(/\\$/, '')
        .trim()
      const nested = /^(?:-r|--requirement)\s*(\S+)/.exec(line)?.[1]
      if (nested !== undefined) asked.push(...(await this.requirementsIn(nested)))
      else if (line !== '' && !line.startsWith('-'))
        asked.push({ requirement: requirementOf(line), from: [`-r ${file} (line ${at + 1})`] })
    }
    return asked
  }

  /** Depth by depth; what was chosen first stays, and must do for whoever asks later. */
  private async resolve(asked: readonly Asked[], upgrade: boolean): Promise<Chosen[]> {
    const chosen = new Map<string, Chosen>()
    const queue = [...asked]
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { requirement, from } = next
      if (!markerHolds(requirement.marker, this.environment(''))) continue
      const key = normalised(requirement.name)
      const before = chosen.get(key)
      if (before) {
        const version = versionOf(before.file)
        if (!satisfies(version, requirement.specifier)) throw conflict(requirement, version)
        continue
      }
      const words = `${requirement.name}${requirement.extras.length ? `[${requirement.extras.join(',')}]` : ''}${requirement.specifier}${from.length ? ` (from ${from.join('->')})` : ''}`
      const there = await this.site.find(requirement.name)
      if (there && (!upgrade || from.length > 0) && satisfies(there.version, requirement.specifier)) {
        await this.say(
          `Requirement already satisfied: ${requirement.name}${requirement.specifier} in ${this.site.folder}${from.length ? ` (from ${from.join('->')})` : ''} (${there.version})`,
        )
        queue.push(
          ...this.needsOf(there.metadata, requirement).map((each) => ({
            requirement: each,
            from: [requirement.name, ...from],
          })),
        )
        continue
      }
      await this.say(`Collecting ${words}`)
      const found = await this.choose(requirement, words)
      chosen.set(key, found)
      queue.push(...found.needs.map((each) => ({ requirement: each, from: [requirement.name, ...from] })))
    }
    return [...chosen.values()]
  }

  private async choose(requirement: Requirement, words: string): Promise<Chosen> {
    const files = await this.index.files(requirement.name)
    const versions = files.toSorted((a, b) => compareVersions(versionOf(a), versionOf(b)))
    const file = versions.findLast((each) => satisfies(versionOf(each), requirement.specifier))
    if (!file) {
      const known = versions.map(versionOf).join(', ') || 'none'
      await this.fail(`Could not find a version that satisfies the requirement ${words} (from versions: ${known})`)
      throw new PipError(`No matching distribution found for ${requirement.name}${requirement.specifier}`)
    }
    const wheel = await this.index.wheel(file)
    const metadata = new TextDecoder().decode(
      unzip(wheel).find(({ name }) => name.endsWith('.dist-info/METADATA'))?.bytes,
    )
    await this.say(`  Downloading ${file.filename}.metadata (${sizeWords(metadata.length)})`)
    return { requirement, file, wheel, metadata, needs: this.needsOf(metadata, requirement) }
  }

  private needsOf(metadata: string, { extras }: Requirement): Requirement[] {
    return requiresOf(metadata).flatMap((text) => {
      const need = parseRequirement(text)
      if (!need) return []
      const holds = ['', ...extras].some((extra) => markerHolds(need.marker, this.environment(extra)))
      return holds ? [{ ...need, marker: undefined }] : []
    })
  }

  private environment(extra: string): Record<string, string> {
    return {
      // What packages ask for older interpreters is not for the one that runs them here.
      python_version: INTERPRETER.split('.').slice(0, 2).join('.'),
      python_full_version: INTERPRETER,
      os_name: 'posix',
      sys_platform: 'linux',
      platform_system: 'Linux',
      platform_machine: 'x86_64',
      platform_python_implementation: 'CPython',
      implementation_name: 'cpython',
      extra,
    }
  }

  private async place(chosen: readonly Chosen[]): Promise<void> {
    makeFolders(this.sys, this.site.folder)
    for (const { file, wheel } of chosen) await this.say(`Downloading ${file.filename} (${sizeWords(wheel.length)})`)
    const inOrder = chosen.toReversed()
    await this.say(
      `Installing collected packages: ${inOrder.map(({ requirement }) => normalised(requirement.name)).join(', ')}`,
    )
    for (const { requirement, wheel } of inOrder) {
      const before = await this.site.find(requirement.name)
      if (before) {
        await this.say(
          `  Attempting uninstall: ${requirement.name}\n    Found existing installation: ${before.name} ${before.version}\n    Uninstalling ${before.name}-${before.version}:\n      Successfully uninstalled ${before.name}-${before.version}`,
        )
        await this.site.uninstall(before)
      }
      await this.site.install(wheel)
    }
    const done = chosen.map(({ metadata }) => `${field(metadata, 'Name')}-${field(metadata, 'Version')}`)
    await this.say(
      `Successfully installed ${done.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join(' ')}`,
    )
  }

  private async warnRoot(words: readonly string[]): Promise<void> {
    const silent =
      words.some((word) => word.startsWith('--root-user-action')) ||
      this.process.env.get('PIP_ROOT_USER_ACTION') === 'ignore'
    if (this.sys.getuid() !== 0 || silent || this.process.env.has('VIRTUAL_ENV')) return
    const text =
      "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager, possibly rendering your system unusable. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv. Use the --root-user-action option if you know what you are doing and want to suppress this warning."
    const line = this.sys.isatty(2) ? `\x1b[33m${text}\x1b[0m\n` : `${text}\n`
    await writeAll(this.sys, 2, new TextEncoder().encode(line))
  }

  // the others ------------------------------------------------------------------------------------------------------------

  private async uninstall(
    names: readonly string[],
    options: readonly string[],
    words: readonly string[],
  ): Promise<number> {
    const wanted = [...names]
    const at = words.findIndex((word) => word === '-r')
    if (at >= 0)
      wanted.splice(
        0,
        wanted.length,
        ...(await this.requirementsIn(words[at + 1] ?? '')).map(({ requirement }) => requirement.name),
      )
    if (!options.includes('-y') && !options.includes('--yes') && !this.sys.isatty(0))
      throw new PipError('pip uninstall asks before it removes anything: add -y')
    for (const name of wanted) {
      const there = await this.site.find(name)
      if (!there) {
        await this.say(`WARNING: Skipping ${name} as it is not installed.`)
        continue
      }
      await this.say(
        `Found existing installation: ${there.name} ${there.version}\nUninstalling ${there.name}-${there.version}:`,
      )
      await this.site.uninstall(there)
      await this.say(`  Successfully uninstalled ${there.name}-${there.version}`)
    }
    return 0
  }

  private async list(): Promise<number> {
    const rows = [...(await this.site.list()), { name: 'pip', version: VERSION }].toSorted((a, b) =>
      a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
    )
    const width = Math.max(7, ...rows.map(({ name }) => name.length))
    const wide = Math.max(7, ...rows.map(({ version }) => version.length))
    const lines = rows.map(({ name, version }) => `${name.padEnd(width)} ${version}`)
    return this.print(
      `${'Package'.padEnd(width)} Version\n${'-'.repeat(width)} ${'-'.repeat(wide)}\n${lines.join('\n')}\n`,
    )
  }

  private async freeze(): Promise<number> {
    const lines = (await this.site.list()).map(({ name, version }) => `${name}==${version}\n`)
    return this.print(lines.join(''))
  }

  private async show(names: readonly string[]): Promise<number> {
    const all = await this.site.list()
    const shown: string[] = []
    for (const name of names) {
      const found = all.find((each) => normalised(each.name) === normalised(name))
      if (!found) continue
      const needs = requiresOf(found.metadata).flatMap((text) => {
        const need = parseRequirement(text)
        return need && markerHolds(need.marker, this.environment('')) ? [need.name] : []
      })
      shown.push(
        [
          `Name: ${found.name}`,
          `Version: ${found.version}`,
          `Summary: ${field(found.metadata, 'Summary')}`,
          `Home-page: ${field(found.metadata, 'Home-page')}`,
          `Author: ${field(found.metadata, 'Author')}`,
          `License: ${field(found.metadata, 'License') || field(found.metadata, 'License-Expression')}`,
          `Location: ${this.site.folder}`,
          `Requires: ${needs.join(', ')}`,
          '',
        ].join('\n'),
      )
    }
    if (shown.length === 0) {
      await writeAll(this.sys, 2, new TextEncoder().encode(`WARNING: Package(s) not found: ${names.join(', ')}\n`))
      return 1
    }
    return this.print(shown.join('---\n'))
  }
}

function requirementOf(text: string): Requirement {
  const requirement = parseRequirement(text)
  if (!requirement) throw new PipError(`Invalid requirement: '${text}'`)
  return requirement
}

const conflict = ({ name, specifier }: Requirement, version: string): PipError =>
  new PipError(`Cannot install ${name}${specifier} because ${name}==${version} was chosen for another package.`)

const sizeWords = (bytes: number): string =>
  bytes >= 1_000_000
    ? `${(bytes / 1e6).toFixed(1)} MB`
    : bytes >= 10_000
      ? `${Math.floor(bytes / 1000)} kB`
      : `${(bytes / 1000).toFixed(1)} kB`

function sorted(words: readonly string[]): { options: string[]; names: string[] } {
  const [options, names]: [string[], string[]] = [[], []]
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '-r' || VALUED.has(word)) at++
    else (word.startsWith('-') ? options : names).push(word)
  }
  return { options, names }
}
