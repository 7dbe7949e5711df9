/** Which commits are meant and how they are shown: git-rev-list(1) and git-log(1), OPTIONS. */
import { parseDate } from './dates.ts'
import { type DiffOptions, newDiffOptions, takeDiffOption } from './diff-options.ts'
import { Fatal } from './fatal.ts'
import { formatOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { missingPath } from './revision.ts'
import { REV_LIST_USAGE } from './rev-list-usage.ts'
import { mergeBases } from './walk.ts'

export interface LogOptions {
  readonly diff: DiffOptions
  readonly starts: string[]
  readonly without: string[]
  /** Names of what to begin with, as they were given. */
  readonly names: string[]
  readonly paths: string[]
  readonly authors: string[]
  readonly committers: string[]
  readonly greps: string[]
  /** `L` of each left side of `a...b`. */
  readonly left: string[]
  format: string
  terminated: boolean
  most: number | undefined
  skip: number
  since: number | undefined
  until: number | undefined
  ignoreCase: boolean
  invert: boolean
  fixed: boolean
  allMatch: boolean
  minParents: number
  maxParents: number
  firstParent: boolean
  topological: boolean
  reverse: boolean
  graph: boolean
  decorate: boolean | 'full' | undefined
  date: string | undefined
  abbrevCommit: boolean | undefined
  follow: boolean
  walkReflogs: boolean
  leftRight: boolean
  onlySide: 'left' | 'right' | undefined
  cherry: boolean
  parents: boolean
  merge: boolean
  /** -m, -c, --cc for merges. */
  merges: 'none' | 'separate' | 'combined' | 'first' | undefined
  decorated: boolean
  simplifyByDecoration: boolean
  lines: { from: string; to: string; path: string } | undefined
  fullHistory: boolean
  showNotes: boolean
  stdin: boolean
  all: boolean
  separated: boolean
}

export const newLogOptions = (): LogOptions => ({
  diff: newDiffOptions(),
  starts: [],
  without: [],
  names: [],
  paths: [],
  authors: [],
  committers: [],
  greps: [],
  left: [],
  format: 'medium',
  terminated: false,
  most: undefined,
  skip: 0,
  since: undefined,
  until: undefined,
  ignoreCase: false,
  invert: false,
  fixed: false,
  allMatch: false,
  minParents: 0,
  maxParents: Number.POSITIVE_INFINITY,
  firstParent: false,
  topological: false,
  reverse: false,
  graph: false,
  decorate: undefined,
  date: undefined,
  abbrevCommit: undefined,
  follow: false,
  walkReflogs: false,
  leftRight: false,
  onlySide: undefined,
  cherry: false,
  parents: false,
  merge: false,
  merges: undefined,
  decorated: false,
  simplifyByDecoration: false,
  lines: undefined,
  fullHistory: false,
  showNotes: true,
  stdin: false,
  all: false,
  separated: false,
})

type Take = (o: LogOptions, value: string, workspace: Workspace) => void | Promise<void>

function dateOf(workspace: Workspace, text: string): number {
  return parseDate(text.replaceAll('.', ' '), workspace.now, workspace.zone)?.seconds ?? workspace.now
}
const takeFormat: Take = (o, value) => {
  const { format, terminated } = formatOf(value === '' ? 'medium' : value)
  o.format = format
  o.terminated = terminated
}

const FLAGS: ReadonlyMap<string, Take> = new Map<string, Take>([
  [
    'oneline',
    (o) => {
      o.format = 'oneline'
      o.terminated = true
      o.abbrevCommit ??= true
    },
  ],
  ['pretty', takeFormat],
  ['graph', (o) => void ((o.graph = true), (o.topological = true))],
  ['no-graph', (o) => void (o.graph = false)],
  ['reverse', (o) => void (o.reverse = true)],
  ['first-parent', (o) => void (o.firstParent = true)],
  ['topo-order', (o) => void (o.topological = true)],
  ['date-order', () => undefined],
  ['author-date-order', () => undefined],
  ['no-merges', (o) => void (o.maxParents = 1)],
  ['merges', (o) => void (o.minParents = 2)],
  ['decorate', (o, value) => void (o.decorate = value === 'full' ? 'full' : value !== 'no')],
  ['no-decorate', (o) => void (o.decorate = false)],
  ['abbrev-commit', (o) => void (o.abbrevCommit = true)],
  ['no-abbrev-commit', (o) => void (o.abbrevCommit = false)],
  ['follow', (o) => void (o.follow = true)],
  ['regexp-ignore-case', (o) => void (o.ignoreCase = true)],
  ['i', (o) => void (o.ignoreCase = true)],
  ['invert-grep', (o) => void (o.invert = true)],
  ['all-match', (o) => void (o.allMatch = true)],
  ['fixed-strings', (o) => void (o.fixed = true)],
  ['F', (o) => void (o.fixed = true)],
  ['E', () => undefined],
  ['extended-regexp', () => undefined],
  ['perl-regexp', () => undefined],
  ['P', () => undefined],
  ['walk-reflogs', (o) => void (o.walkReflogs = true)],
  ['g', (o) => void (o.walkReflogs = true)],
  ['left-right', (o) => void (o.leftRight = true)],
  ['left-only', (o) => void (o.onlySide = 'left')],
  ['right-only', (o) => void (o.onlySide = 'right')],
  ['cherry-pick', (o) => void (o.cherry = true)],
  ['cherry-mark', (o) => void (o.cherry = true)],
  ['parents', (o) => void (o.parents = true)],
  ['merge', (o) => void (o.merge = true)],
  ['m', (o) => void (o.merges = 'separate')],
  ['c', (o) => void (o.merges = 'combined')],
  ['cc', (o) => void (o.merges = 'combined')],
  [
    'diff-merges',
    (o, value) =>
      void (o.merges =
        value === 'off' || value === 'none'
          ? 'none'
          : /first|^1$/.test(value)
            ? 'first'
            : /^(m|separate|on)$/.test(value)
              ? 'separate'
              : 'combined'),
  ],
  ['simplify-by-decoration', (o) => void (o.simplifyByDecoration = true)],
  ['full-history', (o) => void (o.fullHistory = true)],
  ['no-notes', (o) => void (o.showNotes = false)],
  ['notes', (o) => void (o.showNotes = true)],
  ['show-signature', () => undefined],
  ['no-walk', () => undefined],
  ['sparse', () => undefined],
  ['dense', () => undefined],
  ['boundary', () => undefined],
  ['ignore-missing', () => undefined],
  ['no-mailmap', () => undefined],
  ['mailmap', () => undefined],
  ['use-mailmap', () => undefined],
  ['source', () => undefined],
  ['relative-date', (o) => void (o.date = 'relative')],
  ['stdin', (o) => void (o.stdin = true)],
])
const VALUES: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['format', takeFormat],
  ['n', (o, value) => void (o.most = Number(value))],
  ['max-count', (o, value) => void (o.most = Number(value))],
  ['skip', (o, value) => void (o.skip = Number(value))],
  ['since', (o, value, workspace) => void (o.since = dateOf(workspace, value))],
  ['after', (o, value, workspace) => void (o.since = dateOf(workspace, value))],
  ['until', (o, value, workspace) => void (o.until = dateOf(workspace, value))],
  ['before', (o, value, workspace) => void (o.until = dateOf(workspace, value))],
  ['max-age', (o, value) => void (o.since = Number(value))],
  ['min-age', (o, value) => void (o.until = Number(value))],
  ['author', (o, value) => void o.authors.push(value)],
  ['committer', (o, value) => void o.committers.push(value)],
  ['grep', (o, value) => void o.greps.push(value)],
  ['date', (o, value) => void (o.date = value)],
  ['max-parents', (o, value) => void (o.maxParents = Number(value))],
  ['min-parents', (o, value) => void (o.minParents = Number(value))],
  [
    'L',
    (o, value) => {
      const [, from = '', to = '', path = ''] = /^([^,:]*),?([^:]*):(.*)$/.exec(value) ?? []
      o.lines = { from, to, path }
    },
  ],
])

/** Puts all names below a folder among the starts. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['branches', 'refs/heads/'],
  ['tags', 'refs/tags/'],
  ['remotes', 'refs/remotes/'],
])

async function takeGroup(workspace: Workspace, o: LogOptions, word: string): Promise<boolean> {
  const [, name = '', pattern] = /^--(all|branches|tags|remotes)(?:=(.*))?$/.exec(word) ?? []
  if (name === '') return false
  o.all = true
  const prefix = name === 'all' ? 'refs/' : (GROUPS.get(name) ?? 'refs/')
  const { globMatcher } = await import('../text/glob.ts')
  const fits =
    pattern === undefined ? (): boolean => true : globMatcher(/[*?[]/.test(pattern) ? pattern : `${pattern}/*`)
  for (const ref of await workspace.refs.list(prefix))
    if (fits(ref.name.slice(prefix.length))) o.starts.push(await workspace.objects.peel(ref.oid))
  const head = name === 'all' ? await workspace.head() : undefined
  if (head) o.starts.push(head)
  return true
}

export const unknownRevision = (name: string): Fatal =>
  new Fatal(
    `fatal: ambiguous argument '${name}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  )

/** `a..b`, `a...b`, `^a`, `a^@`, or a name. @returns false for what is no revision */
export async function takeRevision(workspace: Workspace, o: LogOptions, word: string): Promise<boolean> {
  const find = (name: string): Promise<string | undefined> => workspace.resolve(name === '' ? 'HEAD' : name)
  const [, from = '', dots, to = ''] = /^(.*?)(\.{2,3})(.*)$/s.exec(word) ?? []
  if (dots !== undefined && !word.startsWith('./') && !word.startsWith('../') && word !== '..') {
    const [a, b] = [await find(from), await find(to)]
    if (a === undefined || b === undefined) return false
    if (dots === '...') {
      o.without.push(...(await mergeBases(workspace.objects, a, b)))
      o.starts.push(a, b)
      o.left.push(a)
    } else {
      o.without.push(a)
      o.starts.push(b)
    }
    o.names.push(word)
    return true
  }
  if (word.startsWith('^')) {
    const oid = await find(word.slice(1))
    if (oid) o.without.push(oid)
    return oid !== undefined
  }
  const [, of, kind] = /^(.*)\^([@!])$/.exec(word) ?? []
  const oid = await find(of ?? word)
  if (oid === undefined) return false
  const parents = kind === undefined ? [] : ((await workspace.objects.findCommit(oid))?.parents ?? [])
  if (kind === '@') o.starts.push(...parents)
  else {
    o.starts.push(oid)
    o.without.push(...parents)
  }
  o.names.push(word)
  return true
}

/** @param extra  what a command knows besides @returns the options; `starts` is empty where nobody named a revision */
export async function parseLog(
  workspace: Workspace,
  command: string,
  argv: readonly string[],
  extra: (word: string, next: string | undefined) => number = () => 0,
): Promise<LogOptions> {
  const o = newLogOptions()
  const dashes = argv.indexOf('--')
  o.separated = dashes >= 0
  const words = dashes < 0 ? argv : argv.slice(0, dashes)
  if (dashes >= 0) o.paths.push(...argv.slice(dashes + 1))
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    const own = extra(word, words[at + 1])
    const taken =
      own > 0
        ? own
        : word.startsWith('-') && word !== '-'
          ? await takeOption(workspace, o, command, word, words[at + 1])
          : 0
    if (taken > 0) at += taken
    else {
      await takeOperand(workspace, o, word, dashes >= 0)
      at++
    }
  }
  return o
}

async function takeOperand(workspace: Workspace, o: LogOptions, word: string, separated: boolean): Promise<void> {
  if (o.paths.length === 0 || separated) {
    if (await takeRevision(workspace, o, word)) return
    if (separated) throw new Fatal(`fatal: bad revision '${word}'`)
  }
  if (!/[*?[]/.test(word) && !workspace.exists(workspace.absolute(word))) {
    const [, base] = /^([^:]+):./.exec(word) ?? []
    throw base !== undefined && (await workspace.resolve(base))
      ? await missingPath(workspace, word)
      : unknownRevision(word)
  }
  o.paths.push(word)
}

async function takeOption(
  workspace: Workspace,
  o: LogOptions,
  command: string,
  word: string,
  next: string | undefined,
): Promise<number> {
  if (await takeGroup(workspace, o, word)) return 1
  if (/^-\d+$/.test(word)) {
    o.most = Number(word.slice(1))
    return 1
  }
  if (!word.startsWith('--')) {
    const [letter, rest] = [word.charAt(1), word.slice(2)]
    const value = VALUES.get(letter)
    if (value) {
      await value(o, rest || (next ?? ''), workspace)
      return rest ? 1 : 2
    }
    const flag = rest === '' ? FLAGS.get(letter) : undefined
    if (flag) {
      await flag(o, '', workspace)
      return 1
    }
  } else {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const takes = VALUES.get(name)
    if (takes) {
      await takes(o, value ?? next ?? '', workspace)
      return value === undefined ? 2 : 1
    }
    const flag = FLAGS.get(name)
    if (flag) {
      await flag(o, value ?? '', workspace)
      return 1
    }
  }
  const taken = takeDiffOption(o.diff, word, next)
  if (taken === 0)
    throw new Fatal(
      command === 'rev-list' ? REV_LIST_USAGE : `fatal: unrecognized argument: ${word}`,
      command === 'rev-list' ? 129 : 128,
    )
  return taken
}
