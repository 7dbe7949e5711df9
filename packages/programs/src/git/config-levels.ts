/** The levels of configuration: each may say again what one before it said. git-config(1), "FILES". */
import { isErrno, type Process } from '@drydock/abi'
import { readTextIfAny, writeFile } from '@drydock/libc'
import { addRow, type ConfigRow, normalKey, parseConfig, removeRows, replaceRow } from './config-file.ts'

export type Scope = 'system' | 'global' | 'local' | 'worktree' | 'command'
export interface Setting {
  readonly key: string
  readonly value: string
  readonly scope: Scope
  /** `file:.git/config`, `command line:`. */
  readonly origin: string
}

export class Config {
  private readonly process: Process
  private readonly gitdir: string | undefined
  private readonly given: readonly string[]
  private read: Promise<Setting[]> | undefined

  /** @param given  what -c said */
  constructor(process: Process, gitdir: string | undefined, given: readonly string[]) {
    this.process = process
    this.gitdir = gitdir
    this.given = given
  }

  get globalPath(): string {
    const { env } = this.process
    return env.get('GIT_CONFIG_GLOBAL') ?? `${env.get('HOME') ?? '/root'}/.gitconfig`
  }

  path(scope: Scope): string | undefined {
    if (scope === 'system') return '/etc/gitconfig'
    if (scope === 'global') return this.globalPath
    return this.gitdir === undefined ? undefined : `${this.gitdir}/config`
  }

  /** Everything that was said, weakest first. */
  all(): Promise<Setting[]> {
    this.read ??= this.load()
    return this.read
  }

  private async load(): Promise<Setting[]> {
    const rows: Setting[] = []
    for (const scope of ['system', 'global', 'local'] as const) {
      const path = this.path(scope)
      if (path !== undefined) rows.push(...(await this.fileRows(path, scope, 0)))
    }
    for (const text of this.given) {
      const [key = '', ...value] = text.split('=')
      rows.push({
        key: normalKey(key),
        value: text.includes('=') ? value.join('=') : 'true',
        scope: 'command',
        origin: 'command line:',
      })
    }
    return rows
  }

  private async fileRows(path: string, scope: Scope, depth: number): Promise<Setting[]> {
    const rows: Setting[] = []
    const origin = `file:${scope === 'local' ? '.git/config' : path}`
    for (const { key, value } of parseConfig(await textOf(this.process, path))) {
      rows.push({ key, value, scope, origin })
      if (key === 'include.path' && depth < 5)
        rows.push(...(await this.fileRows(this.includePath(value, path), scope, depth + 1)))
    }
    return rows
  }

  private includePath(value: string, from: string): string {
    if (value.startsWith('~/')) return `${this.process.env.get('HOME') ?? '/root'}${value.slice(1)}`
    return value.startsWith('/') ? value : `${from.slice(0, from.lastIndexOf('/'))}/${value}`
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.getAll(key)).at(-1)
  }
  async getAll(key: string): Promise<string[]> {
    const wanted = normalKey(key)
    return (await this.all()).filter((row) => row.key === wanted).map(({ value }) => value)
  }
  async isTrue(key: string, otherwise = false): Promise<boolean> {
    const value = await this.get(key)
    return value === undefined ? otherwise : /^(true|yes|on|1)$/i.test(value)
  }

  /** The last part of each section `name.*.key`, in order: names of remotes. */
  async names(section: string): Promise<string[]> {
    const found = (await this.all()).flatMap(({ key }) => {
      const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')]
      return key.slice(0, first) === section && last > first ? [key.slice(first + 1, last)] : []
    })
    return [...new Set(found)]
  }

  async rows(path: string): Promise<ConfigRow[]> {
    return parseConfig(await textOf(this.process, path))
  }

  async edit(path: string, change: (text: string) => string): Promise<void> {
    await writeFile(this.process.sys, path, change(await textOf(this.process, path)))
    this.read = undefined
  }

  async set(key: string, value: string, scope: Scope = 'local'): Promise<void> {
    await this.edit(this.path(scope) ?? '', (text) => {
      const row = parseConfig(text).findLast((each) => each.key === normalKey(key))
      return row ? replaceRow(text, row, key, value) : addRow(text, key, value)
    })
  }
  async add(key: string, value: string): Promise<void> {
    await this.edit(this.path('local') ?? '', (text) => addRow(text, key, value))
  }
  async unset(key: string): Promise<void> {
    await this.edit(this.path('local') ?? '', (text) =>
      removeRows(
        text,
        parseConfig(text).filter((row) => row.key === normalKey(key)),
      ),
    )
  }
}

async function textOf({ sys }: Process, path: string): Promise<string> {
  try {
    return await readTextIfAny(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
