import { isDirectory, isErrno, type Process, type Sys } from '@drydock/abi'
import { readPasswd, readTextFile, Stdio, timeZone, type Zone } from '@drydock/libc'
import { Config } from './config-levels.ts'
import { parseDate, zoneText } from './dates.ts'
import { Fatal } from './fatal.ts'
import { Index } from './index-file.ts'
import { libraryPacks } from './library-packs.ts'
import { Objects, type Person } from './objects.ts'
import { below, isDirectoryAt, normal, parentOf, relativePath } from './paths.ts'
import { Refs } from './refs.ts'
import { Revisions } from './revision.ts'

export const NOT_A_REPOSITORY = 'fatal: not a git repository (or any of the parent directories): .git'

export interface Place {
  /** The top of the work tree; undefined for a bare repository. */
  readonly top: string | undefined
  readonly gitdir: string
  /** Of the main work tree, where this is another. */
  readonly common: string
}

/** What the command line said before the command. */
export interface Given {
  readonly cwd: string
  readonly config: readonly string[]
  readonly gitdir?: string | undefined
  readonly workTree?: string | undefined
}

async function commonOf(sys: Sys, gitdir: string): Promise<string> {
  try {
    return normal(`${gitdir}/${(await readTextFile(sys, `${gitdir}/commondir`)).trim()}`)
  } catch (error) {
    if (isErrno(error)) return gitdir
    throw error
  }
}

const isGitFolder = (sys: Sys, path: string): boolean =>
  isDirectoryAt(sys, `${path}/objects`) && isDirectoryAt(sys, `${path}/refs`)

/** Where `.git` is: a folder, or a file that says where. */
async function gitFolder(sys: Sys, path: string): Promise<string | undefined> {
  try {
    const { mode } = sys.stat(path)
    if (isDirectory(mode)) return isGitFolder(sys, path) ? path : undefined
    const to = /^gitdir: (.*)$/m.exec(await readTextFile(sys, path))?.[1]
    return to === undefined ? undefined : normal(to.startsWith('/') ? to : `${parentOf(path)}/${to}`)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Looks in a folder and those above it. */
export async function findPlace(sys: Sys, cwd: string): Promise<Place | undefined> {
  for (let at = cwd; ; at = parentOf(at)) {
    const gitdir = await gitFolder(sys, below(at, '.git'))
    if (gitdir !== undefined) return { top: at, gitdir, common: await commonOf(sys, gitdir) }
    if (isGitFolder(sys, at) && !at.endsWith('/.git')) return { top: undefined, gitdir: at, common: at }
    if (at.endsWith('/.git') && isGitFolder(sys, at)) return { top: undefined, gitdir: at, common: at }
    if (at === '/') return undefined
  }
}

/** What every command of git works with. */
export class Workspace {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly cwd: string
  readonly config: Config
  readonly given: Given
  private readonly place: Place | undefined
  private store: Objects | undefined
  private names: Refs | undefined
  private stage: Promise<Index> | undefined

  static async open(process: Process, given: Given): Promise<Workspace> {
    const { sys } = process
    if (given.gitdir !== undefined) {
      const gitdir = normal(given.gitdir.startsWith('/') ? given.gitdir : `${given.cwd}/${given.gitdir}`)
      const found = (await gitFolder(sys, gitdir)) ?? gitdir
      if (!isGitFolder(sys, found)) return new Workspace(process, given, undefined)
      return new Workspace(process, given, {
        top: given.workTree ?? given.cwd,
        gitdir: found,
        common: await commonOf(sys, found),
      })
    }
    return new Workspace(process, given, await findPlace(sys, given.cwd))
  }

  private constructor(process: Process, given: Given, place: Place | undefined) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.cwd = given.cwd
    this.given = given
    this.place = place
    this.config = new Config(process, place?.common, given.config)
  }

  private get found(): Place {
    if (!this.place) throw new Fatal(NOT_A_REPOSITORY)
    return this.place
  }
  get inRepository(): boolean {
    return this.place !== undefined
  }
  get isBare(): boolean {
    return this.found.top === undefined
  }
  /** The top of the work tree that the caller is in. @throws Fatal */
  get dir(): string {
    const { top } = this.found
    if (top === undefined) throw new Fatal('fatal: this operation must be run in a work tree')
    return top
  }
  get gitdir(): string {
    return this.found.gitdir
  }
  get common(): string {
    return this.found.common
  }

  get objects(): Objects {
    this.store ??= new Objects(this.sys, `${this.common}/objects`, libraryPacks(this.sys, this.common))
    return this.store
  }
  get refs(): Refs {
    this.names ??= new Refs(this.sys, this.gitdir, this.common, this.isBare)
    return this.names
  }
  get revisions(): Revisions {
    return new Revisions(this)
  }
  index(): Promise<Index> {
    this.stage ??= Index.open(this.sys, `${this.gitdir}/index`)
    return this.stage
  }
  /** Forgets the index: somebody else has written it. */
  forgetIndex(): void {
    this.stage = undefined
  }

  get now(): number {
    return Math.floor(this.sys.clock.now() / 1000)
  }
  get zone(): Zone {
    return timeZone(this.process.env)
  }

  exists(path: string): boolean {
    try {
      this.sys.lstat(path)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** A file of `.git`: its text, or undefined. */
  async state(name: string): Promise<string | undefined> {
    try {
      return await readTextFile(this.sys, `${this.gitdir}/${name}`)
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
  hasState(name: string): boolean {
    return this.exists(`${this.gitdir}/${name}`)
  }
  dropState(...names: readonly string[]): void {
    for (const name of names) if (this.hasState(name)) this.sys.unlink(`${this.gitdir}/${name}`)
  }

  absolute(path: string): string {
    return normal(path.startsWith('/') ? path : `${this.cwd}/${path}`)
  }

  /** A path below the top; '' for the top itself. @throws Fatal for one outside */
  inside(path: string): string {
    const full = this.absolute(path)
    if (full === this.dir) return ''
    const prefix = this.dir === '/' ? '/' : `${this.dir}/`
    if (!full.startsWith(prefix)) throw new Fatal(`fatal: ${path}: '${path}' is outside repository at '${this.dir}'`)
    return full.slice(prefix.length)
  }

  /** The folder that one is in, below the top, with a slash; '' at the top. */
  get prefix(): string {
    const inside = this.isBare || !this.cwd.startsWith(this.dir) ? '' : this.inside('.')
    return inside === '' ? '' : `${inside}/`
  }

  /** As it is shown to somebody in the current folder. */
  shown(path: string): string {
    if (this.prefix === '') return path
    const slash = path.endsWith('/') ? '/' : ''
    const shown = relativePath(`/${this.prefix}`, `/${path}`)
    return shown === './' ? shown : shown + slash
  }

  /** `main`; undefined where HEAD stands on no branch. */
  async currentBranch(): Promise<string | undefined> {
    return (await this.refs.symbolic('HEAD'))?.replace('refs/heads/', '')
  }

  /** A commit, tags peeled; undefined for a name that stands for nothing. */
  async resolve(name: string): Promise<string | undefined> {
    const oid = await this.revisions.find(name)
    return oid === undefined ? undefined : this.objects.peel(oid)
  }

  head(): Promise<string | undefined> {
    return this.refs.read('HEAD')
  }

  /** Who commits. @throws Fatal with git's advice when nobody said */
  async identity(role: 'AUTHOR' | 'COMMITTER', loose = false): Promise<Person> {
    const { env } = this.process
    const section = role.toLowerCase()
    const name =
      env.get(`GIT_${role}_NAME`) ?? (await this.config.get(`${section}.name`)) ?? (await this.config.get('user.name'))
    const email =
      env.get(`GIT_${role}_EMAIL`) ??
      (await this.config.get(`${section}.email`)) ??
      (await this.config.get('user.email')) ??
      env.get('EMAIL')
    if (!loose && (!name || !email)) throw new Fatal(await this.whoAreYou(role))
    const given = env.get(`GIT_${role}_DATE`)
    const date = given === undefined ? undefined : parseDate(given, this.now, this.zone)
    if (given && !date) throw new Fatal(`fatal: invalid date format: ${given}`)
    const moment = date ?? { seconds: this.now, zone: zoneText(this.zone.offsetMinutes(this.now * 1000)) }
    const guess = loose ? await this.guess() : ''
    return { name: name ?? guess.split('@')[0] ?? '', email: email ?? guess, ...moment }
  }

  private async guess(): Promise<string> {
    const own = (await readPasswd(this.sys)).find(({ uid }) => uid === this.sys.getuid())
    return `${own?.name ?? 'root'}@${this.sys.uname().nodename}.(none)`
  }

  private async whoAreYou(role: string): Promise<string> {
    const who = role === 'AUTHOR' ? 'Author' : 'Committer'
    return `${who} identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email "you@example.com"\n  git config --global user.name "Your Name"\n\nto set your account's default identity.\nOmit --global to set the identity only in this repository.\n\nfatal: unable to auto-detect email address (got '${await this.guess()}')`
  }
}
