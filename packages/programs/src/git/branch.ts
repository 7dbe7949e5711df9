/** git branch: list, make, rename and delete branches. */
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { globMatcher } from '../text/glob.ts'
import { isValidName, type Ref } from './refs.ts'
import { formatRef, parseSort, sortRefs } from './ref-format.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { detachedAt } from './status.ts'
import { paint } from './terminal.ts'
import { aheadBehind, isAncestor } from './walk.ts'

/** The work tree that has a branch checked out, if one has. */
export async function checkedOutAt(workspace: Workspace, branch: string): Promise<string | undefined> {
  const { worktrees } = await import('./worktree.ts')
  return (await worktrees(workspace)).find((each) => each.branch === `refs/heads/${branch}`)?.path
}

/** @throws Fatal for a name that cannot be, or is taken */
export async function makeBranch(
  workspace: Workspace,
  name: string,
  start: string | undefined,
  options: { force?: boolean; track?: boolean | undefined; quiet?: boolean; verb?: string } = {},
): Promise<string> {
  if (!isValidName(`refs/heads/${name}`) || name.startsWith('-') || name === 'HEAD')
    throw new Fatal(`fatal: '${name}' is not a valid branch name`)
  const ref = `refs/heads/${name}`
  const known = await workspace.refs.read(ref)
  if (known && !options.force) throw new Fatal(`fatal: a branch named '${name}' already exists`)
  if (known && options.verb !== 'reset') {
    const at = await checkedOutAt(workspace, name)
    if (at !== undefined) throw new Fatal(`fatal: cannot force update the branch '${name}' checked out at '${at}'`)
  }
  const oid = await workspace.resolve(start ?? 'HEAD')
  if (!oid) throw new Fatal(`fatal: not a valid object name: '${start ?? (await workspace.currentBranch()) ?? 'HEAD'}'`)
  const shown = start ?? 'HEAD'
  await workspace.refs.write(ref, oid, {
    who: await workspace.identity('COMMITTER', true),
    message: known ? `branch: Reset to ${shown}` : `branch: Created from ${shown}`,
  })
  if (start === undefined || options.track === false) return ''
  const full = await workspace.revisions.ref(start)
  const auto = full?.startsWith('refs/remotes/') && (await workspace.config.get('branch.autosetupmerge')) !== 'false'
  if (full && (options.track || auto) && /^refs\/(remotes|heads)\//.test(full)) return follow(workspace, name, full)
  return ''
}

/** Lets a branch follow another. @returns what git says of it */
export async function follow(workspace: Workspace, name: string, ref: string): Promise<string> {
  const [, remote = '.', branch] = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(ref) ?? []
  await workspace.config.set(`branch.${name}.remote`, remote)
  await workspace.config.set(`branch.${name}.merge`, branch === undefined ? ref : `refs/heads/${branch}`)
  return `branch '${name}' set up to track '${ref.replace(/^refs\/(remotes|heads)\//, '')}'.\n`
}

const FLAGS = [
  'a',
  'all',
  'r',
  'remotes',
  'd',
  'D',
  'delete',
  'm',
  'M',
  'move',
  'c',
  'C',
  'copy',
  'v',
  'vv',
  'verbose',
  'f',
  'force',
  'show-current',
  'list',
  'l',
  'q',
  'quiet',
  'unset-upstream',
  'edit-description',
  't',
  'track',
  'no-track',
  'color',
  'no-color',
  'column',
  'no-column',
  'i',
  'ignore-case',
  'create-reflog',
  'merged',
  'no-merged',
  'contains',
  'no-contains',
  'points-at',
  'abbrev',
  'no-abbrev',
  'recurse-submodules',
]

/** --merged may stand alone: what follows is its commit only if it names one. */
function joined(argv: readonly string[]): string[] {
  const out: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const next = argv[at + 1]
    if (/^--(no-)?(merged|contains)$|^--points-at$/.test(word) && next !== undefined && !next.startsWith('-')) {
      out.push(`${word}=${next}`)
      at++
    } else out.push(word)
  }
  return out
}

export const branch: GitCommand = async (workspace, argv) => {
  const words = new Words('branch', joined(argv), {
    values: ['u', 'set-upstream-to', 'sort', 'format'],
    flags: FLAGS,
    usage: 'usage: git branch [<options>] [-r | -a] [--merged] [--no-merged]',
  })
  const current = await workspace.currentBranch()
  const { io } = workspace
  if (words.has('show-current')) {
    if (current !== undefined) await io.print(`${current}\n`)
    return 0
  }
  if (words.has('d', 'D', 'delete')) return removeBranches(workspace, words)
  if (words.has('m', 'M', 'move', 'c', 'C', 'copy')) return renameBranch(workspace, words, current)
  if (words.has('u', 'set-upstream-to')) return setUpstream(workspace, words, current)
  if (words.has('unset-upstream')) return unsetUpstream(workspace, words.operands[0] ?? current ?? '')
  if (words.has('edit-description')) return describeBranch(workspace, words.operands[0] ?? current)
  const [name, start] = words.operands
  const lists = words.has(
    'list',
    'l',
    'a',
    'all',
    'r',
    'remotes',
    'merged',
    'no-merged',
    'contains',
    'no-contains',
    'points-at',
    'sort',
    'format',
  )
  if (name !== undefined && !lists && !(words.has('v', 'vv', 'verbose') && start === undefined)) {
    const said = await makeBranch(workspace, name, start, {
      force: words.has('f', 'force'),
      track: words.has('no-track') ? false : words.has('t', 'track') || undefined,
    })
    await io.print(said)
    return 0
  }
  await listBranches(workspace, words, current)
  return 0
}

async function describeBranch(workspace: Workspace, name: string | undefined): Promise<number> {
  if (name === undefined) throw new Fatal('fatal: Cannot give description to detached HEAD')
  const { editFile, stripped } = await import('./terminal.ts')
  const old = (await workspace.config.get(`branch.${name}.description`)) ?? ''
  const text = stripped(
    await editFile(
      workspace,
      `${workspace.gitdir}/EDIT_DESCRIPTION`,
      `${old}\n# Please edit the description for the branch\n#   ${name}\n# Lines starting with '#' will be stripped.\n`,
    ),
  )
  if (text) await workspace.config.set(`branch.${name}.description`, text)
  return 0
}

async function setUpstream(workspace: Workspace, words: Words, current: string | undefined): Promise<number> {
  const to = words.get('u', 'set-upstream-to') ?? ''
  const name = words.operands[0] ?? current
  if (name === undefined)
    throw new Fatal(`fatal: could not set upstream of HEAD to ${to} when it does not point to any branch.`)
  if (!(await workspace.refs.read(`refs/heads/${name}`))) throw new Fatal(`fatal: branch '${name}' does not exist`)
  const ref = await workspace.revisions.ref(to)
  if (!ref)
    throw new Fatal(
      `fatal: the requested upstream branch '${to}' does not exist\nhint: \nhint: If you are planning on basing your work on an upstream\nhint: branch that already exists at the remote, you may need to\nhint: run "git fetch" to retrieve it.\nhint: \nhint: If you are planning to push out a new local branch that\nhint: will track its remote counterpart, you may want to use\nhint: "git push -u" to set the upstream config as you push.\nhint: Turn this message off by running\nhint: "git config advice.setUpstreamFailure false"`,
    )
  const said = await follow(workspace, name, ref)
  if (!words.has('q', 'quiet')) await workspace.io.print(said)
  return 0
}

async function unsetUpstream(workspace: Workspace, name: string): Promise<number> {
  if ((await workspace.revisions.upstream(name)) === undefined)
    throw new Fatal(`fatal: Branch '${name}' has no upstream information`)
  await workspace.config.unset(`branch.${name}.remote`)
  await workspace.config.unset(`branch.${name}.merge`)
  return 0
}

async function renameBranch(workspace: Workspace, words: Words, current: string | undefined): Promise<number> {
  const copies = words.has('c', 'C', 'copy')
  const [a, b] = words.operands
  const [from, to] = b === undefined ? [current, a] : [a, b]
  if (to === undefined) throw new Fatal('fatal: branch name required')
  if (from === undefined) throw new Fatal('fatal: cannot rename the current branch while not on any.')
  const { refs, config } = workspace
  const oid = await refs.read(`refs/heads/${from}`)
  if (!isValidName(`refs/heads/${to}`)) throw new Fatal(`fatal: '${to}' is not a valid branch name`)
  if (!oid && from !== current) throw new Fatal(`fatal: No branch named '${from}'.`)
  const forced = words.has('M', 'C', 'f', 'force')
  if ((await refs.read(`refs/heads/${to}`)) && to !== from && !forced)
    throw new Fatal(`fatal: a branch named '${to}' already exists`)
  if (from === to) return 0
  if (copies) {
    if (oid)
      await refs.write(`refs/heads/${to}`, oid, {
        who: await workspace.identity('COMMITTER', true),
        message: `Branch: copied refs/heads/${from} to refs/heads/${to}`,
      })
  } else {
    if (oid) await refs.rename(`refs/heads/${from}`, `refs/heads/${to}`)
    const who = await workspace.identity('COMMITTER', true)
    const message = `Branch: renamed refs/heads/${from} to refs/heads/${to}`
    if (from === current) {
      await refs.setSymbolic('HEAD', `refs/heads/${to}`)
      if (oid) await refs.append('HEAD', oid, oid, who, message)
    }
    if (oid) await refs.append(`refs/heads/${to}`, oid, oid, who, message)
  }
  const { renameSection } = await import('./config-file.ts')
  if (!copies)
    await config.edit(
      config.path('local') ?? '',
      (text) => renameSection(text, `branch.${from}`, `branch.${to}`) ?? text,
    )
  return 0
}

async function removeBranches(workspace: Workspace, words: Words): Promise<number> {
  const { refs } = workspace
  const remote = words.has('r', 'remotes')
  if (words.operands.length === 0) throw new Fatal('fatal: branch name required')
  let failed = false
  for (const given of words.operands) {
    const name = (await workspace.revisions.branchName(given)) ?? given
    const ref = `refs/${remote ? 'remotes' : 'heads'}/${name}`
    const oid = await refs.read(ref)
    const fail = async (text: string): Promise<void> => {
      failed = true
      await workspace.io.out.flush()
      await workspace.io.warn(`${text}\n`)
    }
    if (!oid) {
      await fail(`error: ${remote ? 'remote-tracking ' : ''}branch '${name}' not found.`)
      continue
    }
    const at = remote ? undefined : await checkedOutAt(workspace, name)
    if (at !== undefined) {
      await fail(`error: Cannot delete branch '${name}' checked out at '${at}'`)
      continue
    }
    if (!remote && !words.has('D', 'f', 'force') && !(await isMerged(workspace, name, oid))) {
      await fail(
        `error: The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.`,
      )
      continue
    }
    await refs.remove(ref)
    if (!remote) {
      const { removeSection } = await import('./config-file.ts')
      await workspace.config.edit(
        workspace.config.path('local') ?? '',
        (text) => removeSection(text, `branch.${name}`) ?? text,
      )
    }
    if (!words.has('q', 'quiet'))
      await workspace.io.print(`Deleted ${remote ? 'remote-tracking ' : ''}branch ${name} (was ${short(oid)}).\n`)
  }
  return failed ? 1 : 0
}

async function isMerged(workspace: Workspace, name: string, oid: string): Promise<boolean> {
  const upstream = await workspace.revisions.upstream(name)
  const to = (upstream && (await workspace.refs.read(upstream))) || (await workspace.head())
  return to !== undefined && (await isAncestor(workspace.objects, oid, to))
}

interface Row {
  readonly ref: Ref
  readonly mark: string
  readonly name: string
  readonly colour: string
  readonly arrow?: string
}

async function filtered(workspace: Workspace, words: Words, refs: readonly Ref[]): Promise<Ref[]> {
  const { objects } = workspace
  const need = async (name: string): Promise<string | undefined> => {
    if (!words.has(name)) return undefined
    const text = words.get(name) || 'HEAD'
    const oid = await workspace.resolve(text)
    if (!oid) throw new Fatal(`error: malformed object name ${text}`, 129)
    return oid
  }
  const [merged, unmerged, contains, without, points] = [
    await need('merged'),
    await need('no-merged'),
    await need('contains'),
    await need('no-contains'),
    await need('points-at'),
  ]
  const kept: Ref[] = []
  for (const ref of refs) {
    const oid = await objects.peel(ref.oid)
    if (merged && !(await isAncestor(objects, oid, merged))) continue
    if (unmerged && (await isAncestor(objects, oid, unmerged))) continue
    if (contains && !(await isAncestor(objects, contains, oid))) continue
    if (without && (await isAncestor(objects, without, oid))) continue
    if (points && oid !== points && ref.oid !== points) continue
    kept.push(ref)
  }
  return kept
}
export { filtered as filterRefs }

async function rowsOf(workspace: Workspace, words: Words, current: string | undefined): Promise<Row[]> {
  const { refs } = workspace
  const both = words.has('a', 'all')
  const remotes = words.has('r', 'remotes')
  const rows: Row[] = []
  const patterns = words.operands.map((each) => globMatcher(each))
  const fits = (name: string): boolean => patterns.length === 0 || patterns.some((each) => each(name))
  const head = await workspace.head()
  if (
    current === undefined &&
    head &&
    !remotes &&
    patterns.length === 0 &&
    (await filtered(workspace, words, [{ name: 'HEAD', oid: head }])).length > 0
  )
    rows.push({ ref: { name: 'HEAD', oid: head }, mark: '*', name: `(${await headName(workspace)})`, colour: '32' })
  const elsewhere = new Set(
    (await (await import('./worktree.ts')).worktrees(workspace))
      .filter(({ path }) => workspace.isBare || path !== workspace.dir)
      .map((each) => each.branch),
  )
  const sort = parseSort(words.all('sort'), await workspace.config.get('branch.sort'))
  if (!remotes)
    for (const ref of await sortRefs(
      workspace,
      await filtered(workspace, words, await refs.list('refs/heads/')),
      sort,
    )) {
      const name = ref.name.slice(11)
      if (fits(name))
        rows.push({
          ref,
          mark: name === current ? '*' : elsewhere.has(ref.name) ? '+' : ' ',
          name,
          colour: name === current ? '32' : elsewhere.has(ref.name) ? '36' : '',
        })
    }
  if (both || remotes)
    for (const ref of await sortRefs(
      workspace,
      await filtered(workspace, words, await refs.list('refs/remotes/')),
      sort,
    )) {
      const target = await refs.symbolic(ref.name)
      const name = `${remotes ? '' : 'remotes/'}${ref.name.slice(13)}`
      if (fits(name))
        rows.push({ ref, mark: ' ', name, colour: '31', ...(target ? { arrow: ` -> ${target.slice(13)}` } : {}) })
    }
  return rows
}

async function headName(workspace: Workspace): Promise<string> {
  const rebasing = (await workspace.state('rebase-merge/head-name'))?.trim()
  if (rebasing) return `no branch, rebasing ${rebasing.replace('refs/heads/', '')}`
  if (workspace.hasState('BISECT_LOG'))
    return `no branch, bisect started on ${(await workspace.state('BISECT_START'))?.trim()}`
  return detachedAt(workspace)
}

async function listBranches(workspace: Workspace, words: Words, current: string | undefined): Promise<void> {
  const rows = await rowsOf(workspace, words, current)
  const format = words.get('format')
  if (format !== undefined) {
    for (const { ref } of rows) await workspace.io.print(`${await formatRef(workspace, ref, format)}\n`)
    return
  }
  const verbose = words.all('v', 'verbose').length + (words.has('vv') ? 2 : 0)
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  for (const { ref, mark, name, colour, arrow } of rows) {
    let line = `${mark} ${colour ? paint(workspace, colour, name) : name}`
    if (verbose > 0) {
      line += ' '.repeat(width - name.length)
      line +=
        arrow ??
        ` ${short(ref.oid)} ${await upstreamNote(workspace, ref, verbose)}${subjectOf((await workspace.objects.commit(ref.oid)).message)}`
    } else line += arrow ?? ''
    await workspace.io.print(`${line}\n`)
  }
}

/** `[origin/main: ahead 1]`, with -v without the name. */
async function upstreamNote(workspace: Workspace, { name, oid }: Ref, verbose: number): Promise<string> {
  if (!name.startsWith('refs/heads/')) return ''
  const at = verbose > 1 ? await checkedOutAt(workspace, name.slice(11)) : undefined
  const tree = at !== undefined && !workspace.isBare && at !== workspace.dir ? `(${paint(workspace, '36', at)}) ` : ''
  const upstream = await workspace.revisions.upstream(name.slice(11))
  if (upstream === undefined) return tree
  const theirs = await workspace.refs.read(upstream)
  const shown = paint(workspace, '34', upstream.replace(/^refs\/(remotes|heads)\//, ''))
  if (!theirs) return `${tree}[${verbose > 1 ? `${shown}: ` : ''}gone] `
  const { ahead, behind } = await aheadBehind(workspace.objects, oid, theirs)
  const parts = [...(ahead ? [`ahead ${ahead}`] : []), ...(behind ? [`behind ${behind}`] : [])].join(', ')
  if (verbose > 1) return `${tree}[${shown}${parts && `: ${parts}`}] `
  return parts && `[${parts}] `
}
