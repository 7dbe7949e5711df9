/** git worktree: further work trees of one repository. gitrepository-layout(5), "worktrees". */
import { isErrno } from '@drydock/abi'
import { makeDirectories, readTextFile, writeFile } from '@drydock/libc'
import { removeAll } from './add.ts'
import { makeBranch } from './branch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { NO_OID } from './objects.ts'
import { parentOf } from './paths.ts'
import { subjectOf } from './pretty.ts'
import { Workspace } from './repository.ts'
import { readState } from './status.ts'
import { treeOf } from './trees.ts'
import { forceTree } from './unpack.ts'

export interface Worktree {
  readonly path: string
  readonly head: string | undefined
  readonly branch: string | undefined
  readonly bare: boolean
  /** Its folder below `.git/worktrees`; undefined for the main one. */
  readonly id: string | undefined
}

async function textOr({ sys }: Workspace, path: string): Promise<string> {
  try {
    return (await readTextFile(sys, path)).trim()
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

async function one(workspace: Workspace, gitdir: string, path: string, id: string | undefined): Promise<Worktree> {
  const head = await textOr(workspace, `${gitdir}/HEAD`)
  const branch = /^ref: (.*)$/.exec(head)?.[1]
  return { path, id, branch, head: branch === undefined ? head : await workspace.refs.read(branch), bare: false }
}

/** The main work tree first. */
export async function worktrees(workspace: Workspace): Promise<Worktree[]> {
  const { sys, common } = workspace
  const isBare = !common.endsWith('/.git')
  const all = [{ ...(await one(workspace, common, isBare ? common : parentOf(common), undefined)), bare: isBare }]
  const folder = `${common}/worktrees`
  if (!workspace.exists(folder)) return isBare ? [{ ...(all[0] as Worktree), branch: undefined }] : all
  for (const { name } of [...sys.readdir(folder)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = (await textOr(workspace, `${folder}/${name}/gitdir`)).replace(/\/\.git$/, '')
    if (path !== '') all.push(await one(workspace, `${folder}/${name}`, path, name))
  }
  return all
}

async function add(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const words = new Words('worktree add', argv, {
    values: ['b', 'B', 'reason'],
    flags: [
      'f',
      'force',
      'd',
      'detach',
      'checkout',
      'no-checkout',
      'q',
      'quiet',
      'track',
      'no-track',
      'guess-remote',
      'lock',
      'orphan',
    ],
  })
  const [given, start] = words.operands
  if (given === undefined)
    throw new Fatal(
      'usage: git worktree add [-f] [--detach] [--checkout] [--lock [--reason <string>]]\n                        [-b <new-branch>] <path> [<commit-ish>]',
      129,
    )
  const { sys, common, io } = workspace
  const path = workspace.absolute(given)
  const named = words.get('b', 'B')
  const guess = path.slice(path.lastIndexOf('/') + 1)
  const fresh =
    named ??
    (start === undefined && !words.has('d', 'detach') && !(await workspace.refs.read(`refs/heads/${guess}`))
      ? guess
      : undefined)
  const branch = fresh ?? (words.has('d', 'detach') ? undefined : (start ?? guess))
  const isBranch =
    branch !== undefined && (fresh !== undefined || (await workspace.refs.read(`refs/heads/${branch}`)) !== undefined)
  const oid = await workspace.resolve(start ?? (fresh === undefined && isBranch ? (branch ?? 'HEAD') : 'HEAD'))
  if (!oid) throw new Fatal(`fatal: invalid reference: ${start ?? 'HEAD'}`)
  const exists = workspace.exists(path) && sys.readdir(path).length > 0
  if (
    fresh !== undefined &&
    !exists &&
    named !== undefined &&
    !words.has('B') &&
    (await workspace.refs.read(`refs/heads/${fresh}`))
  )
    throw new Fatal(`fatal: a branch named '${fresh}' already exists`)
  if (!words.has('q', 'quiet'))
    await io.warn(
      `Preparing worktree (${fresh !== undefined ? `new branch '${fresh}'` : isBranch ? `checking out '${branch}'` : `detached HEAD ${short(oid)}`})\n`,
    )
  if (exists) throw new Fatal(`fatal: '${given}' already exists`)
  const at =
    isBranch && fresh === undefined
      ? (await worktrees(workspace)).find((each) => each.branch === `refs/heads/${branch}`)
      : undefined
  if (at && !words.has('f', 'force')) throw new Fatal(`fatal: '${branch}' is already checked out at '${at.path}'`)
  if (fresh !== undefined)
    await io.print(await makeBranch(workspace, fresh, start, { force: words.has('B'), verb: 'reset' }))
  let id = guess
  for (let count = 1; workspace.exists(`${common}/worktrees/${id}`); count++) id = `${guess}${count}`
  const own = `${common}/worktrees/${id}`
  makeDirectories(sys, own)
  makeDirectories(sys, path)
  await writeFile(sys, `${own}/gitdir`, `${path}/.git\n`)
  await writeFile(sys, `${own}/commondir`, '../..\n')
  await writeFile(sys, `${own}/HEAD`, isBranch ? `ref: refs/heads/${branch}\n` : `${oid}\n`)
  await writeFile(sys, `${path}/.git`, `gitdir: ${own}\n`)
  const there = await Workspace.open(workspace.process, { cwd: path, config: [] })
  await there.refs.append('HEAD', NO_OID, oid, await workspace.identity('COMMITTER', true), '')
  if (!words.has('no-checkout')) await forceTree(there, await treeOf(there, oid))
  if (!words.has('q', 'quiet'))
    await io.print(`HEAD is now at ${short(oid)} ${subjectOf((await workspace.objects.commit(oid)).message)}\n`)
  return 0
}

async function list(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const words = new Words('worktree list', argv, { flags: ['porcelain', 'z', 'v', 'verbose'] })
  const all = (await worktrees(workspace)).sort((a, b) =>
    a.id === undefined ? -1 : b.id === undefined ? 1 : a.path < b.path ? -1 : 1,
  )
  const width = Math.max(...all.map(({ path }) => path.length))
  for (const { path, head, branch, bare } of all) {
    if (words.has('porcelain'))
      await workspace.io.print(
        `worktree ${path}\n${bare ? 'bare\n' : `HEAD ${head ?? NO_OID}\n${branch === undefined ? 'detached' : `branch ${branch}`}\n`}\n`,
      )
    else if (bare) await workspace.io.print(`${path.padEnd(width)}  (bare)\n`)
    else
      await workspace.io.print(
        `${path.padEnd(width)}  ${short(head ?? NO_OID)} ${branch === undefined ? '(detached HEAD)' : `[${branch.replace('refs/heads/', '')}]`}${workspace.exists(path) ? '' : ' prunable'}\n`,
      )
  }
  return 0
}

async function named(workspace: Workspace, given: string): Promise<Worktree> {
  const path = workspace.absolute(given)
  const found = (await worktrees(workspace)).find((each) => each.path === path || each.path.endsWith(`/${given}`))
  if (!found) throw new Fatal(`fatal: '${given}' is not a working tree`)
  if (found.id === undefined) throw new Fatal(`fatal: '${given}' is a main working tree`)
  return found
}

async function remove(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const words = new Words('worktree remove', argv, { flags: ['f', 'force'] })
  const given = words.operands[0] ?? ''
  const found = await named(workspace, given)
  if (!words.has('f', 'force') && workspace.exists(found.path)) {
    const there = await Workspace.open(workspace.process, { cwd: found.path, config: [] })
    const { staged, unstaged, unmerged, untracked } = await readState(there)
    if (staged.length + unstaged.length + unmerged.length + (untracked?.length ?? 0) > 0)
      throw new Fatal(`fatal: '${given}' contains modified or untracked files, use --force to delete it`)
  }
  removeAll(workspace, found.path)
  drop(workspace, found.id ?? '')
  return 0
}

function drop(workspace: Workspace, id: string): void {
  removeAll(workspace, `${workspace.common}/worktrees/${id}`)
  if (workspace.sys.readdir(`${workspace.common}/worktrees`).length === 0)
    workspace.sys.rmdir(`${workspace.common}/worktrees`)
}

async function prune(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const words = new Words('worktree prune', argv, { values: ['expire'], flags: ['n', 'dry-run', 'v', 'verbose'] })
  for (const { id, path } of await worktrees(workspace)) {
    if (id === undefined || workspace.exists(`${path}/.git`)) continue
    if (words.has('v', 'verbose', 'n', 'dry-run'))
      await workspace.io.warn(`Removing worktrees/${id}: gitdir file points to non-existent location\n`)
    if (!words.has('n', 'dry-run')) drop(workspace, id)
  }
  return 0
}

async function move(workspace: Workspace, [given = '', to = '']: readonly string[]): Promise<number> {
  const { id, path } = await named(workspace, given)
  const target = workspace.absolute(to)
  workspace.sys.rename(path, target)
  await writeFile(workspace.sys, `${workspace.common}/worktrees/${id}/gitdir`, `${target}/.git\n`)
  return 0
}

const VERBS: ReadonlyMap<string, (workspace: Workspace, argv: readonly string[]) => Promise<number>> = new Map([
  ['add', add],
  ['list', list],
  ['remove', remove],
  ['prune', prune],
  ['move', move],
])

export const worktree: GitCommand = async (workspace, [verb = '', ...rest]) => {
  const run = VERBS.get(verb)
  if (!run)
    throw new Fatal(
      `${verb === '' ? '' : `error: unknown subcommand: \`${verb}'\n`}usage: git worktree add [-f] [--detach] [--checkout] [--lock [--reason <string>]]\n                        [-b <new-branch>] <path> [<commit-ish>]\n   or: git worktree list [-v | --porcelain [-z]]\n   or: git worktree move <worktree> <new-path>\n   or: git worktree prune [-n] [-v] [--expire <expire>]\n   or: git worktree remove [-f] <worktree>`,
      129,
    )
  return run(workspace, rest)
}
