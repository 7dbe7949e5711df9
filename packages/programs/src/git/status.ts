/** git status: in words, short, and for programs. */
import { type GitCommand, short, Words } from './command.ts'
import { newDiffOptions, printPairs } from './diff-options.ts'
import { progressText } from './in-progress.ts'
import { quotedPath } from './paths.ts'
import { among, type Pathspec, pathspecs } from './pathspec.ts'
import { type Pair, plainPair, withRenames } from './renames.ts'
import { NO_OID } from './objects.ts'
import type { Workspace } from './repository.ts'
import { paint } from './terminal.ts'
import { compare, indexTree, type Tree, treeOf, untracked, workFile, workTree } from './trees.ts'
import { aheadBehind } from './walk.ts'

export interface State {
  readonly branch: string | undefined
  readonly head: string | undefined
  readonly staged: readonly Pair[]
  readonly unstaged: readonly Pair[]
  readonly unmerged: readonly string[]
  /** Undefined where nobody wants to know. */
  readonly untracked: readonly string[] | undefined
  readonly ignored: readonly string[]
}
export interface StateOptions {
  readonly untracked?: 'all' | 'no' | 'normal'
  readonly ignored?: boolean
  readonly specs?: readonly Pathspec[]
}

/** The work tree as the index sees it; what -N announced has no content there yet. */
async function unstagedPairs(workspace: Workspace, wanted: (path: string) => boolean): Promise<Pair[]> {
  const index = await workspace.index()
  const known = await indexTree(workspace)
  const work = await workTree(workspace)
  const unmerged = new Set(index.unmerged())
  const changes = compare(known, work, (path) => wanted(path) && !unmerged.has(path))
  return changes.map(plainPair)
}

export async function readState(workspace: Workspace, options: StateOptions = {}): Promise<State> {
  const wanted = among(options.specs ?? [])
  const index = await workspace.index()
  const head = await workspace.head()
  const unmerged = index.unmerged().filter(wanted)
  const open = new Set(index.unmerged())
  const staged = compare(
    await treeOf(workspace, head),
    await indexTree(workspace),
    (path) => wanted(path) && !open.has(path) && !index.get(path)?.intent,
  )
  const how = options.untracked ?? 'normal'
  return {
    branch: await workspace.currentBranch(),
    head,
    staged: await withRenames(workspace, staged, { renames: true }),
    unstaged: await unstagedPairs(workspace, wanted),
    unmerged,
    untracked: how === 'no' ? undefined : (await untracked(workspace, { whole: how === 'all' })).filter(wanted),
    ignored: options.ignored
      ? (await untracked(workspace, { ignored: true, whole: how === 'all' })).filter(wanted)
      : [],
  }
}

const WORDS: Readonly<Record<string, string>> = {
  A: 'new file',
  C: 'copied',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'typechange',
}

/** Which sides of a conflict there are: base, ours, theirs. */
const CONFLICTS: ReadonlyMap<string, readonly [words: string, letters: string]> = new Map([
  ['1', ['both deleted', 'DD']],
  ['2', ['added by us', 'AU']],
  ['3', ['added by them', 'UA']],
  ['12', ['deleted by them', 'UD']],
  ['13', ['deleted by us', 'DU']],
  ['23', ['both added', 'AA']],
  ['123', ['both modified', 'UU']],
])
async function conflictOf(workspace: Workspace, path: string): Promise<readonly [string, string]> {
  const index = await workspace.index()
  const key = [1, 2, 3].filter((stage) => index.get(path, stage)).join('')
  return CONFLICTS.get(key) ?? ['unmerged', 'UU']
}

/** How far the branch is from the one it follows. */
export async function trackingText(workspace: Workspace, branch: string): Promise<string> {
  const ref = await workspace.revisions.upstream(branch)
  if (ref === undefined) return ''
  const name = ref.replace(/^refs\/(remotes|heads)\//, '')
  const [ours, theirs] = [await workspace.refs.read(`refs/heads/${branch}`), await workspace.refs.read(ref)]
  if (!ours) return ''
  if (!theirs)
    return `Your branch is based on '${name}', but the upstream is gone.\n  (use "git branch --unset-upstream" to fixup)\n`
  if (ours === theirs) return `Your branch is up to date with '${name}'.\n`
  const { ahead, behind } = await aheadBehind(workspace.objects, ours, theirs)
  const commits = (count: number): string => `${count} commit${count === 1 ? '' : 's'}`
  if (behind === 0)
    return `Your branch is ahead of '${name}' by ${commits(ahead)}.\n  (use "git push" to publish your local commits)\n`
  if (ahead === 0)
    return `Your branch is behind '${name}' by ${commits(behind)}, and can be fast-forwarded.\n  (use "git pull" to update your local branch)\n`
  return `Your branch and '${name}' have diverged,\nand have ${ahead} and ${behind} different commits each, respectively.\n  (use "git pull" to merge the remote branch into yours)\n`
}

/** `HEAD detached at v1`: the name under which one came here, as the log of HEAD has it. */
export async function detachedAt(workspace: Workspace): Promise<string> {
  const head = (await workspace.head()) ?? NO_OID
  for (const { message, after } of await workspace.refs.log('HEAD')) {
    const to = /^checkout: moving from \S+ to (\S+)$/.exec(message)?.[1]
    if (to === undefined) continue
    const branch = await workspace.refs.read(`refs/remotes/${to}`)
    const name =
      /^[0-9a-f]{7,40}$/.test(to) || (!branch && !(await workspace.refs.read(`refs/tags/${to}`))) ? short(after) : to
    return `${head === after ? 'HEAD detached at' : 'HEAD detached from'} ${name}`
  }
  return `HEAD detached at ${short(head)}`
}

export async function statusText(workspace: Workspace, state: State, verbose = false): Promise<string> {
  const { branch, head, staged, unstaged, unmerged, untracked: others, ignored } = state
  const red = (text: string): string => paint(workspace, '31', text)
  const green = (text: string): string => paint(workspace, '32', text)
  const show = (path: string): string => quotedPath(workspace.shown(path))
  const progress = await progressText(workspace, state)
  let out = progress.replacesHead
    ? ''
    : branch === undefined
      ? `${red((await detachedAt(workspace)).replace(/(\S+)$/, ''))}${(await detachedAt(workspace)).split(' ').at(-1)}\n`
      : `On branch ${branch}\n`
  const tracking = branch === undefined ? '' : await trackingText(workspace, branch)
  if (tracking) out += `${tracking}\n`
  out += progress.text
  if (!head) out += '\nNo commits yet\n\n'
  const unstage = progress.isMerge
    ? ''
    : head
      ? '  (use "git restore --staged <file>..." to unstage)\n'
      : '  (use "git rm --cached <file>..." to unstage)\n'
  if (staged.length > 0) {
    out += `Changes to be committed:\n${unstage}`
    for (const pair of staged) out += `\t${green(rowText(pair, show))}\n`
    out += '\n'
  }
  if (unmerged.length > 0) out += await unmergedText(workspace, unmerged, unstage, (text) => red(text), show)
  if (unstaged.length > 0) {
    const removes = unstaged.some(({ status }) => status === 'D')
    out += `Changes not staged for commit:\n  (use "git add${removes ? '/rm' : ''} <file>..." to update what will be committed)\n  (use "git restore <file>..." to discard changes in working directory)\n`
    for (const pair of unstaged)
      out += `\t${red(rowText(pair, show) + (pair.after?.mode === '160000' && pair.before?.mode === '160000' ? ' (new commits)' : ''))}\n`
    out += '\n'
  }
  if (others && others.length > 0)
    out += `Untracked files:\n  (use "git add <file>..." to include in what will be committed)\n${others.map((path) => `\t${red(show(path))}\n`).join('')}\n`
  if (ignored.length > 0)
    out += `Ignored files:\n  (use "git add -f <file>..." to include in what will be committed)\n${ignored.map((path) => `\t${red(show(path))}\n`).join('')}\n`
  if (!others && staged.length > 0) out += 'Untracked files not listed (use -u option to show untracked files)\n'
  if (verbose) out += await verboseText(workspace)
  return out + closing(state)
}

export async function verboseText(workspace: Workspace): Promise<string> {
  const o = newDiffOptions()
  o.forms.add('patch')
  const changes = compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace))
  return (await printPairs(workspace, await withRenames(workspace, changes, { renames: true }), o)).text
}

const rowText = (pair: Pair, show: (path: string) => string): string => {
  const names =
    pair.status === 'R' || pair.status === 'C' ? `${show(pair.from)} -> ${show(pair.path)}` : show(pair.path)
  return `${`${WORDS[pair.status] ?? 'modified'}:`.padEnd(12)}${names}`
}

async function unmergedText(
  workspace: Workspace,
  paths: readonly string[],
  unstage: string,
  red: (text: string) => string,
  show: (path: string) => string,
): Promise<string> {
  const rows: string[] = []
  let [deleted, both, other] = [false, false, false]
  for (const path of paths) {
    const [words, letters] = await conflictOf(workspace, path)
    if (letters === 'DD') both = true
    else if (letters.includes('D')) deleted = true
    else other = true
    rows.push(`\t${red(`${`${words}:`.padEnd(17)}${show(path)}`)}\n`)
  }
  const hint =
    both && !deleted && !other
      ? '  (use "git rm <file>..." to mark resolution)\n'
      : !both && !deleted
        ? '  (use "git add <file>..." to mark resolution)\n'
        : '  (use "git add/rm <file>..." as appropriate to mark resolution)\n'
  return `Unmerged paths:\n${unstage}${hint}${rows.join('')}\n`
}

function closing({ head, staged, unstaged, unmerged, untracked: others }: State): string {
  if (staged.length > 0) return ''
  if (unstaged.length + unmerged.length > 0)
    return 'no changes added to commit (use "git add" and/or "git commit -a")\n'
  if (others && others.length > 0)
    return 'nothing added to commit but untracked files present (use "git add" to track)\n'
  if (!head) return 'nothing to commit (create/copy files and use "git add" to track)\n'
  return others ? 'nothing to commit, working tree clean\n' : 'nothing to commit (use -u to show untracked files)\n'
}

async function branchLine(workspace: Workspace, { branch, head }: State): Promise<string> {
  if (branch === undefined) return `## ${paint(workspace, '31', 'HEAD (no branch)')}\n`
  const name = paint(workspace, '32', branch)
  if (!head) return `## No commits yet on ${name}\n`
  const upstream = await workspace.revisions.upstream(branch)
  if (upstream === undefined) return `## ${name}\n`
  const theirs = await workspace.refs.read(upstream)
  const shown = `## ${name}...${paint(workspace, '31', upstream.replace(/^refs\/(remotes|heads)\//, ''))}`
  if (!theirs) return `${shown} [gone]\n`
  const { ahead, behind } = await aheadBehind(workspace.objects, head, theirs)
  const parts = [...(ahead ? [`ahead ${ahead}`] : []), ...(behind ? [`behind ${behind}`] : [])]
  return `${shown}${parts.length > 0 ? ` [${parts.join(', ')}]` : ''}\n`
}

interface Row {
  x: string
  y: string
  from?: string
}

async function shortRows(workspace: Workspace, { staged, unstaged, unmerged }: State): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  const index = await workspace.index()
  for (const { status, path, from } of staged) rows.set(path, { x: status, y: ' ', ...(from === path ? {} : { from }) })
  for (const { status, path } of unstaged) {
    const row = rows.get(path) ?? { x: ' ', y: ' ' }
    rows.set(path, { ...row, y: index.get(path)?.intent ? 'A' : status })
  }
  for (const path of unmerged) {
    const [, letters] = await conflictOf(workspace, path)
    rows.set(path, { x: letters.charAt(0), y: letters.charAt(1) })
  }
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function shortText(
  workspace: Workspace,
  state: State,
  withBranch: boolean,
  relative: boolean,
  zero: boolean,
): Promise<string> {
  const show = (path: string): string => {
    const name = relative ? workspace.shown(path) : path
    if (zero) return name
    const quoted = quotedPath(name)
    return quoted === name && name.includes(' ') ? `"${name}"` : quoted
  }
  const red = (text: string): string => paint(workspace, '31', text)
  const end = zero ? '\0' : '\n'
  const lines = [...(await shortRows(workspace, state))].map(([path, { x, y, from }]) => {
    const open = state.unmerged.includes(path)
    const letters = open ? red(x) + red(y) : (x === ' ' ? x : paint(workspace, '32', x)) + (y === ' ' ? y : red(y))
    const names = from === undefined ? show(path) : zero ? `${path}\0${from}` : `${show(from)} -> ${show(path)}`
    return `${letters} ${names}${end}`
  })
  const others = (state.untracked ?? []).map((path) => `${red('??')} ${show(path)}${end}`)
  const ignored = state.ignored.map((path) => `${red('!!')} ${show(path)}${end}`)
  return (withBranch ? await branchLine(workspace, state) : '') + lines.join('') + others.join('') + ignored.join('')
}

async function porcelain2(workspace: Workspace, state: State, withBranch: boolean): Promise<string> {
  const { branch, head } = state
  let out = ''
  if (withBranch) {
    out += `# branch.oid ${head ?? '(initial)'}\n# branch.head ${branch ?? '(detached)'}\n`
    const upstream = branch === undefined ? undefined : await workspace.revisions.upstream(branch)
    if (upstream !== undefined) out += `# branch.upstream ${upstream.replace(/^refs\/(remotes|heads)\//, '')}\n`
    const theirs = upstream === undefined ? undefined : await workspace.refs.read(upstream)
    if (theirs && head) {
      const { ahead, behind } = await aheadBehind(workspace.objects, head, theirs)
      out += `# branch.ab +${ahead} -${behind}\n`
    }
  }
  const index = await workspace.index()
  const tree: Tree = await treeOf(workspace, head)
  const dot = (letter: string): string => (letter === ' ' ? '.' : letter)
  for (const [path, { x, y, from }] of await shortRows(workspace, state)) {
    const [before, staged] = [tree.get(from ?? path), index.get(path)]
    const work = (await workFile(workspace, path))?.mode ?? '000000'
    if (state.unmerged.includes(path)) {
      const sides = [1, 2, 3].map((stage) => index.get(path, stage))
      out += `u ${x}${y} N... ${sides.map((each) => each?.mode ?? '000000').join(' ')} ${work} ${sides.map((each) => each?.oid ?? NO_OID).join(' ')} ${path}\n`
      continue
    }
    const modes = `${before?.mode ?? '000000'} ${staged?.mode ?? '000000'} ${y === ' ' ? (staged?.mode ?? '000000') : work}`
    const pair = state.staged.find((each) => each.path === path)
    const ids = `${before?.oid ?? NO_OID} ${staged?.oid ?? NO_OID}`
    out +=
      from === undefined
        ? `1 ${dot(x)}${dot(y)} N... ${modes} ${ids} ${path}\n`
        : `2 ${dot(x)}${dot(y)} N... ${modes} ${ids} R${pair?.similarity ?? 100} ${path}\t${from}\n`
  }
  return (
    out +
    (state.untracked ?? []).map((path) => `? ${path}\n`).join('') +
    state.ignored.map((path) => `! ${path}\n`).join('')
  )
}

const HOW: Readonly<Record<string, 'all' | 'no' | 'normal'>> = {
  all: 'all',
  no: 'no',
  normal: 'normal',
  '': 'all',
  false: 'no',
  true: 'normal',
}

export const status: GitCommand = async (workspace, argv) => {
  const given = argv.map((word) => (/^-u(no|all|normal)$/.test(word) ? `--untracked-files=${word.slice(2)}` : word))
  const words = new Words('status', given, {
    flags: [
      's',
      'short',
      'porcelain',
      'b',
      'branch',
      'long',
      'u',
      'untracked-files',
      'ignored',
      'v',
      'verbose',
      'z',
      'null',
      'show-stash',
      'ahead-behind',
      'renames',
      'find-renames',
      'ignore-submodules',
      'column',
    ],
    usage: 'usage: git status [<options>] [--] [<pathspec>...]',
  })
  const set = await workspace.config.get('status.showuntrackedfiles')
  const how = HOW[words.get('untracked-files') ?? (words.has('u') ? 'all' : (set ?? 'normal'))] ?? 'normal'
  const state = await readState(workspace, {
    untracked: how,
    ignored: words.has('ignored'),
    specs: pathspecs(workspace, words.rest),
  })
  const zero = words.has('z', 'null')
  const withBranch =
    words.has('b', 'branch') || (!words.has('porcelain') && (await workspace.config.isTrue('status.branch')))
  const isShort =
    words.has('s', 'short') ||
    (zero && !words.has('porcelain')) ||
    (!words.has('long', 'porcelain') && (await workspace.config.isTrue('status.short')))
  if (words.get('porcelain') === 'v2' || words.get('porcelain') === '2')
    await workspace.io.print(await porcelain2(workspace, state, withBranch))
  else if (words.has('porcelain') || isShort)
    await workspace.io.print(await shortText(workspace, state, withBranch, !words.has('porcelain'), zero))
  else await workspace.io.print(await statusText(workspace, state, words.has('v', 'verbose')))
  return 0
}
