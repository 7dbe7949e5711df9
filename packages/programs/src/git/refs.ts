/** Names for commits, and the logs of where they stood. gitrepository-layout(5), git-reflog(1). */
import { isDirectory, isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { readTextFile, writeAll, writeFile } from '@drydock/libc'
import { NO_OID, type Person, parsePerson, printPerson } from './objects.ts'
import { parentOf } from './paths.ts'

export interface Ref {
  readonly name: string
  readonly oid: string
}
export interface LogEntry {
  readonly before: string
  readonly after: string
  readonly who: Person
  readonly message: string
}

/** Names of one work tree alone. */
const isOwn = (name: string): boolean => !name.startsWith('refs/') || /^refs\/(bisect|worktree|rewritten)\//.test(name)

/** Rules of git-check-ref-format(1). */
export const isValidName = (name: string): boolean =>
  name !== '' && name !== '@' && !/[\x00-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|\/$|^\/|\.$|\.lock($|\/)|(^|\/)\./.test(name)

export class Refs {
  private readonly sys: Sys
  private readonly own: string
  private readonly common: string
  private readonly bare: boolean

  constructor(sys: Sys, own: string, common: string, bare: boolean) {
    this.sys = sys
    this.own = own
    this.common = common
    this.bare = bare
  }

  path(name: string): string {
    return `${isOwn(name) ? this.own : this.common}/${name}`
  }

  private async text(path: string): Promise<string | undefined> {
    try {
      return (await readTextFile(this.sys, path)).trimEnd()
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  private async packed(): Promise<Map<string, string>> {
    const rows = ((await this.text(`${this.common}/packed-refs`)) ?? '').split('\n')
    return new Map(
      rows.flatMap((row): [string, string][] =>
        /^[0-9a-f]{40} /.test(row) ? [[row.slice(41), row.slice(0, 40)]] : [],
      ),
    )
  }

  /** What a symbolic name stands for. */
  async symbolic(name: string): Promise<string | undefined> {
    return /^ref: (.*)$/.exec((await this.text(this.path(name))) ?? '')?.[1]
  }

  /** @returns a commit's name, whatever stands between; undefined where there is nothing */
  async read(name: string): Promise<string | undefined> {
    let at = name
    for (let depth = 0; depth < 5; depth++) {
      const text = await this.text(this.path(at))
      const to = /^ref: (.*)$/.exec(text ?? '')?.[1]
      if (to === undefined) return text?.slice(0, 40) || (await this.packed()).get(at)
      at = to
    }
    return undefined
  }

  /** Where a name ends: HEAD's branch. */
  async target(name: string): Promise<string> {
    return (await this.symbolic(name)) ?? name
  }

  async list(prefix = 'refs/'): Promise<Ref[]> {
    const names = new Map(await this.packed())
    const walk = async (folder: string, name: string): Promise<void> => {
      for (const entry of this.entries(`${folder}/${name}`))
        if (isDirectory(entry.mode)) await walk(folder, `${name}/${entry.name}`)
        else if (!entry.name.endsWith('.lock')) {
          const oid = await this.read(`${name}/${entry.name}`)
          if (oid) names.set(`${name}/${entry.name}`, oid)
        }
    }
    await walk(this.common, 'refs')
    if (this.own !== this.common) await walk(this.own, 'refs')
    return [...names]
      .filter(([name]) => name.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, oid]) => ({ name, oid }))
  }

  private entries(path: string): { name: string; mode: number }[] {
    try {
      return [...this.sys.readdir(path)]
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  }

  private folders(path: string): void {
    const parts = parentOf(path).split('/').slice(1)
    for (const [at] of parts.entries())
      try {
        this.sys.mkdir(`/${parts.slice(0, at + 1).join('/')}`)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
  }

  /** Writes the name itself, and what HEAD stands for with it. @param who  of the log; nothing is logged without */
  async write(name: string, oid: string, log?: { readonly who: Person; readonly message: string }): Promise<void> {
    const target = await this.target(name)
    const before = (await this.read(target)) ?? NO_OID
    await this.put(target, oid)
    if (!log) return
    await this.append(target, before, oid, log.who, log.message)
    const head = await this.target('HEAD')
    if (target !== 'HEAD' && (name === 'HEAD' || head === target))
      await this.append('HEAD', before, oid, log.who, log.message)
  }

  async put(name: string, oid: string): Promise<void> {
    const path = this.path(name)
    this.folders(path)
    await writeFile(this.sys, path, `${oid}\n`)
  }

  async setSymbolic(name: string, target: string): Promise<void> {
    this.folders(this.path(name))
    await writeFile(this.sys, this.path(name), `ref: ${target}\n`)
  }

  /** Moves HEAD alone, to a branch or off all branches. */
  async setHead(
    to: string,
    oid: string | undefined,
    log?: { readonly who: Person; readonly message: string },
  ): Promise<void> {
    const before = (await this.read('HEAD')) ?? NO_OID
    if (to.startsWith('refs/')) await this.setSymbolic('HEAD', to)
    else await this.put('HEAD', to)
    if (log) await this.append('HEAD', before, oid ?? NO_OID, log.who, log.message)
  }

  async append(name: string, before: string, after: string, who: Person, message: string): Promise<void> {
    if (this.bare || !/^(HEAD|refs\/(heads|remotes|notes)\/.*|refs\/stash)$/.test(name)) return
    const path = this.logPath(name)
    this.folders(path)
    const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    const line = `${before} ${after} ${printPerson(who)}\t${message.replace(/\s+/g, ' ').trim()}\n`
    await writeAll(this.sys, fd, new TextEncoder().encode(line))
    this.sys.close(fd)
  }

  logPath(name: string): string {
    return `${isOwn(name) ? this.own : this.common}/logs/${name}`
  }

  /** Newest first. */
  async log(name: string): Promise<LogEntry[]> {
    const rows = ((await this.text(this.logPath(name))) ?? '').split('\n').filter(Boolean)
    return rows.reverse().map((row) => {
      const [head = '', message = ''] = row.split('\t')
      return { before: head.slice(0, 40), after: head.slice(41, 81), who: parsePerson(head.slice(82)), message }
    })
  }
  async writeLog(name: string, entries: readonly LogEntry[]): Promise<void> {
    const rows = entries.map(
      ({ before, after, who, message }) => `${before} ${after} ${printPerson(who)}\t${message}\n`,
    )
    await writeFile(this.sys, this.logPath(name), rows.reverse().join(''))
  }
  hasLog(name: string): boolean {
    try {
      this.sys.stat(this.logPath(name))
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    for (const path of [this.path(name), this.logPath(name)])
      try {
        this.sys.unlink(path)
        this.prune(parentOf(path))
      } catch (error) {
        if (!isErrno(error)) throw error
      }
    const packed = await this.packed()
    if (packed.delete(name)) await this.writePacked(packed)
  }

  private prune(folder: string): void {
    if (/\/refs\/(heads|tags|remotes)$|\/(refs|logs)$/.test(folder) || this.entries(folder).length > 0) return
    this.sys.rmdir(folder)
    this.prune(parentOf(folder))
  }

  async rename(from: string, to: string): Promise<void> {
    const oid = await this.read(from)
    const log = this.hasLog(from) ? await this.log(from) : undefined
    await this.remove(from)
    if (oid) await this.put(to, oid)
    if (!log) return
    this.folders(this.logPath(to))
    await this.writeLog(to, log)
  }

  private async writePacked(refs: ReadonlyMap<string, string>): Promise<void> {
    const rows = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, oid]) => `${oid} ${name}\n`)
    await writeFile(
      this.sys,
      `${this.common}/packed-refs`,
      `# pack-refs with: peeled fully-peeled sorted \n${rows.join('')}`,
    )
  }

  /** git pack-refs. @param peel  what a tag stands for, if it is one */
  async pack(peel: (oid: string) => Promise<string>): Promise<void> {
    const rows: string[] = []
    for (const { name, oid } of await this.list()) {
      if (isOwn(name) || (await this.symbolic(name))) continue
      const peeled = await peel(oid)
      rows.push(`${oid} ${name}\n${peeled === oid ? '' : `^${peeled}\n`}`)
      try {
        this.sys.unlink(this.path(name))
      } catch (error) {
        if (!isErrno(error)) throw error
      }
    }
    await writeFile(
      this.sys,
      `${this.common}/packed-refs`,
      `# pack-refs with: peeled fully-peeled sorted \n${rows.join('')}`,
    )
  }
}
