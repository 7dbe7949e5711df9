import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { readFile, readTextFile, searchPath, writeAll, writeFile } from '@drydock/libc'
import { IndexClient, PipError, versionOf, type WheelFile } from './index-client.ts'
import {
  compareVersions,
  markerHolds,
  normalised,
  parseRequirement,
  type Requirement,
  satisfies,
} from './requirement.ts'
import { field, makeFolders, SitePackages } from './site-packages.ts'
import { hashHex, unzip } from '@drydock/codec'
import { environmentOf, needsOf } from './needs.ts'
import { optionOf } from './options.ts'
import { folderOf, isThere, venvOf, wheelsIn } from './places.ts'
import { Reports } from './reports.ts'
import { unknownCommand } from './unknown-command.ts'
import { Configuration } from './configuration.ts'
import { BuildError, type BuiltWheel, buildWheel } from './source-builder.ts'

const VERSION = '25.3'

export const pip: Program = {
  name: 'python/pip',
  paths: ['/usr/local/bin/pip'],
  covers: 'partial',
  lacks: [
    'sdists; of source trees it builds those of pyproject.toml, setup.cfg and setup.py without extensions in C',
    'resolving back to older versions: what was chosen first must do',
    'debug, inspect, lock and completion but for their first lines; search, as pypi.org has none',
  ],
  summary: 'installs the pure wheels that lessons use, from the session’s pypi.org',
  sizeBytes: 220,
  rssBytes: 40 * 1024 * 1024,
  main: (process) => new Pip(process).run(),
}

/** A package that will be installed, with who asked for it first. */
interface Chosen {
  readonly requirement: Requirement
  readonly from?: Asked
  readonly file: WheelFile
  readonly wheel: Uint8Array
  readonly metadata: string
  readonly needs: readonly Requirement[]
}

interface Asked {
  readonly requirement: Requirement
  /** `flask->-r requirements.txt (line 1)` */
  readonly from: readonly string[]
  /** It was made of a source tree, or lies in a file. */
  readonly built?: BuiltWheel
  readonly editable?: string
}

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
  '-d',
  '--dest',
  '-w',
  '--wheel-dir',
  '--format',
  '-a',
  '--algorithm',
])

class Pip {
  private readonly sys: Sys
  private readonly process: Process
  private readonly python: string
  private readonly site: SitePackages
  private readonly index: IndexClient
  private quiet = false
  private readonly venv: string | undefined
  private readonly reports: Reports

  constructor(process: Process) {
    this.process = process
    this.sys = process.sys
    this.python = (process.env.get('PYTHON_VERSION') ?? '3.14.2').split('.').slice(0, 2).join('.')
    this.venv = venvOf(process)
    const home = this.venv ?? '/usr/local'
    const user = process.argv.includes('--user') && this.venv === undefined
    const base = user ? (process.env.get('PYTHONUSERBASE') ?? `${process.env.get('HOME') ?? '/root'}/.local`) : home
    const target = optionOf(process.argv, '-t', '--target')
    this.site = new SitePackages(
      this.sys,
      searchPath(this.sys, this.venv === undefined ? 'python3' : `${this.venv}/bin/python3`, process.env.get('PATH')),
      target ?? `${base}/lib/python${this.python}/site-packages`,
      target === undefined ? `${base}/bin` : `${target}/bin`,
    )
    this.index = new IndexClient(this.sys)
    this.reports = new Reports({
      ...{ process, site: this.site, index: this.index, version: VERSION },
      print: (text) => this.print(text),
      warn: (text) => this.warn(text),
    })
  }

  async run(): Promise<number> {
    const [command, ...words] = this.process.argv.slice(1).filter((word) => !GLOBAL.test(word))
    const { options, names } = sorted(words)
    this.quiet = this.process.argv.some((each) => each === '--quiet' || /^-q+$/.test(each))
    const version = `pip ${VERSION} from ${this.site.folder}/pip (python ${this.python})\n`
    const commands: Readonly<Record<string, () => Promise<number>>> = {
      install: () => this.install(words),
      download: () => this.download(words),
      wheel: () => this.wheel(words),
      uninstall: () => this.uninstall(names, options, words),
      list: () => this.reports.list(words),
      freeze: () => this.reports.freeze(),
      show: () => this.reports.show(names, options),
      check: () => this.reports.check(),
      config: async () => this.print(await new Configuration(this.process).run(words)),
      cache: () => this.reports.cache(names),
      index: () => this.reports.versions(names),
      hash: () => this.reports.hash(names, words),
      search: () => {
        throw new PipError(NO_SEARCH)
      },
      debug: () => this.print(`pip version: ${version}sys.executable: ${this.site.interpreter}\n`),
      help: () => this.help(names[0]),
      '--version': () => this.print(version),
      '-V': () => this.print(version),
    }
    if (command === undefined || command === '--help' || command === '-h') return this.help(undefined)
    const run = commands[command]
    if (!run) return this.fail(await unknownCommand(command))
    if (options.includes('--help') || options.includes('-h')) return this.help(command)
    try {
      return await run()
    } catch (error) {
      if (error instanceof BuildError) return this.failBuild(error)
      if (error instanceof PipError) return this.fail(error.message)
      if (isErrno(error))
        return this.fail(`Could not install packages due to an OSError: [Errno ${error.errno}] ${error.message}`)
      throw error
    }
  }

  private async help(command: string | undefined): Promise<number> {
    const { helpOf } = await import('./help-text.ts')
    const text = helpOf(command)
    return text === undefined ? this.fail(await unknownCommand(command ?? '')) : this.print(text)
  }

  private async failBuild({ lines, exitCode }: BuildError): Promise<number> {
    const told = lines.map((line) => `      ${line}\n`).join('')
    const text = `  error: subprocess-exited-with-error
  
  × Preparing metadata (pyproject.toml) did not run successfully.
  │ exit code: ${exitCode}
  ╰─> [${lines.length} lines of output]
${told}      [end of output]
  
  note: This error originates from a subprocess, and is likely not a problem with pip.
error: metadata-generation-failed

× Encountered error while generating package metadata.
╰─> See above for output.

note: This is an issue with the package mentioned above, not pip.
hint: See above for details.
`
    await writeAll(this.sys, 2, new TextEncoder().encode(text))
    return 1
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
    const asked = await this.asked(words, 'install')
    const upgrade = words.some((word) => word === '-U' || word === '--upgrade')
    const chosen = await this.resolve(asked, upgrade, words)
    if (words.includes('--dry-run')) {
      if (chosen.length > 0) await this.say(`Would install ${namesOf(chosen)}`)
    } else if (chosen.length > 0) await this.place(chosen)
    await this.warnRoot(words)
    return 0
  }

  /** What the arguments ask for: projects, files of requirements, source trees and wheels. */
  private async asked(words: readonly string[], command: string): Promise<Asked[]> {
    const asked: Asked[] = []
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? ''
      const file =
        word === '-r' || word === '--requirement' ? words[++at] : /^(?:-r|--requirement=)(.+)$/.exec(word)?.[1]
      if (file !== undefined) asked.push(...(await this.requirementsIn(file)))
      else if (word === '-e' || word === '--editable') asked.push(await this.fromSource(words[++at] ?? '.', true))
      else if (word.startsWith('--editable=')) asked.push(await this.fromSource(word.slice(11), true))
      else if (VALUED.has(word)) at++
      else if (!word.startsWith('-')) asked.push(await this.askedBy(word))
    }
    if (asked.length === 0)
      throw new PipError(`You must give at least one requirement to ${command} (see "pip help ${command}")`)
    return asked
  }

  private async askedBy(word: string): Promise<Asked> {
    const path = word.replace(/^file:\/\//, '')
    if (word.endsWith('.whl')) return this.fromWheel(path)
    if (/^[./~]|^file:|\/$/.test(word)) return this.fromSource(path, false)
    if (/^git\+|^https?:/.test(word))
      throw new PipError(
        `${word} cannot be fetched: this pip takes wheels of pypi.org, and source trees and wheels that lie here`,
      )
    return { requirement: requirementOf(word), from: [] }
  }

  private async fromWheel(path: string): Promise<Asked> {
    const filename = path.split('/').at(-1) ?? ''
    await this.say(`Processing ${path}`)
    const wheel = await readFile(this.sys, path).catch((error: unknown) => {
      if (isErrno(error))
        throw new PipError(
          `Could not install packages due to an OSError: [Errno ${error.errno}] ${error.message}: '${path}'`,
        )
      throw error
    })
    return { requirement: namedBy(filename), from: [], built: { filename, wheel } }
  }

  /** A source tree, of which a wheel is made. PEP 517, PEP 660 */
  private async fromSource(word: string, editable: boolean): Promise<Asked> {
    const [, path = word, extras = ''] = /^(.*?)(\[[\w,\s-]+\])?$/.exec(word) ?? []
    const folder = folderOf(this.sys, path)
    if (folder === undefined)
      throw new PipError(`Invalid requirement: '${word}'\nHint: It looks like a path. File '${path}' does not exist.`)
    if (!['pyproject.toml', 'setup.py'].some((name) => isThere(this.sys, `${folder}/${name}`)))
      throw new PipError(
        editable
          ? `file://${folder} does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found.`
          : `Directory '${path}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.`,
      )
    await this.say(editable ? `Obtaining file://${folder}` : `Processing ${/^\.\/?$/.test(path) ? folder : path}`)
    const isolated = !this.process.argv.includes('--no-build-isolation')
    const steps = [
      ...(isolated ? ['Installing build dependencies'] : []),
      ...(editable ? ['Checking if build backend supports build_editable'] : []),
      ...(isolated ? [`Getting requirements to build ${editable ? 'editable' : 'wheel'}`] : []),
      `Preparing ${editable ? 'editable ' : ''}metadata (pyproject.toml)`,
    ]
    for (const step of steps.slice(0, -1)) await this.step(step)
    const built = await buildWheel(this.sys, this.site.interpreter, folder, editable)
    await this.step(steps.at(-1) ?? '')
    const requirement = namedBy(built.filename)
    const wanted = extras
      .slice(1, -1)
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
    return {
      requirement: { ...requirement, extras: wanted },
      from: [],
      built,
      ...(editable ? { editable: folder } : { editable: '' }),
    }
  }

  private async step(name: string): Promise<void> {
    if (this.sys.isatty(1)) return this.say(`  ${name} ... done`)
    await this.say(`  ${name}: started\n  ${name}: finished with status 'done'`)
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
      const source = /^(?:-e|--editable)\s*(\S+)/.exec(line)?.[1]
      if (source !== undefined) asked.push(await this.fromSource(source, true))
      else if (/^\.{0,2}\/|^\.$/.test(line)) asked.push(await this.askedBy(line))
      else if (nested !== undefined) asked.push(...(await this.requirementsIn(nested)))
      else if (line !== '' && !line.startsWith('-'))
        asked.push({ requirement: requirementOf(line), from: [`-r ${file} (line ${at + 1})`] })
    }
    return asked
  }

  /** Depth by depth; what was chosen first stays, and must do for whoever asks later. */
  private async resolve(asked: readonly Asked[], upgrade: boolean, words: readonly string[]): Promise<Chosen[]> {
    const alone = words.includes('--no-deps')
    const again = words.includes('--force-reinstall') || words.includes('-I') || words.includes('--ignore-installed')
    const chosen = new Map<string, Chosen>()
    const queue = [...asked]
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { requirement, from, built } = next
      if (!markerHolds(requirement.marker, environmentOf(''))) continue
      const key = normalised(requirement.name)
      const before = chosen.get(key)
      if (before) {
        const version = versionOf(before.file)
        if (!satisfies(version, requirement.specifier)) throw conflict(requirement, version)
        continue
      }
      const told = `${requirement.name}${requirement.extras.length ? `[${requirement.extras.join(',')}]` : ''}${requirement.specifier}${from.length ? ` (from ${from.join('->')})` : ''}`
      if (built) {
        const metadata = metadataIn(built.wheel)
        const file = { filename: built.filename, url: '', hashes: { sha256: '' } }
        const found = {
          requirement,
          file,
          wheel: built.wheel,
          metadata,
          needs: needsOf(metadata, requirement),
          from: next,
        }
        chosen.set(key, found)
        if (!alone) queue.push(...found.needs.map((each) => ({ requirement: each, from: [requirement.name] })))
        continue
      }
      const there = again ? undefined : await this.site.find(requirement.name)
      if (there && (!upgrade || from.length > 0) && satisfies(there.version, requirement.specifier)) {
        await this.say(
          `Requirement already satisfied: ${requirement.name}${requirement.specifier} in ${this.site.folder}${from.length ? ` (from ${from.join('->')})` : ''} (${there.version})`,
        )
        if (!alone)
          queue.push(
            ...needsOf(there.metadata, requirement).map((each) => ({
              requirement: each,
              from: [requirement.name, ...from],
            })),
          )
        continue
      }
      await this.say(`Collecting ${told}`)
      const found = await this.choose(
        requirement,
        told,
        optionOf(words, '-f', '--find-links'),
        words.includes('--no-index'),
      )
      chosen.set(key, found)
      if (!alone) queue.push(...found.needs.map((each) => ({ requirement: each, from: [requirement.name, ...from] })))
    }
    return [...chosen.values()]
  }

  private async choose(
    requirement: Requirement,
    words: string,
    links: string | undefined,
    noIndex: boolean,
  ): Promise<Chosen> {
    const local = links === undefined ? [] : wheelsIn(this.sys, links, requirement.name)
    const files = [...(noIndex ? [] : await this.index.files(requirement.name)), ...local]
    const versions = files.toSorted((a, b) => compareVersions(versionOf(a), versionOf(b)))
    const file = versions.findLast((each) => satisfies(versionOf(each), requirement.specifier))
    if (!file) {
      const known = versions.map(versionOf).join(', ') || 'none'
      await this.fail(`Could not find a version that satisfies the requirement ${words} (from versions: ${known})`)
      throw new PipError(`No matching distribution found for ${requirement.name}${requirement.specifier}`)
    }
    const lies = file.url.startsWith('/')
    const wheel = lies ? await readFile(this.sys, file.url) : await this.index.wheel(file)
    const metadata = metadataIn(wheel)
    if (lies) await this.say(`Processing ${file.url}`)
    else await this.say(`  Downloading ${file.filename}.metadata (${sizeWords(metadata.length)})`)
    return { requirement, file, wheel, metadata, needs: needsOf(metadata, requirement) }
  }

  private async place(chosen: readonly Chosen[]): Promise<void> {
    makeFolders(this.sys, this.site.folder)
    for (const { file, wheel } of chosen)
      if (file.url.startsWith('http')) await this.say(`Downloading ${file.filename} (${sizeWords(wheel.length)})`)
    await this.tellBuilt(chosen)
    const inOrder = chosen.toReversed()
    await this.say(
      `Installing collected packages: ${inOrder.map(({ requirement }) => normalised(requirement.name)).join(', ')}`,
    )
    for (const { requirement, wheel, from } of inOrder) {
      const before = await this.site.find(requirement.name)
      if (before) {
        await this.say(
          `  Attempting uninstall: ${requirement.name}\n    Found existing installation: ${before.name} ${before.version}\n    Uninstalling ${before.name}-${before.version}:\n      Successfully uninstalled ${before.name}-${before.version}`,
        )
        await this.site.uninstall(before)
      }
      await this.site.install(wheel, from?.editable)
    }
    await this.say(`Successfully installed ${namesOf(chosen)}`)
  }

  private async tellBuilt(chosen: readonly Chosen[]): Promise<void> {
    const made = chosen.filter(({ from }) => from?.editable !== undefined)
    if (made.length === 0) return
    const names = made.map(({ requirement }) => requirement.name)
    await this.say(`Building wheels for collected packages: ${names.join(', ')}`)
    for (const { requirement, file, wheel, from } of made) {
      await this.step(`Building ${from?.editable ? 'editable' : 'wheel'} for ${requirement.name} (pyproject.toml)`)
      const sum = hashHex('sha256', wheel)
      await this.say(
        `  Created wheel for ${requirement.name}: filename=${file.filename} size=${wheel.length} sha256=${sum}\n  Stored in directory: /tmp/pip-ephem-wheel-cache-${sum.slice(0, 8)}/wheels/${sum.slice(0, 2)}/${sum.slice(2, 4)}/${sum.slice(4, 6)}/${sum.slice(6, 60)}`,
      )
    }
    await this.say(`Successfully built ${names.join(' ')}`)
  }

  private async download(words: readonly string[]): Promise<number> {
    const chosen = await this.resolve(await this.asked(words, 'download'), false, [...words, '-I'])
    const folder = optionOf(words, '-d', '--dest') ?? '.'
    makeFolders(this.sys, folder.startsWith('/') ? folder : `${this.sys.getcwd()}/${folder}`)
    for (const { file, wheel } of chosen) {
      await this.say(`Downloading ${file.filename} (${sizeWords(wheel.length)})`)
      await writeFile(this.sys, `${folder}/${file.filename}`, wheel)
    }
    for (const { file } of chosen)
      await this.say(`Saved ${folder.startsWith('/') ? folder : `./${folder}`.replace('./.', '.')}/${file.filename}`)
    await this.say(`Successfully downloaded ${chosen.map(({ requirement }) => normalised(requirement.name)).join(' ')}`)
    return 0
  }

  private async wheel(words: readonly string[]): Promise<number> {
    const chosen = await this.resolve(await this.asked(words, 'wheel'), false, [...words, '-I'])
    await this.tellBuilt(chosen)
    const folder = optionOf(words, '-w', '--wheel-dir') ?? '.'
    makeFolders(this.sys, folder.startsWith('/') ? folder : `${this.sys.getcwd()}/${folder}`)
    for (const { file, wheel } of chosen) await writeFile(this.sys, `${folder}/${file.filename}`, wheel)
    return 0
  }

  private async warnRoot(words: readonly string[]): Promise<void> {
    const silent =
      words.some((word) => word.startsWith('--root-user-action')) ||
      this.process.env.get('PIP_ROOT_USER_ACTION') === 'ignore'
    if (this.sys.getuid() !== 0 || silent || this.venv !== undefined) return
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
    if (wanted.length === 0)
      throw new PipError('You must give at least one requirement to uninstall (see "pip help uninstall")')
    const ask = !options.includes('-y') && !options.includes('--yes')
    for (const name of wanted) {
      const there = await this.site.find(name)
      if (!there) {
        await this.warn(`Skipping ${name} as it is not installed.`)
        continue
      }
      await this.say(
        `Found existing installation: ${there.name} ${there.version}\nUninstalling ${there.name}-${there.version}:`,
      )
      if (ask && !(await this.confirmed(there.info))) continue
      await this.site.uninstall(there)
      await this.say(`  Successfully uninstalled ${there.name}-${there.version}`)
    }
    await this.warnRoot(words)
    return 0
  }

  private async confirmed(info: string): Promise<boolean> {
    const stem = info.slice(0, info.lastIndexOf('/'))
    const top = await readTextFile(this.sys, `${info}/top_level.txt`).catch(() => '')
    const names = top.split('\n').filter((name) => name !== '')
    await this.print(
      `  Would remove:\n${[info, ...names.map((name) => `${stem}/${name}`)].map((path) => `    ${path}/*\n`).join('')}`,
    )
    for (;;) {
      await this.print('Proceed (Y/n)? ')
      const answered = new TextDecoder().decode(await this.sys.read(0, 1024))
      if (answered === '') throw new PipError('Exception: EOF when reading a line')
      const word = answered.trim().toLowerCase()
      if (['', 'y', 'n'].includes(word)) return word !== 'n'
      await this.print(`Your response ('${word}') was not one of the expected responses: y, n, \n`)
    }
  }

  private async warn(text: string): Promise<void> {
    const line = this.sys.isatty(2) ? `\x1b[33mWARNING: ${text}\x1b[0m\n` : `WARNING: ${text}\n`
    await writeAll(this.sys, 2, new TextEncoder().encode(line))
  }
}

/** Options that may stand before a command as well, and change nothing here. */
const GLOBAL = /^(--no-input|--disable-pip-version-check|--no-color|--isolated|--no-cache-dir|-q+|--quiet)$/
const NO_SEARCH =
  "XMLRPC request failed [code: -32500]\nRuntimeError: PyPI no longer supports 'pip search' (or XML-RPC search). Please use https://pypi.org/search (via a browser) instead. See https://warehouse.pypa.io/api-reference/xml-rpc.html#deprecated-methods for more information."

const namesOf = (chosen: readonly Chosen[]): string =>
  chosen
    .map(({ metadata }) => `${field(metadata, 'Name')}-${field(metadata, 'Version')}`)
    .toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .join(' ')

const metadataIn = (wheel: Uint8Array): string =>
  new TextDecoder().decode(unzip(wheel).find(({ name }) => name.endsWith('.dist-info/METADATA'))?.bytes)

const namedBy = (filename: string): Requirement => ({
  name: (filename.split('-')[0] ?? '').replaceAll('_', '-'),
  extras: [],
  specifier: '',
  marker: undefined,
})

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
