/** git log, show, shortlog, rev-list, whatchanged. */
import { chooseCommits, changesOf } from './commits.ts'
import type { GitCommand } from './command.ts'
import { coloursOf, combinedText, pairsOf, printPairs } from './diff-options.ts'
import { metaText } from './diff-text.ts'
import { Fatal } from './fatal.ts'
import { Graph } from './graph.ts'
import { type LogOptions, parseLog } from './log-options.ts'
import { lineHistory } from './line-history.ts'
import { noteOf } from './notes.ts'
import { type Commit, parseTag, isTreeMode } from './objects.ts'
import { among, pathspecs } from './pathspec.ts'
import { type Around, decorations, type Decoration, Pretty, type PrettyOptions } from './pretty.ts'
import type { LogEntry } from './refs.ts'
import type { Workspace } from './repository.ts'
import { missingPath } from './revision.ts'
import { isColoured, page } from './terminal.ts'
import { treeOf } from './trees.ts'
import { showDate } from './dates.ts'

/** Writes commits one after the other, with what stands between them. */
export class LogPrinter {
  out = ''
  private shownOne = false
  private readonly workspace: Workspace
  private readonly o: LogOptions
  private readonly pretty: Pretty
  private readonly graph: Graph | undefined
  private readonly names: ReadonlyMap<string, readonly Decoration[]>
  private readonly wanted: (path: string) => boolean

  constructor(workspace: Workspace, o: LogOptions, names: ReadonlyMap<string, readonly Decoration[]>, graph?: Graph) {
    this.workspace = workspace
    this.o = o
    this.graph = graph
    this.names = names
    this.wanted = among(pathspecs(workspace, o.paths))
    this.pretty = new Pretty(workspace, prettyOptions(workspace, o))
  }

  private lines(text: string): string {
    if (!this.graph) return text
    return text
      .split('\n')
      .map((line, at, all) => (at === all.length - 1 && line === '' ? '' : this.graph?.padding() + line))
      .join('\n')
  }

  private remainder(): string {
    const rows: string[] = []
    while (this.graph && !this.graph.isFinished) rows.push(this.graph.next().text)
    return rows.join('\n')
  }

  /** @param followed  the name that a followed file had */
  async print(commit: Commit, given: Partial<Around> = {}, followed?: string): Promise<void> {
    const note = this.o.showNotes ? await noteOf(this.workspace, commit.oid) : undefined
    const around: Around = {
      names: this.names.get(commit.oid) ?? [],
      ...(this.o.parents ? { parents: commit.parents } : {}),
      ...given,
      ...(note ? { note } : {}),
    }
    const { merges } = this.o
    if (commit.parents.length > 1 && merges === 'separate' && this.o.diff.forms.size > 0)
      for (const parent of commit.parents) {
        const diff = await this.diffOf(commit, followed, parent)
        if (diff !== '') this.one(commit, { ...around, from: parent }, diff)
      }
    else this.one(commit, around, await this.diffOf(commit, followed))
  }

  private one(commit: Commit, around: Around, diff: string): void {
    const { pretty, graph } = this
    graph?.update(commit)
    if (this.shownOne && !pretty.isTerminated) this.out += `${graph ? graph.padding() : ''}\n`
    this.shownOne = true
    if (graph) {
      for (;;) {
        const { text, isCommit } = graph.next()
        this.out += text
        if (isCommit) break
        this.out += '\n'
      }
    }
    const head = pretty.head(commit, around)
    if (head !== undefined) this.out += head + (pretty.isOneline ? ' ' : `\n${graph ? graph.next().text : ''}`)
    const text = pretty.text(commit, around)
    this.message(text)
    if (pretty.isTerminated && !pretty.isEmpty)
      this.out += text.endsWith('\n') ? `${graph ? graph.padding() : ''}\n` : '\n'
    else if (!text.endsWith('\n') && !pretty.isEmpty && !pretty.isTerminated && diff !== '') this.out += '\n'
    // A merge seen from all its parents has its gap even where nothing differs.
    const combined =
      commit.parents.length > 1 && this.o.merges === 'combined' && this.o.diff.forms.size > 0 && !this.o.diff.none
    if (diff === '' && !combined) return
    const { forms } = this.o.diff
    const dashes = forms.has('stat') && forms.has('patch') ? '---' : ''
    if (!pretty.isOneline && !pretty.isEmpty) this.out += `${graph ? graph.padding() : ''}${dashes}\n`
    this.out += this.lines(diff)
  }

  private message(text: string): void {
    const { graph } = this
    if (!graph) return void (this.out += text)
    const ended = text.endsWith('\n')
    const rows = (ended ? text.slice(0, -1) : text).split('\n')
    this.out += rows.map((row, at) => (at === 0 ? row : graph.next().text + row)).join('\n')
    if (ended) this.out += '\n'
    if (graph.isFinished) return
    if (!ended) this.out += '\n'
    this.out += this.remainder()
    if (ended) this.out += '\n'
  }

  /** What a commit changed, in the forms that were asked for. */
  async diffOf(commit: Commit, followed?: string, parent?: string): Promise<string> {
    const { diff, merges } = this.o
    if (diff.forms.size === 0) return ''
    if (diff.none) return (await printPairs(this.workspace, [], diff)).text
    const real = await this.workspace.objects.commit(commit.oid)
    const wanted = followed === undefined ? this.wanted : (): boolean => true
    if (real.parents.length > 1 && parent === undefined && merges !== 'first') {
      if (merges !== 'combined' && merges !== 'separate') return ''
      return this.combined(real, wanted)
    }
    const changes = await changesOf(this.workspace, real, wanted, parent ?? real.parents[0])
    const all = diff.copies > 1 && real.parents[0] ? await treeOf(this.workspace, real.parents[0]) : undefined
    const pairs = (await pairsOf(this.workspace, changes, diff, all)).filter(
      ({ path }) => followed === undefined || path === followed,
    )
    return (await printPairs(this.workspace, pairs, diff)).text
  }

  private async combined(commit: Commit, wanted: (path: string) => boolean): Promise<string> {
    const { diff } = this.o
    const parents = await Promise.all(commit.parents.map((each) => treeOf(this.workspace, each)))
    const result = await treeOf(this.workspace, commit.tree)
    let out = ''
    if (
      diff.forms.has('stat') ||
      diff.forms.has('name-only') ||
      diff.forms.has('name-status') ||
      diff.forms.has('numstat') ||
      diff.forms.has('shortstat') ||
      diff.forms.has('raw')
    ) {
      const changes = await changesOf(this.workspace, commit, wanted)
      const forms = new Set([...diff.forms].filter((form) => form !== 'patch'))
      out += (
        await printPairs(
          this.workspace,
          await pairsOf(
            this.workspace,
            diff.forms.has('stat') || diff.forms.has('shortstat')
              ? changes
              : changes.filter(({ path }) => parents.every((tree) => tree.get(path)?.oid !== result.get(path)?.oid)),
            diff,
          ),
          { ...diff, forms },
        )
      ).text
    }
    const patch = diff.forms.has('patch') ? await combinedText(this.workspace, diff, parents, result, wanted) : ''
    return out + (out && patch ? '\n' : '') + patch
  }
}

export function prettyOptions(workspace: Workspace, o: LogOptions): PrettyOptions {
  return {
    format: o.format,
    terminated: o.terminated,
    date: o.date,
    abbrevCommit: o.abbrevCommit ?? false,
    abbrev: o.diff.abbrev,
    coloured: coloursOf(workspace, o.diff).meta !== '',
  }
}

async function readConfig(workspace: Workspace, o: LogOptions): Promise<void> {
  o.date ??= await workspace.config.get('log.date')
  if (await workspace.config.isTrue('log.abbrevcommit')) o.abbrevCommit ??= true
  if (o.decorate === undefined) {
    const set = await workspace.config.get('log.decorate')
    if (set !== undefined && set !== 'auto') o.decorate = set === 'full' ? 'full' : /^(short|true|yes|1)$/.test(set)
  }
  if (o.diff.colour === undefined && (await workspace.config.get('color.ui')) === 'false') o.diff.colour = false
}

export async function namesFor(workspace: Workspace, o: LogOptions): Promise<Map<string, Decoration[]>> {
  const asked = /%(?:C\([^)]*\))?[+ -]?[dD]/.test(o.format)
  const shows = o.decorate ?? (isColoured(workspace) || asked)
  return shows || asked ? decorations(workspace, o.decorate === 'full') : new Map()
}

export const log: GitCommand = async (workspace, argv) => {
  const o = await parseLog(workspace, 'log', argv)
  await readConfig(workspace, o)
  await page(workspace, await logText(workspace, o))
  return 0
}

export async function logText(workspace: Workspace, o: LogOptions): Promise<string> {
  await defaultStart(workspace, o)
  if (o.walkReflogs) return reflogText(workspace, o)
  if (o.lines) return lineHistory(workspace, o, new LogPrinter(workspace, o, await namesFor(workspace, o)))
  const { commits, marks, followed, walked } = await chooseCommits(workspace, o)
  const mark = (commit: Commit): string => (o.leftRight ? (marks.get(commit.oid) ?? '>') : '*')
  const graph = o.graph ? new Graph(coloursOf(workspace, o.diff).meta !== '', walked, o.firstParent, mark) : undefined
  const printer = new LogPrinter(workspace, o, await namesFor(workspace, o), graph)
  for (const commit of commits)
    await printer.print(
      commit,
      o.leftRight && !graph ? { mark: marks.get(commit.oid) ?? '>' } : {},
      followed.get(commit.oid),
    )
  // A format that separates ends its last line where somebody looks.
  return printer.out
}

async function defaultStart(workspace: Workspace, o: LogOptions): Promise<void> {
  if (o.starts.length > 0 || o.without.length > 0 || o.merge || o.all) return
  const head = await workspace.head()
  if (!head)
    throw new Fatal(`fatal: your current branch '${await workspace.currentBranch()}' does not have any commits yet`)
  o.starts.push(head)
}

/** -g: entries of a log in place of history. */
async function reflogText(workspace: Workspace, o: LogOptions): Promise<string> {
  const name = (o.names[0] ?? 'HEAD').replace(/@\{.*\}$/, '')
  const ref = (await workspace.revisions.ref(name)) ?? name
  const entries = await workspace.refs.log(ref)
  const shown = ref === 'HEAD' ? 'HEAD' : ref.replace(/^refs\/(heads|remotes|tags)\//, '')
  const printer = new LogPrinter(workspace, o, await namesFor(workspace, o))
  const rows = entries
    .map((entry, at): [LogEntry, number] => [entry, at])
    .slice(o.skip, o.most === undefined ? undefined : o.skip + o.most)
  for (const [entry, at] of rows) {
    const commit = await workspace.objects.findCommit(entry.after)
    const selector = `${shown}@{${o.date === undefined ? at : showDate(entry.who, o.date, workspace.now, workspace.zone)}}`
    if (commit)
      await printer.print(commit, {
        reflog: { entry, selector: shown === 'refs/stash' ? selector.replace('refs/', '') : selector },
      })
  }
  return printer.out
}

export const show: GitCommand = async (workspace, argv) => {
  const o = await parseLog(workspace, 'show', argv)
  await readConfig(workspace, o)
  if (o.diff.forms.size === 0) o.diff.forms.add('patch')
  o.merges ??= 'combined'
  const names = o.starts.length === 0 && o.without.length === 0 ? ['HEAD'] : o.names
  if (names[0] === 'HEAD' && !(await workspace.head()))
    throw new Fatal(`fatal: your current branch '${await workspace.currentBranch()}' does not have any commits yet`)
  const printer = new LogPrinter(workspace, o, await namesFor(workspace, o))
  for (const name of names) await showOne(workspace, o, printer, name)
  await page(workspace, printer.out)
  return 0
}

async function showOne(workspace: Workspace, o: LogOptions, printer: LogPrinter, name: string): Promise<void> {
  if (/\.\./.test(name) && !name.includes(':')) {
    const inner = await parseLog(workspace, 'show', [name])
    for (const commit of (await chooseCommits(workspace, { ...o, starts: inner.starts, without: inner.without }))
      .commits)
      await printer.print(commit)
    return
  }
  const oid = await workspace.revisions.find(name)
  const object = oid === undefined ? undefined : await workspace.objects.read(oid)
  if (!oid || !object) throw await missingPath(workspace, name)
  if (object.kind === 'commit') {
    const commit = await workspace.objects.commit(oid)
    const wanted = among(pathspecs(workspace, o.paths))
    if (o.paths.length > 0 && (await changesOf(workspace, commit, wanted)).length === 0) return
    return printer.print(commit)
  }
  if (object.kind === 'blob') return void (printer.out += new TextDecoder().decode(object.bytes))
  if (object.kind === 'tree') {
    const rows = (await workspace.objects.tree(oid)).map(
      ({ mode, name: each }) => `${each}${isTreeMode(mode) ? '/' : ''}\n`,
    )
    return void (printer.out += `${metaText([`tree ${name}`], { ...coloursOf(workspace, o.diff), meta: '' })}\n${rows.join('')}`)
  }
  const tag = parseTag(object.bytes)
  const who = tag.tagger
    ? `Tagger: ${tag.tagger.name} <${tag.tagger.email}>\nDate:   ${showDate(tag.tagger, o.date, workspace.now, workspace.zone)}\n`
    : ''
  printer.out += `${printer.out === '' ? '' : '\n'}tag ${tag.name}\n${who}\n${tag.message.trimEnd()}\n\n`
  await showOne(workspace, o, printer, tag.object)
}
