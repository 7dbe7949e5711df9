import { isErrno } from '@drydock/abi'
import { Cli, CliError } from '@drydock/cli-plugin'
import type { Transport, TransportOptions } from '@drydock/docker-api'
import { type Files, readEnvFiles } from '../load/loader.ts'
import { loadProject, loadTree, type ProjectRequest } from '../load/load-project.ts'
import { ComposeError, isMapping, type Mapping, readYaml, substitute } from '@drydock/cli-plugin/compose-file'
import { joinPath } from '../load/resolve-paths.ts'
import type { Project } from '../load/project.ts'
import { DryRunTransport } from './dry-run.ts'
import { systemFiles } from './system-files.ts'

/** Flags that stand before the command. */
export interface RootFlags {
  readonly files: readonly string[]
  readonly profiles: readonly string[]
  readonly projectName: string
  readonly projectDirectory: string
  readonly envFiles: readonly string[]
  readonly progress: string
  readonly ansi: string
  readonly compatibility: boolean
  readonly dryRun: boolean
  readonly allResources: boolean
}

export interface ProjectWishes {
  readonly services?: readonly string[]
  /** Keep `env_file` in the model. */
  readonly keepEnvFiles?: boolean
  readonly noInterpolate?: boolean
  readonly noPathResolution?: boolean
  readonly noNormalize?: boolean
  readonly noConsistency?: boolean
  /** Networks and the like that no chosen service uses stay. */
  readonly all?: boolean
}

const FILE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
]

/** What is known before a file is read. */
interface Place {
  readonly files: readonly string[]
  readonly folder: string
  readonly environment: ReadonlyMap<string, string>
}

/** One run of compose: a session of docker's CLI, and the project meant. */
export class ComposeCli extends Cli {
  root: RootFlags = NO_FLAGS
  readonly files: Files = systemFiles(this.sys)

  /** Between the parts of names; version 1 had another. */
  get separator(): string {
    return this.root.compatibility || this.env.get('COMPOSE_COMPATIBILITY') === 'true' ? '_' : '-'
  }

  protected override transport(options: TransportOptions): Transport {
    return this.root.dryRun ? new DryRunTransport(options) : super.transport(options)
  }

  /** Whether colours and cursor movements may be used. */
  get ansi(): boolean {
    return (
      this.root.ansi === 'always' || (this.root.ansi !== 'never' && this.isTerminal(2) && !this.env.has('NO_COLOR'))
    )
  }

  /** The same for standard output. */
  get ansiOut(): boolean {
    return (
      this.root.ansi === 'always' || (this.root.ansi !== 'never' && this.isTerminal(1) && !this.env.has('NO_COLOR'))
    )
  }

  get progressMode(): string {
    const wish = this.root.progress || this.env.get('COMPOSE_PROGRESS') || 'auto'
    if (wish !== 'auto') return wish
    return this.isTerminal(2) && this.root.ansi !== 'never' ? 'tty' : 'plain'
  }

  /** As logrus says it: with a time in a pipe, short on a terminal. */
  warning(message: string): void {
    this.log('warning', message)
  }
  log(level: 'warning' | 'info' | 'error', message: string): void {
    const short = { warning: 'WARN', info: 'INFO', error: 'ERRO' }[level]
    const color = { warning: 33, info: 36, error: 31 }[level]
    const time = new Date(this.sys.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
    const text = this.isTerminal(2)
      ? `\x1b[${color}m${short}\x1b[0m[0000] ${message.trimEnd()} \n`
      : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}\n`
    this.pending = this.pending.then(() => this.warn(text))
  }
  private pending: Promise<void> = Promise.resolve()
  /** Waits until all warnings are out. */
  async settle(): Promise<void> {
    await this.pending
  }

  /** The project as commands that change something want it. @throws ComposeError, Errno */
  async project(wishes: ProjectWishes = {}): Promise<Project> {
    const request = await this.request(wishes)
    const project = await loadProject(request)
    await this.settle()
    return project
  }

  /** The files as one tree. @throws ComposeError, Errno */
  async tree(wishes: ProjectWishes = {}): Promise<Mapping> {
    const { tree } = await loadTree(await this.request(wishes))
    return tree
  }

  private async request(wishes: ProjectWishes): Promise<ProjectRequest> {
    const place = await this.place()
    if (place.files.length === 0) throw new ComposeError('no configuration file provided: not found')
    return {
      files: this.files,
      paths: place.files,
      folder: place.folder,
      environment: place.environment,
      name: await this.projectName(place),
      home: this.env.get('HOME') ?? '/root',
      profiles: this.root.profiles.length > 0 ? this.root.profiles : this.profilesFrom(place),
      services: wishes.services ?? [],
      keepEnvFiles: wishes.keepEnvFiles ?? false,
      noInterpolate: wishes.noInterpolate ?? false,
      noPathResolution: wishes.noPathResolution ?? false,
      noNormalize: wishes.noNormalize ?? false,
      noConsistency: wishes.noConsistency ?? false,
      all: (wishes.all ?? false) || this.root.allResources,
      warn: (message) => this.warning(message),
    }
  }

  /** The project's name, whether there is a file or not. */
  async nameOnly(): Promise<string> {
    if (this.root.projectName !== '') return this.root.projectName
    const place = await this.place()
    const named = place.environment.get('COMPOSE_PROJECT_NAME')
    if (place.files.length === 0) {
      if (named) return named
      throw new ComposeError('no configuration file provided: not found')
    }
    return this.projectName(place)
  }

  private profilesFrom(place: Place): readonly string[] {
    return (place.environment.get('COMPOSE_PROFILES') ?? '').split(',').flatMap((word) => word.trim() || [])
  }

  override async completionNames(kind: string): Promise<readonly string[]> {
    return kind === 'services' ? [...(await this.project()).services.keys()] : []
  }

  private async projectName(place: Place): Promise<string> {
    const given = this.root.projectName || (place.environment.get('COMPOSE_PROJECT_NAME') ?? '')
    if (given !== '') {
      if (normalizeName(given) === given) return given
      throw new ComposeError(
        `invalid project name ${JSON.stringify(given)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`,
      )
    }
    const own = await this.nameInFiles(place)
    return own || normalizeName(place.folder.split('/').at(-1) ?? '')
  }

  private async nameInFiles(place: Place): Promise<string> {
    let found = ''
    for (const path of place.files)
      try {
        for (const { tree } of readYaml(await this.files.read(path)).documents) {
          const name = isMapping(tree) ? tree.get('name') : undefined
          if (typeof name === 'string' && name !== '') found = name
        }
      } catch (error) {
        if (isErrno(error)) throw new ComposeError(`open ${path}: no such file or directory`)
        if (!(error instanceof ComposeError)) throw error
      }
    return normalizeName(substitute(found, (name) => place.environment.get(name)))
  }

  private placeFound: Promise<Place> | undefined
  /** Which files, in which folder, with which variables. */
  place(): Promise<Place> {
    this.placeFound ??= this.findPlace()
    return this.placeFound
  }

  private async findPlace(): Promise<Place> {
    const cwd = this.sys.getcwd()
    const wanted = this.root.projectDirectory === '' ? undefined : joinPath(cwd, this.root.projectDirectory)
    const fromEnv = this.env.get('COMPOSE_FILE')?.split(this.env.get('COMPOSE_PATH_SEPARATOR') ?? ':') ?? []
    const given = this.root.files.length > 0 ? this.root.files : fromEnv.filter((path) => path !== '')
    const early = await this.dotenv(wanted ?? (given[0] && given[0] !== '-' ? parentOf(joinPath(cwd, given[0])) : cwd))
    const late =
      given.length > 0 ? given : (early.get('COMPOSE_FILE')?.split(early.get('COMPOSE_PATH_SEPARATOR') ?? ':') ?? [])
    const files =
      late.length > 0 ? late.map((path) => (path === '-' ? path : joinPath(cwd, path))) : this.search(wanted ?? cwd)
    const [first = ''] = files
    const folder = wanted ?? (first === '' || first === '-' ? cwd : parentOf(first))
    const environment = new Map([...(await this.dotenv(folder)), ...this.env])
    return { files, folder, environment }
  }

  private async dotenv(folder: string): Promise<Map<string, string>> {
    const cwd = this.sys.getcwd()
    const paths = this.root.envFiles.map((path) => joinPath(cwd, path))
    const usual = [`${folder}/.env`].filter((path) => this.files.kind(path) === 'file')
    const lazy = this.env.get('COMPOSE_DISABLE_ENV_FILE') === 'true' || this.env.get('COMPOSE_DISABLE_ENV_FILE') === '1'
    return readEnvFiles(this.files, paths.length > 0 ? paths : lazy ? [] : usual, this.env)
  }

  /** Looks for a file in the folder and those above it. */
  private search(folder: string): string[] {
    const found = FILE_NAMES.filter((name) => this.files.kind(joinPath(folder, name)) === 'file')
    const [first] = found
    if (first === undefined) return folder === '/' ? [] : this.search(parentOf(folder))
    if (found.length > 1) {
      this.warning(
        `Found multiple config files with supported names: ${found.map((name) => joinPath(folder, name)).join(', ')}`,
      )
      this.warning(`Using ${joinPath(folder, first)}`)
    }
    const overrides = OVERRIDES.filter((name) => this.files.kind(joinPath(folder, name)) === 'file')
    return [first, ...overrides.slice(0, 1)].map((name) => joinPath(folder, name))
  }
}

const NO_FLAGS: RootFlags = {
  files: [],
  profiles: [],
  projectName: '',
  projectDirectory: '',
  envFiles: [],
  progress: '',
  ansi: 'auto',
  compatibility: false,
  dryRun: false,
  allResources: false,
}

const parentOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'
export const normalizeName = (name: string): string =>
  (name.toLowerCase().match(/[a-z0-9_-]/g) ?? []).join('').replace(/^[_-]+/, '')

/** The compose session behind a command's context. */
export function composeOf(cli: Cli): ComposeCli {
  if (cli instanceof ComposeCli) return cli
  throw new CliError('compose: no session')
}
