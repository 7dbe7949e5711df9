/** git diff, and its plain sisters diff-tree, diff-index, diff-files. */
import { readFile } from '@drydock/libc'
import { combinedPatch } from './combined-diff.ts'
import type { GitCommand } from './command.ts'
import { type DiffOptions, newDiffOptions, pairsOf, patchOptions, printPairs, takeDiffOption } from './diff-options.ts'
import { Fatal } from './fatal.ts'
import { unknownRevision } from './log-options.ts'
import { EMPTY_TREE, objectId } from './objects.ts'
import { isDirectoryAt } from './paths.ts'
import { among, pathspecs } from './pathspec.ts'
import { type Pair, plainPair } from './renames.ts'
import type { Workspace } from './repository.ts'
import { isColoured, page } from './terminal.ts'
import { type Change, compare, type FileState, indexTree, type Tree, treeOf, workFile, workTree } from './trees.ts'
import { mergeBases } from './walk.ts'

interface Asked {
  readonly o: DiffOptions
  readonly flags: ReadonlySet<string>
  readonly operands: readonly string[]
  readonly paths: readonly string[]
  readonly separated: boolean
}
const OWN = new Set([
  '--cached',
  '--staged',
  '--no-index',
  '--merge-base',
  '--ours',
  '--theirs',
  '--base',
  '-0',
  '-r',
  '-t',
  '--root',
  '--no-commit-id',
  '-q',
  '-m',
  '--cc',
  '-c',
  '--stdin',
  '-1',
  '-2',
  '-3',
])

function ask(argv: readonly string[]): Asked {
  const o = newDiffOptions()
  const flags = new Set<string>()
  const dashes = argv.indexOf('--')
  const operands: string[] = []
  const words = dashes < 0 ? argv : argv.slice(0, dashes)
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    if (OWN.has(word)) {
      flags.add(word === '--staged' ? '--cached' : word)
      at++
    } else if (word.startsWith('-') && word !== '-') {
      const taken = takeDiffOption(o, word, words[at + 1])
      if (taken === 0) throw new Fatal(`error: invalid option: ${word}`, 129)
      at += taken
    } else {
      operands.push(word)
      at++
    }
  }
  return { o, flags, operands, paths: dashes < 0 ? [] : argv.slice(dashes + 1), separated: dashes >= 0 }
}

interface Compared {
  readonly before: Tree
  readonly after: Tree
  readonly inWork: boolean
}

/** A name of a commit or tree that stands for files; undefined for none. */
async function treeish(workspace: Workspace, name: string): Promise<string | undefined> {
  const oid = await workspace.resolve(name === '' ? 'HEAD' : name)
  const kind = oid === undefined ? undefined : await workspace.objects.kind(oid)
  return kind === 'commit' || kind === 'tree' ? oid : undefined
}

async function revisionsOf(
  workspace: Workspace,
  asked: Asked,
): Promise<{ trees: string[]; paths: string[]; blobs: string[] }> {
  const [trees, paths, blobs]: [string[], string[], string[]] = [[], [...asked.paths], []]
  for (const word of asked.operands) {
    if (paths.length > asked.paths.length) {
      if (!workspace.exists(workspace.absolute(word))) throw unknownRevision(word)
      paths.push(word)
      continue
    }
    const [, from = '', dots, to = ''] = /^(.*?)(\.{2,3})(.*)$/.exec(word) ?? []
    if (dots !== undefined && !/^\.{1,2}(\/|$)/.test(word)) {
      const [a, b] = [await treeish(workspace, from), await treeish(workspace, to)]
      if (a === undefined || b === undefined) throw unknownRevision(word)
      trees.push(dots === '...' ? ((await mergeBases(workspace.objects, a, b))[0] ?? EMPTY_TREE) : a, b)
      continue
    }
    const tree = await treeish(workspace, word)
    const blob = tree === undefined && word.includes(':') ? await workspace.revisions.find(word) : undefined
    if (tree !== undefined) trees.push(tree)
    else if (blob !== undefined) blobs.push(word)
    else if (!asked.separated && (workspace.exists(workspace.absolute(word)) || /[*?[]/.test(word))) paths.push(word)
    else throw asked.separated ? new Fatal(`fatal: bad revision '${word}'`) : unknownRevision(word)
  }
  return { trees, paths, blobs }
}

async function sidesOf(workspace: Workspace, flags: ReadonlySet<string>, trees: readonly string[]): Promise<Compared> {
  const [a, b] = trees
  if (a !== undefined && b !== undefined)
    return { before: await treeOf(workspace, a), after: await treeOf(workspace, b), inWork: false }
  const head = await workspace.head()
  let from = a
  if (flags.has('--merge-base') && a !== undefined && head)
    from = (await mergeBases(workspace.objects, a, head))[0] ?? a
  if (flags.has('--cached'))
    return { before: await treeOf(workspace, from ?? head), after: await indexTree(workspace), inWork: false }
  const work = await workTree(workspace)
  if (from !== undefined) return { before: await treeOf(workspace, from), after: work, inWork: true }
  return { before: await indexTree(workspace), after: work, inWork: true }
}

/** Without words about a tree, conflicts show as they are: both sides beside the work tree. */
async function withConflicts(
  workspace: Workspace,
  changes: readonly Change[],
  paths: readonly string[],
): Promise<{ pairs: Pair[]; open: ReadonlySet<string> }> {
  const wanted = among(pathspecs(workspace, paths))
  const open = new Set((await workspace.index()).unmerged().filter(wanted))
  const pairs = changes.filter(({ path }) => !open.has(path)).map(plainPair)
  for (const path of open)
    pairs.push({ status: 'U', from: path, path, before: undefined, after: undefined, similarity: 0 })
  return { pairs: pairs.sort((x, y) => (x.path < y.path ? -1 : 1)), open }
}

async function conflictPatch(workspace: Workspace, path: string, o: DiffOptions): Promise<string> {
  const index = await workspace.index()
  const [ours, theirs] = [index.get(path, 2), index.get(path, 3)]
  const work = await workFile(workspace, path)
  if (!ours || !theirs || !work) return `* Unmerged path ${path}\n`
  return combinedPatch(workspace, path, [ours, theirs], work, patchOptions(workspace, o), true)
}

export const diff: GitCommand = async (workspace, argv) => {
  const asked = ask(argv)
  const { o, flags } = asked
  await readConfig(workspace, o)
  if (o.forms.size === 0) o.forms.add('patch')
  const outside =
    asked.operands.length === 2 && (!workspace.inRepository || asked.operands.every((word) => !inside(workspace, word)))
  if (flags.has('--no-index') || outside) return noIndex(workspace, o, [...asked.operands, ...asked.paths])
  if (!workspace.inRepository)
    throw new Fatal(
      'warning: Not a git repository. Use --no-index to compare two paths outside a working tree\nusage: git diff --no-index [<options>] <path> <path>',
      129,
    )
  const { trees, paths, blobs } = await revisionsOf(workspace, asked)
  if (blobs.length > 0) return twoBlobs(workspace, o, blobs, paths)
  const { before, after, inWork } = await sidesOf(workspace, flags, trees)
  const changes = compare(before, after, among(pathspecs(workspace, paths)))
  const plain = trees.length === 0 && !flags.has('--cached')
  const conflicts = plain ? await withConflicts(workspace, changes, paths) : undefined
  const known = conflicts?.open.size
    ? conflicts.pairs.filter(({ status }) => o.filter === undefined || o.filter.includes(status))
    : undefined
  const pairs = known ?? (await pairsOf(workspace, changes, o, before))
  if (o.quiet) return pairs.length > 0 ? 1 : 0
  const { patchText } = await import('./diff-text.ts')
  const index = await workspace.index()
  const isFresh = ({ path, after }: Pair): boolean =>
    inWork && (index.get(path)?.oid !== after?.oid || index.get(path)?.mode !== after?.mode)
  let first = ''
  const shown: Pair[] = []
  for (const pair of pairs) {
    const text = pair.status === 'U' && o.forms.has('patch') ? await conflictPatch(workspace, pair.path, o) : ''
    if (text.startsWith('* ') || text === '') shown.push(pair)
    else first += text
  }
  const printed = await printPairs(workspace, shown, o, isFresh, (pair) =>
    patchText(workspace, pair, patchOptions(workspace, o)),
  )
  await page(workspace, first + printed.text)
  if (o.forms.has('check')) return printed.found ? 2 : 0
  return o.exitCode && pairs.length > 0 ? 1 : 0
}

function inside(workspace: Workspace, word: string): boolean {
  const full = workspace.absolute(word)
  return full === workspace.dir || full.startsWith(`${workspace.dir}/`) || !workspace.exists(full)
}

async function readConfig(workspace: Workspace, o: DiffOptions): Promise<void> {
  const { config } = workspace
  if ((await config.get('diff.renames')) === 'false') o.renames = false
  if (await config.isTrue('diff.noprefix')) o.prefixes = ['', '']
  if (o.colour === undefined && (await config.get('color.ui')) === 'false') o.colour = false
  if (!isColoured(workspace) && o.colour === undefined && (await config.get('color.ui')) === 'always') o.colour = true
}

async function blobState(workspace: Workspace, name: string): Promise<FileState> {
  return { oid: (await workspace.revisions.find(name)) ?? '', mode: '100644' }
}

async function twoBlobs(
  workspace: Workspace,
  o: DiffOptions,
  blobs: readonly string[],
  paths: readonly string[],
): Promise<number> {
  const [a = '', b] = blobs
  const path = (name: string): string => name.slice(name.indexOf(':') + 1)
  const other = paths[0]
  const after =
    b === undefined
      ? other === undefined
        ? undefined
        : await workFile(workspace, workspace.inside(other))
      : await blobState(workspace, b)
  const pair: Pair = {
    status: 'M',
    from: path(a),
    path: b === undefined ? (other ?? path(a)) : path(b),
    before: await blobState(workspace, a),
    after,
    similarity: 0,
  }
  await page(workspace, (await printPairs(workspace, pair.before?.oid === after?.oid ? [] : [pair], o)).text)
  return 0
}

async function fileState(workspace: Workspace, path: string): Promise<FileState | undefined> {
  if (path === '/dev/null') return undefined
  const full = workspace.absolute(path)
  const bytes = await readFile(workspace.sys, full)
  return { oid: objectId('blob', bytes), mode: workspace.sys.stat(full).mode & 0o100 ? '100755' : '100644', bytes }
}

function filesBelow(workspace: Workspace, folder: string, prefix = ''): string[] {
  return workspace.sys
    .readdir(workspace.absolute(folder))
    .flatMap(({ name, mode }) =>
      (mode & 0o170000) === 0o040000
        ? filesBelow(workspace, `${folder}/${name}`, `${prefix}${name}/`)
        : [prefix + name],
    )
    .sort()
}

async function noIndex(workspace: Workspace, o: DiffOptions, operands: readonly string[]): Promise<number> {
  const [a, b] = operands
  if (a === undefined || b === undefined) throw new Fatal('usage: git diff --no-index [<options>] <path> <path>', 129)
  for (const path of [a, b])
    if (path !== '/dev/null' && !workspace.exists(workspace.absolute(path)))
      throw new Fatal(`error: Could not access '${path}'`, 1)
  const pairs: Pair[] = []
  const bare = (path: string): string => path.replace(/^\//, '')
  const add = async (from: string, to: string): Promise<void> => {
    const there = async (path: string): Promise<FileState | undefined> =>
      path === '/dev/null' || !workspace.exists(workspace.absolute(path)) ? undefined : fileState(workspace, path)
    const [before, after] = [await there(from), await there(to)]
    if (before?.oid === after?.oid && before?.mode === after?.mode) return
    const pair = plainPair({ path: bare(after ? to : from), before, after })
    pairs.push({ ...pair, from: bare(before ? from : to) })
  }
  if (isDirectoryAt(workspace.sys, workspace.absolute(a)) && isDirectoryAt(workspace.sys, workspace.absolute(b)))
    for (const name of [...new Set([...filesBelow(workspace, a), ...filesBelow(workspace, b)])].sort())
      await add(`${a.replace(/\/$/, '')}/${name}`, `${b.replace(/\/$/, '')}/${name}`)
  else await add(a, b)
  const shown = pairs.map(
    (pair): Pair => (o.forms.has('stat') && pair.from !== pair.path ? { ...pair, status: 'R', similarity: 0 } : pair),
  )
  if (!o.quiet) await page(workspace, (await printPairs(workspace, shown, o)).text)
  return pairs.length > 0 ? 1 : 0
}

const plumbing =
  (name: 'diff-files' | 'diff-index' | 'diff-tree'): GitCommand =>
  async (workspace, argv) => {
    const asked = ask(argv)
    const { o, flags } = asked
    if (o.forms.size === 0) o.forms.add('raw')
    if (!o.forms.has('patch')) o.fullIndex = true
    o.renames = o.renames && argv.some((word) => /^(-[MC]|--find)/.test(word))
    const { trees, paths } = await revisionsOf(workspace, asked)
    const wanted = among(pathspecs(workspace, paths))
    let head = ''
    let sides: Compared
    const [only, second] = trees
    if (name === 'diff-tree' && only !== undefined && second === undefined) {
      const commit = await workspace.objects.commit(only)
      if (commit.parents.length === 0 && !flags.has('--root')) return 0
      if (!flags.has('--no-commit-id')) head = `${commit.oid}\n`
      sides = {
        before: await treeOf(workspace, commit.parents[0]),
        after: await treeOf(workspace, only),
        inWork: false,
      }
    } else sides = await sidesOf(workspace, flags, trees)
    const pairs = await pairsOf(workspace, compare(sides.before, sides.after, wanted), o)
    const index = await workspace.index()
    if (!o.quiet)
      await workspace.io.print(
        head +
          (
            await printPairs(
              workspace,
              pairs,
              o,
              ({ path, after }) =>
                sides.inWork && (index.get(path)?.oid !== after?.oid || index.get(path)?.mode !== after?.mode),
            )
          ).text,
      )
    return (o.quiet || o.exitCode) && pairs.length > 0 ? 1 : 0
  }
export const diffTree = plumbing('diff-tree')
export const diffIndex = plumbing('diff-index')
export const diffFiles = plumbing('diff-files')
