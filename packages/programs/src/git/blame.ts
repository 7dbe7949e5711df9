/** git blame: which commit each line came with. */
import { type GitCommand, Words } from './command.ts'
import { changesOf } from './commits.ts'
import { textOf } from './content.ts'
import { showDate } from './dates.ts'
import { Fatal } from './fatal.ts'
import { lineDiff, linesOf } from './line-diff.ts'
import { lineRange } from './line-range.ts'
import { type Commit, NO_OID, type Person } from './objects.ts'
import { subjectOf } from './pretty.ts'
import { withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { page } from './terminal.ts'
import { type FileState, treeOf, workFile } from './trees.ts'

interface Blamed {
  commit: Commit | undefined
  path: string
  /** Its number there, from 1. */
  number: number
  previous?: string
}

/** Lines still looked for: their place in the result, and in the file at hand. */
type Open = Map<number, number>

async function fileAt(workspace: Workspace, oid: string, path: string): Promise<FileState | undefined> {
  return (await treeOf(workspace, oid)).get(path)
}

async function nameBefore(
  workspace: Workspace,
  commit: Commit,
  parent: string,
  path: string,
  state: FileState,
): Promise<string | undefined> {
  if ((await fileAt(workspace, parent, path)) !== undefined) return path
  const changes = await changesOf(workspace, commit, () => true, parent)
  const pair = (await withRenames(workspace, changes, { renames: true })).find(
    (each) => each.path === path && each.after?.oid === state.oid,
  )
  return pair?.status === 'R' ? pair.from : undefined
}

/** What parents have is theirs; the rest is the commit's own. */
async function passOn(
  workspace: Workspace,
  lines: Blamed[],
  commit: Commit | undefined,
  parents: readonly string[],
  path: string,
  text: string,
  open: Open,
): Promise<{ parent: string; path: string; open: Open }[]> {
  const later: { parent: string; path: string; open: Open }[] = []
  const left = new Map(open)
  for (const parent of parents) {
    const state = commit ? await fileAt(workspace, commit.oid, path) : undefined
    const before = commit && state ? await nameBefore(workspace, commit, parent, path, state) : path
    const old = before === undefined ? undefined : await fileAt(workspace, parent, before)
    if (before === undefined || !old) continue
    const passed: Open = new Map()
    const [a, b] = [linesOf(await textOf(workspace, old)), linesOf(text)]
    const changed = lineDiff(a, b)
    let shift = 0
    let at = 0
    const sorted = [...left].sort((x, y) => x[1] - y[1])
    for (const [place, number] of sorted) {
      while (at < changed.length && (changed[at]?.bTo ?? 0) <= number) {
        const hunk = changed[at++]
        if (hunk) shift += hunk.aTo - hunk.aFrom - (hunk.bTo - hunk.bFrom)
      }
      const hunk = changed[at]
      if (hunk && number >= hunk.bFrom && number < hunk.bTo) continue
      passed.set(place, number + shift)
      left.delete(place)
    }
    if (passed.size > 0) later.push({ parent, path: before, open: passed })
    for (const place of left.keys()) {
      const line = lines[place]
      if (line) line.previous ??= `${parent} ${before}`
    }
  }
  for (const [place, number] of left) lines[place] = { ...lines[place], commit, path, number: number + 1 }
  return later
}

async function blameLines(
  workspace: Workspace,
  start: string,
  path: string,
  text: string,
  fromWork: boolean,
  wanted: ReadonlySet<number>,
): Promise<Blamed[]> {
  const count = linesOf(text).length
  const lines: Blamed[] = Array.from({ length: count }, (_, at) => ({ commit: undefined, path, number: at + 1 }))
  const open: Open = new Map([...wanted].map((at) => [at, at]))
  let queue = fromWork
    ? await passOn(workspace, lines, undefined, [start], path, text, open)
    : [{ parent: start, path, open }]
  for (let next = queue.shift(); next; next = queue.shift()) {
    const commit = await workspace.objects.commit(next.parent)
    const content = await textOf(workspace, await fileAt(workspace, next.parent, next.path))
    queue = [...queue, ...(await passOn(workspace, lines, commit, commit.parents, next.path, content, next.open))]
  }
  return lines
}

const NOBODY: Person = { name: 'Not Committed Yet', email: 'not.committed.yet', seconds: 0, zone: '+0000' }

export const blame: GitCommand = async (workspace, argv) => {
  const words = new Words('blame', argv, {
    values: ['L', 'date', 'since', 'contents', 'abbrev', 'ignore-rev', 'ignore-revs-file'],
    flags: [
      's',
      'e',
      'show-email',
      'l',
      't',
      'n',
      'show-number',
      'f',
      'show-name',
      'p',
      'porcelain',
      'line-porcelain',
      'w',
      'M',
      'C',
      'b',
      'root',
      'show-stats',
      'progress',
      'no-progress',
      'c',
      'color-lines',
      'color-by-age',
    ],
    usage: 'usage: git blame [<options>] [<rev-opts>] [<rev>] [--] <file>',
  })
  return blameWith(workspace, words, words.has('c'))
}

export const annotate: GitCommand = (workspace, argv) => blame(workspace, ['-c', ...argv])

async function blameWith(workspace: Workspace, words: Words, annotates: boolean): Promise<number> {
  const all = words.rest
  const given = all.at(-1)
  if (given === undefined) throw new Fatal('usage: git blame [<options>] [<rev-opts>] [<rev>] [--] <file>', 129)
  const revision = all.length > 1 ? all[0] : undefined
  const path = workspace.inside(given)
  const start = await workspace.resolve(revision ?? 'HEAD')
  if (!start) throw new Fatal(revision === undefined ? 'fatal: no such ref: HEAD' : `fatal: bad revision '${revision}'`)
  const there = await fileAt(workspace, start, path)
  const work = revision === undefined ? await workFile(workspace, path) : there
  if (!there || !work) throw new Fatal(`fatal: no such path '${given}' in ${revision ?? 'HEAD'}`)
  const text = await textOf(workspace, work)
  const content = linesOf(text)
  const ranges = words.all('L').map((range) => lineRange(range, content, given))
  const wanted = new Set<number>()
  for (const [from, to] of ranges.length > 0 ? ranges : [[1, content.length] as const])
    for (let at = from; at <= to; at++) wanted.add(at - 1)
  const lines = await blameLines(workspace, start, path, text, revision === undefined && work.oid !== there.oid, wanted)
  const shown = [...wanted].sort((a, b) => a - b)
  if (words.has('p', 'porcelain', 'line-porcelain'))
    await workspace.io.print(porcelain(workspace, lines, shown, content, words.has('line-porcelain')))
  else await page(workspace, humanText(workspace, words, lines, shown, content, annotates, path))
  return 0
}

function humanText(
  workspace: Workspace,
  words: Words,
  lines: readonly Blamed[],
  shown: readonly number[],
  content: readonly string[],
  annotates: boolean,
  path: string,
): string {
  const long = words.has('l')
  const width = long ? 40 : Number(words.get('abbrev') ?? 7) + 1
  const names = shown.map((at) =>
    words.has('e', 'show-email')
      ? `<${(lines[at]?.commit?.author ?? NOBODY).email}>`
      : (lines[at]?.commit?.author ?? NOBODY).name,
  )
  const nameWidth = Math.max(0, ...names.map((name) => name.length))
  const digits = String((shown.at(-1) ?? 0) + 1).length
  const withPath = words.has('f', 'show-name') || shown.some((at) => (lines[at]?.path ?? path) !== path)
  const pathWidth = Math.max(0, ...shown.map((at) => (lines[at]?.path ?? '').length))
  return shown
    .map((at, row) => {
      const { commit, path: name, number } = lines[at] ?? { commit: undefined, path, number: at + 1 }
      const boundary = commit !== undefined && commit.parents.length === 0 && !words.has('root')
      const oid = commit?.oid ?? NO_OID
      const text = (content[at] ?? '').replace(/\n$/, '')
      const who = commit?.author ?? { ...NOBODY, seconds: workspace.now }
      const date = words.has('t')
        ? `${who.seconds} ${who.zone}`
        : showDate(who, words.get('date') ?? 'iso', workspace.now, workspace.zone)
      if (annotates) return `${oid.slice(0, 8)}\t(${who.name.padStart(10)}\t${date}\t${at + 1})${text}\n`
      const id =
        boundary && !words.has('b') ? `^${oid.slice(0, width - (long ? 0 : 1) - (long ? 1 : 0))}` : oid.slice(0, width)
      const shownId = boundary && long ? `^${oid.slice(0, 39)}` : id
      const file = withPath ? ` ${name.padEnd(pathWidth)}` : ''
      const from = words.has('n', 'show-number') ? ` ${String(number).padStart(digits)}` : ''
      if (words.has('s')) return `${shownId}${file}${from} ${String(at + 1).padStart(digits)}) ${text}\n`
      return `${shownId}${file}${from} (${(names[row] ?? '').padEnd(nameWidth)} ${date} ${String(at + 1).padStart(digits)}) ${text}\n`
    })
    .join('')
}

function porcelain(
  workspace: Workspace,
  lines: readonly Blamed[],
  shown: readonly number[],
  content: readonly string[],
  each: boolean,
): string {
  const told = new Set<string>()
  let out = ''
  const follows = (a: Blamed | undefined, b: Blamed | undefined): boolean =>
    a?.commit?.oid === b?.commit?.oid && a !== undefined && b !== undefined && b.number === a.number + 1
  for (const [row, at] of shown.entries()) {
    const line = lines[at]
    if (!line) continue
    const oid = line.commit?.oid ?? NO_OID
    const first = row === 0 || !follows(lines[shown[row - 1] ?? -1], line) || (shown[row - 1] ?? -2) !== at - 1
    let size = 1
    while (first && shown[row + size] === at + size && follows(lines[at + size - 1], lines[at + size])) size++
    out += `${oid} ${line.number} ${at + 1}${first ? ` ${size}` : ''}\n`
    if (!told.has(oid) || each) out += details(workspace, line)
    told.add(oid)
    out += `\t${(content[at] ?? '').replace(/\n$/, '')}\n`
  }
  return out
}

function details(workspace: Workspace, { commit, path, previous }: Blamed): string {
  const [author, committer] = [
    commit?.author ?? { ...NOBODY, seconds: workspace.now },
    commit?.committer ?? { ...NOBODY, seconds: workspace.now },
  ]
  const person = (role: string, { name, email, seconds, zone }: Person): string =>
    `${role} ${name}\n${role}-mail <${email}>\n${role}-time ${seconds}\n${role}-tz ${zone}\n`
  const summary = commit ? subjectOf(commit.message) : `Version of ${path} from ${path}`
  return `${person('author', author)}${person('committer', committer)}summary ${summary}\n${commit?.parents.length === 0 ? 'boundary\n' : ''}${commit?.parents.length !== 0 && previous ? `previous ${previous}\n` : ''}filename ${path}\n`
}
