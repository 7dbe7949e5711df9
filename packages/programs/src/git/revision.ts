/** Names of objects. gitrevisions(7). */
import { parseDate } from './dates.ts'
import { Fatal } from './fatal.ts'
import type { Workspace } from './repository.ts'
import { treeEntryAt } from './trees.ts'
import { walk } from './walk.ts'

/** Where a short name may stand, in this order. */
const RULES = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/']

export class Revisions {
  private readonly workspace: Workspace
  constructor(workspace: Workspace) {
    this.workspace = workspace
  }

  /** The full name of a reference; undefined when there is none of that name. */
  async ref(name: string): Promise<string | undefined> {
    const { refs } = this.workspace
    if (name === '' || /\s|\.\.|[~^:?*[\\]/.test(name)) return undefined
    for (const rule of RULES) {
      if (rule === '' && !name.startsWith('refs/') && !/^[A-Z_]+$/.test(name)) continue
      if (await refs.read(rule + name)) return rule + name
    }
    return (await refs.read(`refs/remotes/${name}/HEAD`)) ? `refs/remotes/${name}/HEAD` : undefined
  }

  /** `main` for `@{-1}`, where it names a branch. */
  async branchName(name: string): Promise<string | undefined> {
    const [, back] = /^@\{-(\d+)\}$/.exec(name === '-' ? '@{-1}' : name) ?? []
    if (back === undefined) return undefined
    const moves = (await this.workspace.refs.log('HEAD')).flatMap(({ message }) => {
      const from = /^checkout: moving from (\S+) to /.exec(message)?.[1]
      return from === undefined ? [] : [from]
    })
    return moves[Number(back) - 1]
  }

  /** The branch that another follows, `refs/remotes/origin/main`. */
  async upstream(branch: string): Promise<string | undefined> {
    const { config } = this.workspace
    const remote = await config.get(`branch.${branch}.remote`)
    const merge = await config.get(`branch.${branch}.merge`)
    if (remote === undefined || merge === undefined) return undefined
    return remote === '.' ? merge : `refs/remotes/${remote}/${merge.replace('refs/heads/', '')}`
  }

  /** @returns an object's name; undefined when the text names none @throws Fatal where git says more than that */
  async find(text: string): Promise<string | undefined> {
    const search = /^:\/(.+)$/s.exec(text)
    if (search)
      return this.bySubject(
        search[1] ?? '',
        (await this.workspace.refs.list()).map(({ oid }) => oid),
      )
    const colon = colonOf(text)
    if (colon >= 0) return this.path(text.slice(0, colon), text.slice(colon + 1))
    const [, base = '', suffix = ''] = /^(.*?)((?:\^\{[^}]*\}|[~^]\d*)*)$/s.exec(text) ?? []
    let oid = await this.base(base === '@' ? 'HEAD' : base)
    for (const [, braces, kind, digits = ''] of suffix.matchAll(/\^\{([^}]*)\}|([~^])(\d*)/g)) {
      if (oid === undefined) return undefined
      oid = braces === undefined ? await this.step(oid, kind ?? '^', digits) : await this.peel(oid, braces)
    }
    return oid
  }

  private async step(oid: string, kind: string, digits: string): Promise<string | undefined> {
    const { objects } = this.workspace
    const count = digits === '' ? 1 : Number(digits)
    let at: string | undefined = await objects.peel(oid)
    if (kind === '^') return count === 0 ? at : (await objects.findCommit(at))?.parents[count - 1]
    for (let i = 0; i < count && at !== undefined; i++) at = (await objects.findCommit(at))?.parents[0]
    return at
  }

  private async peel(oid: string, kind: string): Promise<string | undefined> {
    const { objects } = this.workspace
    if (kind.startsWith('/')) return this.bySubject(kind.slice(1), [await objects.peel(oid)])
    const peeled = await objects.peel(oid)
    if (kind === '') return peeled
    if (kind === 'tree')
      return (await objects.findCommit(peeled))?.tree ?? ((await objects.kind(peeled)) === 'tree' ? peeled : undefined)
    if (kind === 'object') return oid
    if (kind === 'tag') return (await objects.kind(oid)) === 'tag' ? oid : undefined
    return (await objects.kind(peeled)) === kind ? peeled : undefined
  }

  private async bySubject(pattern: string, starts: readonly string[]): Promise<string | undefined> {
    const test = new RegExp(pattern, 'm')
    const commits: string[] = []
    for (const start of starts) commits.push(await this.workspace.objects.peel(start))
    for (const { oid, message } of await walk(this.workspace.objects, { starts: commits }))
      if (test.test(message)) return oid
    return undefined
  }

  private async path(base: string, path: string): Promise<string | undefined> {
    const stage = /^([0-3]):(.*)$/s.exec(path)
    const { workspace } = this
    if (base === '') {
      const name = /^\.\.?\//.test(path) ? workspace.inside(path) : (stage?.[2] ?? path)
      return (await workspace.index()).get(name, Number(stage?.[1] ?? 0))?.oid
    }
    const oid = await this.find(base)
    const tree = oid === undefined ? undefined : await this.peel(oid, 'tree')
    if (tree === undefined) return undefined
    const name = /^\.\.?(\/|$)/.test(path) ? workspace.inside(path) : path.replace(/\/+$/, '')
    return name === '' ? tree : (await treeEntryAt(workspace.objects, tree, name))?.oid
  }

  private async base(name: string): Promise<string | undefined> {
    const [, before = '', braces] = /^(.*?)@\{([^}]*)\}$/s.exec(name) ?? []
    if (braces !== undefined) return this.at(before, braces)
    const ref = await this.ref(name)
    if (ref !== undefined) return this.workspace.refs.read(ref)
    const described = /-g([0-9a-f]{4,40})$/.exec(name)?.[1]
    const hex = described ?? name
    if (!/^[0-9a-fA-F]{4,40}$/.test(hex)) return undefined
    if (hex.length === 40) return hex.toLowerCase()
    const found = await this.workspace.objects.startingWith(hex.toLowerCase())
    return found.length === 1 ? found[0] : this.commitAmong(found)
  }

  /** Of several objects that a short name fits, the only commit. */
  private async commitAmong(oids: readonly string[]): Promise<string | undefined> {
    const commits: string[] = []
    for (const oid of oids) if (await this.workspace.objects.findCommit(oid)) commits.push(oid)
    return commits.length === 1 ? commits[0] : undefined
  }

  /** `@{1}`, `@{-1}`, `@{upstream}`, `@{yesterday}`. */
  private async at(before: string, braces: string): Promise<string | undefined> {
    const { workspace } = this
    if (/^(u|upstream|push)$/i.test(braces)) return workspace.refs.read(await this.requireUpstream(before))
    if (braces.startsWith('-')) {
      const branch = await this.branchName(`@{${braces}}`)
      return branch === undefined ? undefined : this.find(branch)
    }
    const current = await workspace.refs.target('HEAD')
    const ref = before === '' ? current : ((await this.ref(before === '@' ? 'HEAD' : before)) ?? before)
    const log = await workspace.refs.log(ref)
    const shown = before === '' ? ((await workspace.currentBranch()) ?? 'HEAD') : before
    if (!/^\d+$/.test(braces)) return this.atDate(log, braces, ref)
    const count = Number(braces)
    if (count === 0) return workspace.refs.read(ref)
    const oid = log[count]?.after ?? (count === log.length && log.length > 0 ? log.at(-1)?.before : undefined)
    if (oid === undefined || /^0+$/.test(oid))
      throw new Fatal(
        log.length === 0
          ? `fatal: log for '${shown}' is empty`
          : `fatal: log for '${shown}' only has ${log.length} entries`,
      )
    return oid
  }

  private async atDate(
    log: readonly { after: string; who: { seconds: number } }[],
    text: string,
    ref: string,
  ): Promise<string | undefined> {
    const date = parseDate(text.replaceAll('.', ' '), this.workspace.now, this.workspace.zone)
    if (!date) return undefined
    return (
      log.find(({ who }) => who.seconds <= date.seconds)?.after ?? log.at(-1)?.after ?? this.workspace.refs.read(ref)
    )
  }

  /** @throws Fatal where there is none */
  async requireUpstream(before: string): Promise<string> {
    const current = await this.workspace.currentBranch()
    const branch = before === '' || before === 'HEAD' || before === '@' ? current : before
    if (branch === undefined) throw new Fatal('fatal: HEAD does not point to a branch')
    if (!(await this.workspace.refs.read(`refs/heads/${branch}`))) throw new Fatal(`fatal: no such branch: '${branch}'`)
    const upstream = await this.upstream(branch)
    if (upstream === undefined) throw new Fatal(`fatal: no upstream configured for branch '${branch}'`)
    if (!(await this.workspace.refs.read(upstream)))
      throw new Fatal(
        `fatal: upstream branch '${upstream.replace(/^refs\/remotes\/[^/]+\//, 'refs/heads/')}' not stored as a remote-tracking branch`,
      )
    return upstream
  }
}

/** The colon before a path: not one in braces. */
function colonOf(text: string): number {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (char === ':' && depth === 0) return i
  }
  return -1
}

/** @returns what git says of a path that is not there */
export async function missingPath(workspace: Workspace, name: string): Promise<Fatal> {
  const [, base = '', path] = /^([^:]*):(.+)$/s.exec(name) ?? []
  if (path === undefined) return new Fatal(`fatal: bad object ${name}`)
  if (base === '')
    return new Fatal(
      `fatal: path '${path}' ${workspace.exists(workspace.absolute(path)) ? 'exists on disk, but not in the index' : 'does not exist (neither on disk nor in the index)'}`,
    )
  if (!(await workspace.resolve(base))) return new Fatal(`fatal: invalid object name '${base}'.`)
  return new Fatal(
    workspace.exists(workspace.absolute(path))
      ? `fatal: path '${path}' exists on disk, but not in '${base}'`
      : `fatal: path '${path}' does not exist in '${base}'`,
  )
}
