import { isErrno, type Process, type Sys } from '@drydock/abi'
import { readPasswd, readTextFile, Stdio } from '@drydock/libc'
import { fileSystem, httpClient, loadGit } from './library.ts'

export type Library = Awaited<ReturnType<typeof loadGit>>

/** Ends the command with a message and a status. */
export class Fatal extends Error {
  readonly status: number
  constructor(message: string, status = 128) {
    super(message)
    this.status = status
  }
}

export const NOT_A_REPOSITORY = 'fatal: not a git repository (or any of the parent directories): .git'

/** What every command of git works with. */
export class Workspace {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly git: Library
  readonly fs: ReturnType<typeof fileSystem>
  readonly http: ReturnType<typeof httpClient>
  readonly cwd: string
  private root: string | undefined

  static async open(process: Process, cwd: string): Promise<Workspace> {
    return new Workspace(process, cwd, await loadGit())
  }

  private constructor(process: Process, cwd: string, git: Library) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.git = git
    this.fs = fileSystem(process.sys)
    this.http = httpClient(process.sys)
    this.cwd = cwd
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

  /** The top of the work tree that the caller is in. @throws Fatal */
  get dir(): string {
    if (this.root !== undefined) return this.root
    for (let at = this.cwd; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
      if (this.exists(`${at === '/' ? '' : at}/.git`)) {
        this.root = at
        return at
      }
      if (at === '/' || at === '') throw new Fatal(NOT_A_REPOSITORY)
    }
  }

  /** The arguments that most calls of the library begin with. */
  get base(): { fs: Workspace['fs']; dir: string } {
    return { fs: this.fs, dir: this.dir }
  }

  absolute(path: string): string {
    return normal(path.startsWith('/') ? path : `${this.cwd}/${path}`)
  }

  /** A path as the library wants it, below the top. @throws Fatal for one outside */
  inside(path: string): string {
    const full = this.absolute(path)
    if (full === this.dir) return '.'
    const prefix = this.dir === '/' ? '/' : `${this.dir}/`
    if (!full.startsWith(prefix)) throw new Fatal(`fatal: ${path}: '${path}' is outside repository at '${this.dir}'`)
    return full.slice(prefix.length)
  }

  /** As it is shown to somebody in the current folder. */
  shown(path: string): string {
    const here = this.cwd === this.dir ? '' : this.inside('.')
    if (here === '' || here === '.') return path
    if (path.startsWith(`${here}/`)) return path.slice(here.length + 1)
    return `${here
      .split('/')
      .map(() => '..')
      .join('/')}/${path}`
  }

  async currentBranch(): Promise<string | undefined> {
    return (await this.git.currentBranch({ ...this.base })) ?? undefined
  }

  /** @returns undefined for a name that stands for nothing */
  async resolve(name: string): Promise<string | undefined> {
    const [, base = name, suffix = ''] = /^(.*?)((?:[~^]\d*)*)$/.exec(name) ?? []
    let id = await this.resolvePlain(base === '@' || base === '' ? 'HEAD' : base)
    for (const [, kind, digits = ''] of suffix.matchAll(/([~^])(\d*)/g)) {
      const count = digits === '' ? 1 : Number(digits)
      const steps = kind === '~' ? count : 1
      for (let i = 0; i < steps && id; i++) {
        const { commit } = await this.git.readCommit({ ...this.base, oid: id })
        id = commit.parent[kind === '^' && count > 0 ? count - 1 : 0]
      }
    }
    return id
  }

  private async resolvePlain(name: string): Promise<string | undefined> {
    try {
      return await this.peel(await this.git.resolveRef({ ...this.base, ref: name }))
    } catch (error) {
      if (!isLibraryError(error)) throw error
    }
    if (!/^[0-9a-f]{4,40}$/.test(name)) return undefined
    try {
      return await this.peel(await this.git.expandOid({ ...this.base, oid: name }))
    } catch (error) {
      if (!isLibraryError(error)) throw error
      return undefined
    }
  }

  /** A tag object stands for its commit. */
  private async peel(oid: string): Promise<string> {
    const { type, object } = await this.git.readObject({ ...this.base, oid, format: 'parsed' })
    return type === 'tag' ? (object as unknown as { object: string }).object : oid
  }

  async config(path: string): Promise<string | undefined> {
    const own =
      this.root !== undefined || this.inRepository()
        ? ((await this.git.getConfig({ ...this.base, path })) as string | undefined)
        : undefined
    if (own !== undefined) return String(own)
    return (await this.globalConfig()).get(path.toLowerCase())
  }

  inRepository(): boolean {
    try {
      return this.dir !== ''
    } catch (error) {
      if (error instanceof Fatal) return false
      throw error
    }
  }

  get globalPath(): string {
    return `${this.process.env.get('HOME') ?? '/root'}/.gitconfig`
  }

  async globalConfig(): Promise<Map<string, string>> {
    try {
      return parseConfig(await readTextFile(this.sys, this.globalPath))
    } catch (error) {
      if (isErrno(error)) return new Map()
      throw error
    }
  }

  /** Who commits. @throws Fatal with git's advice when nobody said */
  async identity(
    role: 'AUTHOR' | 'COMMITTER',
  ): Promise<{ name: string; email: string; timestamp: number; timezoneOffset: number }> {
    const { env } = this.process
    const name = env.get(`GIT_${role}_NAME`) ?? (await this.config('user.name'))
    const email = env.get(`GIT_${role}_EMAIL`) ?? env.get('EMAIL') ?? (await this.config('user.email'))
    if (!name || !email) throw new Fatal(await this.whoAreYou())
    const date = env.get(`GIT_${role}_DATE`)
    const seconds = date === undefined ? this.sys.clock.now() / 1000 : readDate(date)
    return { name, email, timestamp: Math.floor(seconds), timezoneOffset: 0 }
  }

  private async whoAreYou(): Promise<string> {
    const own = (await readPasswd(this.sys)).find(({ uid }) => uid === this.sys.getuid())
    const guess = `${own?.name ?? 'root'}@${this.sys.uname().nodename}.(none)`
    return `Author identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email "you@example.com"\n  git config --global user.name "Your Name"\n\nto set your account's default identity.\nOmit --global to set the identity only in this repository.\n\nfatal: unable to auto-detect email address (got '${guess}')`
  }
}

/** `@1700000000`, or what Date reads. */
function readDate(text: string): number {
  const [, seconds] = /^@?(\d{6,})(?:\s|$)/.exec(text) ?? []
  return seconds === undefined ? Date.parse(text) / 1000 || 0 : Number(seconds)
}

export function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Errors of the library carry a code of a word in capitals: `NotFoundError`. */
export const isLibraryError = (error: unknown): error is Error & { code: string; data: Record<string, unknown> } =>
  error instanceof Error &&
  typeof (error as { code?: unknown }).code === 'string' &&
  (error as unknown as { code: string }).code.endsWith('Error')

/** git-config(1), "CONFIGURATION FILE", flat: `user.name` to its value. */
export function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split('\n')) {
    const [, name, sub] = /^\s*\[([\w.-]+)(?:\s+"(.*)")?\]/.exec(line) ?? []
    if (name) section = sub === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${sub}`
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key) values.set(`${section}.${key.toLowerCase()}`, (value ?? '').replace(/^"(.*)"$/, '$1'))
  }
  return values
}

export function printConfig(values: ReadonlyMap<string, string>): string {
  const sections = new Map<string, string[]>()
  for (const [path, value] of values) {
    const [first = '', ...rest] = path.split('.')
    const key = rest.pop() ?? ''
    const header = rest.length > 0 ? `[${first} "${rest.join('.')}"]` : `[${first}]`
    sections.set(header, [...(sections.get(header) ?? []), `\t${key} = ${value}`])
  }
  return [...sections].map(([header, lines]) => `${header}\n${lines.join('\n')}\n`).join('')
}
