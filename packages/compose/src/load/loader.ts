import { isErrno } from '@drydock/abi'
import {
  clone,
  type ComposeDocument,
  ComposeError,
  goType,
  isList,
  isMapping,
  type LookUp,
  type Mapping,
  type Path,
  type Positions,
  readYaml,
  textAt,
  type Tree,
  YamlError,
} from '@drydock/cli-plugin/compose-file'
import { composeSchema } from '../schema/compose-schema.ts'
import { validate } from '../schema/schema.ts'
import { canonical } from './canonical.ts'
import { checkModel, setDefaults } from './defaults.ts'
import { DotenvError, parseDotenv } from './dotenv.ts'
import { interpolate, type Warnings } from './interpolate.ts'
import { drop, merge, mergeMappings } from './merge.ts'
import { joinPath, resolvePaths } from './resolve-paths.ts'
import { enforceUnicity } from './unicity.ts'

/** The files that a project is read from. */
export interface Files {
  /** @throws Errno */
  read(path: string): Promise<string>
  kind(path: string): 'file' | 'folder' | undefined
}

export interface LoadOptions extends Warnings {
  readonly files: Files
  readonly home: string
  /** Leave variables as they are. */
  readonly noInterpolate?: boolean
  /** Leave paths as they are written. */
  readonly noPathResolution?: boolean
}

/** A failure with the file it was found in. */
export class FileProblem extends ComposeError {
  readonly file: string
  constructor(message: string, file: string, path: Path) {
    super(message, path)
    this.file = file
  }
}

/** How a file is being read: by whom, and with what. */
interface Reading {
  readonly folder: string
  readonly environment: ReadonlyMap<string, string>
  /** Files that include one another, outermost first. */
  readonly included: readonly string[]
  /** For `extends`: nothing is checked, extended or included yet. */
  readonly raw?: boolean
}
interface Extended {
  readonly file: string
  readonly service: string
}
type Dropped = ComposeDocument['dropped']

const parentOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'

/** Reads Compose files into one tree: compose-go's loader, in its order. */
export class Loader {
  readonly positions = new Map<string, Positions>()
  private readonly options: LoadOptions
  private readonly outdated = new Set<string>()

  constructor(options: LoadOptions) {
    this.options = options
  }

  /** The files laid over one another, checked, paths absolute. @throws ComposeError, Errno */
  async load(paths: readonly string[], folder: string, environment: ReadonlyMap<string, string>): Promise<Mapping> {
    return this.model(paths, { folder, environment, included: [] })
  }

  private async model(paths: readonly string[], reading: Reading): Promise<Mapping> {
    let tree: Mapping = new Map()
    for (const path of paths) tree = await this.addFile(tree, path, reading)
    setDefaults(tree)
    return this.inFile(paths.at(-1) ?? '', () => {
      checkModel(tree)
      if (this.options.noPathResolution) return tree
      return resolvePaths(tree, { folder: reading.folder, home: this.options.home })
    })
  }

  private async addFile(below: Mapping, path: string, reading: Reading): Promise<Mapping> {
    const text = await this.options.files.read(path)
    let tree = below
    const { documents, positions } = this.parse(path, text)
    this.positions.set(path, positions)
    for (const document of documents) tree = await this.addDocument(tree, path, document, reading)
    return tree
  }

  private parse(path: string, text: string): ReturnType<typeof readYaml> {
    try {
      return readYaml(text)
    } catch (error) {
      if (error instanceof YamlError)
        throw new FileProblem(`failed to parse ${path}: ${error.message}`, path, [
          `\0${error.position.line}`,
          `\0${error.position.column}`,
        ])
      throw error instanceof ComposeError
        ? new FileProblem(`failed to parse ${path}: ${error.message}`, path, error.path)
        : error
    }
  }

  private async addDocument(
    below: Mapping,
    path: string,
    document: ComposeDocument,
    reading: Reading,
  ): Promise<Mapping> {
    if (document.tree === null) return below
    if (!isMapping(document.tree)) throw new FileProblem('top-level object must be a mapping', path, [])
    let own = document.tree
    const { files: _, noInterpolate } = this.options
    const lookUp: LookUp = (name) => reading.environment.get(name)
    if (!noInterpolate) own = this.inFile(path, () => interpolate(own as Mapping, lookUp, this.options))
    if (!reading.raw) {
      await this.include(own, path, reading, document.dropped)
      drop(below, document.dropped)
      await this.extendAll(own, path, reading, document.dropped)
    }
    return this.inFile(path, () => this.finish(below, own, path, reading))
  }

  private finish(below: Mapping, own: Mapping, path: string, reading: Reading): Mapping {
    let tree = enforceUnicity(mergeMappings(below, own, [])) as Mapping
    if (!reading.raw) {
      const problem = validate(composeSchema, tree)
      if (problem)
        throw new FileProblem(
          `validating ${path}: ${problem.message}`,
          path,
          problem.unknownKeys ? [...problem.path, problem.unknownKeys[0] ?? ''] : problem.path,
        )
      if (tree.has('version')) this.warnOutdated(path)
      tree.delete('version')
    }
    tree = canonical(tree, {
      warn: (message) => this.options.warn(message),
      lenient: this.options.noInterpolate ?? false,
    })
    return enforceUnicity(omitEmptyDns(tree)) as Mapping
  }

  private warnOutdated(path: string): void {
    if (this.outdated.has(path)) return
    this.outdated.add(path)
    this.options.warn(
      `${path}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`,
    )
  }

  private inFile<T>(path: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof FileProblem || !(error instanceof ComposeError)) throw error
      throw new FileProblem(error.message, path, error.path)
    }
  }

  private async extendAll(own: Mapping, path: string, reading: Reading, dropped: Dropped): Promise<void> {
    const services = own.get('services')
    if (services === undefined || services === null) return
    if (!isMapping(services)) throw new FileProblem('services must be a mapping', path, ['services'])
    for (const name of services.keys()) await this.extend(name, services, path, reading, [], dropped)
  }

  private async extend(
    name: string,
    services: Mapping,
    path: string,
    reading: Reading,
    trail: readonly Extended[],
    dropped: Dropped,
  ): Promise<Tree> {
    const service = services.get(name) ?? null
    if (service === null) return null
    if (!isMapping(service)) throw new FileProblem(`services.${name} must be a mapping`, path, ['services', name])
    const wish = service.get('extends')
    if (wish === undefined) return service
    const ref = isMapping(wish) ? wish.get('service') : wish
    if (typeof ref !== 'string')
      throw new FileProblem(`extends.${name}.service is required`, path, ['services', name, 'extends'])
    const other = isMapping(wish) ? textAt(wish.get('file')) : ''
    const from = other === '' ? { services, path, dropped } : await this.otherServices(name, ref, other, path, reading)
    if (!from.services.has(ref))
      throw new FileProblem(
        other === ''
          ? `cannot extend service ${JSON.stringify(name)} in ${path}: service ${JSON.stringify(ref)} not found`
          : `cannot extend service ${JSON.stringify(name)} in ${path}: service ${JSON.stringify(ref)} not found in ${other}`,
        path,
        ['services', name, 'extends'],
      )
    const next = this.track(trail, { file: from.path, service: name }, path)
    const base = await this.extend(
      ref,
      from.services,
      from.path,
      { ...reading, folder: other === '' ? reading.folder : parentOf(from.path) },
      next,
      from.dropped,
    )
    if (!isMapping(base)) return service
    const merged = this.inFile(path, () => {
      const source = new Map([['services', new Map([[name, clone(base)]])]])
      drop(source, dropped)
      return merge(source.get('services')?.get(name) ?? null, service, ['services', 'x']) as Mapping
    })
    merged.delete('extends')
    services.set(name, merged)
    return merged
  }

  private track(trail: readonly Extended[], now: Extended, path: string): readonly Extended[] {
    if (!trail.some((each) => each.file === now.file && each.service === now.service)) return [...trail, now]
    const [first, ...rest] = trail
    const lines = [...rest, now].map(({ service, file }) => `  extends ${service} in ${file}`)
    throw new FileProblem(['Circular reference:', `  ${first?.service} in ${first?.file}`, ...lines].join('\n'), path, [
      'services',
      now.service,
      'extends',
    ])
  }

  private async otherServices(name: string, ref: string, other: string, path: string, reading: Reading) {
    const file = joinPath(reading.folder, other)
    const folder = parentOf(file)
    const dropped: Path[] = []
    const text = await this.options.files.read(file)
    for (const document of this.parse(file, text).documents) dropped.push(...document.dropped)
    const source = await this.addFile(new Map(), file, { ...reading, folder, raw: true })
    const services = source.get('services')
    const lead = `cannot extend service ${JSON.stringify(name)} in ${file}`
    if (services === undefined)
      throw new FileProblem(`${lead}: no services section`, path, ['services', name, 'extends'])
    if (!isMapping(services))
      throw new FileProblem(`${lead}: services must be a mapping`, path, ['services', name, 'extends'])
    void ref
    const resolved = resolvePaths(new Map([['services', services]]), { folder, home: this.options.home })
    return { services: resolved.get('services') as Mapping, path: file, dropped }
  }

  /** Brings in other applications. compose-spec 14-include.md. */
  private async include(own: Mapping, path: string, reading: Reading, dropped: Dropped): Promise<void> {
    const wishes = own.get('include')
    own.delete('include')
    if (wishes === undefined || wishes === null) return
    if (!isList(wishes)) throw new FileProblem(`\`include\` must be a list, got ${goType(wishes)}`, path, ['include'])
    const included = [...reading.included, path]
    for (const wish of wishes) {
      const imported = await this.includeOne(wish, reading, included)
      this.inFile(path, () => importResources(imported, own, dropped))
    }
  }

  private async includeOne(wish: Tree, reading: Reading, included: readonly string[]): Promise<Mapping> {
    const field = (name: string): string[] => {
      const value = isMapping(wish) ? (wish.get(name) ?? null) : name === 'path' ? wish : null
      return isList(value) ? value.map(String) : value === null ? [] : [String(value)]
    }
    const paths = field('path').map((path) => joinPath(reading.folder, path))
    const [main = ''] = paths
    if (included.includes(main)) {
      const [first = '', ...rest] = [...included, main]
      throw new FileProblem(
        `include cycle detected:\n${first}\n include ${rest.join('\n include ')}`,
        included.at(-1) ?? '',
        ['include'],
      )
    }
    const [wanted] = field('project_directory')
    const folder = wanted === undefined ? parentOf(main) : joinPath(reading.folder, wanted)
    const environment = await this.includedEnvironment(field('env_file'), folder, reading)
    return this.model(paths, { folder, environment, included })
  }

  private async includedEnvironment(names: readonly string[], folder: string, reading: Reading) {
    const usual = joinPath(folder, '.env')
    const paths =
      names.length > 0
        ? names.filter((name) => name !== '/dev/null').map((name) => joinPath(reading.folder, name))
        : this.options.files.kind(usual) === 'file'
          ? [usual]
          : []
    const found = await readEnvFiles(this.options.files, paths, reading.environment)
    return new Map([...found, ...reading.environment])
  }
}

/** Values of `.env` files; what stands outside comes first when they refer to one another. @throws ComposeError */
export async function readEnvFiles(
  files: Files,
  paths: readonly string[],
  outside: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const path of paths) {
    const kind = files.kind(path)
    if (kind === undefined) throw new ComposeError(`couldn't find env file: ${path}`)
    if (kind === 'folder') throw new ComposeError(`${path} is a directory`)
    const text = await files.read(path)
    try {
      for (const [name, value] of parseDotenv(text, (each) => outside.get(each) ?? found.get(each)))
        found.set(name, value)
    } catch (error) {
      if (error instanceof DotenvError || (error instanceof Error && !isErrno(error)))
        throw new ComposeError(`failed to read ${path}: ${error.message}`)
      throw error
    }
  }
  return found
}

const SECTIONS = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models']
function importResources(source: Mapping, target: Mapping, dropped: Dropped): void {
  for (const section of SECTIONS) {
    const from = source.get(section)
    if (!isMapping(from)) continue
    const known = target.get(section)
    const to: Mapping = isMapping(known) ? known : new Map()
    for (const [name, value] of from) {
      const own = to.get(name)
      if (own === undefined) to.set(name, value)
      else {
        drop(new Map([[section, new Map([[name, value]])]]), dropped)
        to.set(name, merge(value, own, [section, name]))
      }
    }
    target.set(section, to)
  }
}

/** The one place where an empty word is as good as none. */
function omitEmptyDns(tree: Mapping): Mapping {
  const services = tree.get('services')
  if (isMapping(services))
    for (const service of services.values()) {
      const dns = isMapping(service) ? service.get('dns') : undefined
      if (isMapping(service) && isList(dns))
        service.set(
          'dns',
          dns.filter((each) => each !== '' && each !== null),
        )
    }
  return tree
}
