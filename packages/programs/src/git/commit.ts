/** git commit. */
import { readAll, readTextFile, writeFile } from '@drydock/libc'
import { stagePaths, stageTracked } from './add.ts'
import { addPatch } from './add-patch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { parseDate, showDate } from './dates.ts'
import { statRows, summary, summaryText } from './diff-stat.ts'
import { Fatal } from './fatal.ts'
import { runHook } from './hooks.ts'
import { Index } from './index-file.ts'
import { type Commit, parsePerson, type Person } from './objects.ts'
import { among, pathspecs } from './pathspec.ts'
import { subjectOf, trailersOf } from './pretty.ts'
import { withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { readState, statusText, verboseText } from './status.ts'
import { cleaned, editFile, stripped } from './terminal.ts'
import { compare, indexTree, treeOf, writeTree } from './trees.ts'

const FLAGS = [
  'a',
  'all',
  'amend',
  'allow-empty',
  'edit',
  'e',
  'q',
  'quiet',
  'v',
  'verbose',
  's',
  'signoff',
  'verify',
  'no-verify',
  'n',
  'allow-empty-message',
  'dry-run',
  'short',
  'porcelain',
  'long',
  'reset-author',
  'no-edit',
  'p',
  'patch',
  'i',
  'include',
  'o',
  'only',
  'gpg-sign',
  'no-gpg-sign',
  'S',
  'status',
  'no-status',
  'no-post-rewrite',
  'u',
  'untracked-files',
  'branch',
  'z',
  'null',
]
const VALUES = [
  'm',
  'message',
  'F',
  'file',
  'author',
  'date',
  'C',
  'reuse-message',
  'c',
  'reedit-message',
  'fixup',
  'squash',
  'trailer',
  't',
  'template',
  'cleanup',
]

const UNMERGED = `error: Committing is not possible because you have unmerged files.
hint: Fix them up in the work tree, and then use 'git add/rm <file>'
hint: as appropriate to mark resolution and make a commit.
fatal: Exiting because of an unresolved conflict.`

export async function refuseUnmerged(workspace: Workspace): Promise<void> {
  const open = (await workspace.index()).unmerged()
  if (open.length > 0) await workspace.io.print(open.map((path) => `U\t${path}\n`).join(''))
  if (open.length > 0) throw new Fatal(UNMERGED, 128)
}

export const commit: GitCommand = async (workspace, argv) => {
  const words = new Words('commit', argv, {
    values: VALUES,
    flags: FLAGS,
    usage: 'usage: git commit [-a | --interactive | --patch] [-s] [-v] [-u<mode>] [--amend]',
  })
  const head = await workspace.head()
  const amend = words.has('amend')
  if (amend && !head) throw new Fatal('fatal: You have nothing to amend.')
  const merging = workspace.hasState('MERGE_HEAD')
  if (amend && merging) throw new Fatal('fatal: You are in the middle of a merge -- cannot amend.')
  if (words.has('p', 'patch')) await addPatch(workspace, 'stage', words.rest)
  else if (words.has('a', 'all')) {
    if (words.rest.length > 0) throw new Fatal(`fatal: paths '${words.rest[0]} ...' with -a does not make sense`)
    return commitTracked(workspace, words, head)
  } else if (words.rest.length > 0) return commitOnly(workspace, words, head)
  return commitIndex(workspace, words, head)
}

/** -a: a commit that fails leaves the index as it was. */
async function commitTracked(workspace: Workspace, words: Words, head: string | undefined): Promise<number> {
  const before = await workspace.index()
  workspace.forgetIndex()
  let done = false
  try {
    await stageTracked(workspace)
    done = (await commitIndex(workspace, words, head)) === 0
    return done ? 0 : 1
  } finally {
    before.changed = !done
    await before.save()
  }
}

/** Named files alone: what else is staged waits. */
async function commitOnly(workspace: Workspace, words: Words, head: string | undefined): Promise<number> {
  const specs = pathspecs(workspace, words.rest)
  const before = await workspace.index()
  const tree = await treeOf(workspace, head)
  const known = [...new Set([...tree.keys(), ...before.all().map(({ path }) => path)])]
  for (const spec of specs)
    if (!known.some(spec.matches))
      throw new Fatal(`error: pathspec '${spec.given}' did not match any file(s) known to git`, 1)
  const wanted = known.filter(among(specs))
  await stagePaths(workspace, wanted)
  await before.save()
  const whole = before.all()
  const only = await Index.open(workspace.sys, `${workspace.gitdir}/index`)
  if (!words.has('i', 'include')) {
    const chosen = among(specs)
    for (const { path } of whole) if (!chosen(path)) only.remove(path)
    for (const [path, state] of tree) if (!chosen(path)) only.set(path, state.oid, state.mode)
  }
  await only.save()
  workspace.forgetIndex()
  try {
    return await commitIndex(workspace, words, head)
  } finally {
    before.changed = true
    await before.save()
  }
}

async function commitIndex(workspace: Workspace, words: Words, head: string | undefined): Promise<number> {
  await refuseUnmerged(workspace)
  const amend = words.has('amend')
  const merging = workspace.hasState('MERGE_HEAD')
  if (!words.has('n', 'no-verify') && (await runHook(workspace, 'pre-commit', [])) !== 0) return 1
  const old = amend && head ? await workspace.objects.commit(head) : undefined
  const tree = await writeTree(workspace.objects, await indexTree(workspace))
  const parents = old ? old.parents : [...(head ? [head] : []), ...(merging ? await mergeHeads(workspace) : [])]
  const parentTree = parents[0] === undefined ? undefined : (await workspace.objects.commit(parents[0])).tree
  const empty = parentTree === undefined ? (await indexTree(workspace)).size === 0 : parentTree === tree
  if (words.has('dry-run', 'short', 'porcelain')) return dryRun(workspace, words, empty)
  if (empty && !words.has('allow-empty') && !merging && !(old && old.parents.length > 1))
    return refuseEmpty(workspace, amend, old)
  const author = await authorOf(workspace, words, old)
  const committer = await workspace.identity('COMMITTER')
  const message = await messageOf(workspace, words, old, author, committer)
  if (message.trim() === '' && !words.has('allow-empty-message'))
    throw new Fatal('Aborting commit due to empty commit message.', 1)
  const oid = await workspace.objects.writeCommit({ tree, parents, author, committer, message })
  await finish(workspace, oid, { message, amend, merging, initial: parents.length === 0 && !amend })
  await runHook(workspace, 'post-commit', [])
  if (!words.has('q', 'quiet'))
    await report(workspace, oid, { dated: amend || words.has('C', 'c', 'date', 'reuse-message', 'reedit-message') })
  return 0
}

export async function mergeHeads(workspace: Workspace): Promise<string[]> {
  return ((await workspace.state('MERGE_HEAD')) ?? '').split('\n').filter(Boolean)
}

async function finish(
  workspace: Workspace,
  oid: string,
  { message, amend, merging, initial }: { message: string; amend: boolean; merging: boolean; initial: boolean },
): Promise<void> {
  const picking = workspace.hasState('CHERRY_PICK_HEAD')
  const kind = amend
    ? 'commit (amend)'
    : initial
      ? 'commit (initial)'
      : merging
        ? 'commit (merge)'
        : picking
          ? 'commit (cherry-pick)'
          : 'commit'
  await workspace.refs.write('HEAD', oid, {
    who: await workspace.identity('COMMITTER'),
    message: `${kind}: ${subjectOf(message)}`,
  })
  workspace.dropState('MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'SQUASH_MSG')
}

async function dryRun(workspace: Workspace, words: Words, empty: boolean): Promise<number> {
  const { status } = await import('./status.ts')
  await status(workspace, words.has('short') ? ['-s'] : words.has('porcelain') ? ['--porcelain'] : [])
  return empty ? 1 : 0
}

async function refuseEmpty(workspace: Workspace, amend: boolean, old: Commit | undefined): Promise<number> {
  if (amend && old) {
    await workspace.io.warn(
      'You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with "git reset HEAD^".\n',
    )
    await workspace.io.print(`On branch ${await workspace.currentBranch()}\nNo changes\n`)
    return 1
  }
  await workspace.io.print(await statusText(workspace, await readState(workspace)))
  if (workspace.hasState('CHERRY_PICK_HEAD'))
    await workspace.io.warn(
      "The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git cherry-pick --skip'\n",
    )
  return 1
}

async function reused(workspace: Workspace, words: Words): Promise<Commit | undefined> {
  const name = words.get('C', 'c', 'reuse-message', 'reedit-message')
  if (name === undefined) return undefined
  const oid = await workspace.resolve(name)
  if (!oid) throw new Fatal(`fatal: could not lookup commit ${name}`)
  return workspace.objects.commit(oid)
}

async function authorOf(workspace: Workspace, words: Words, old: Commit | undefined): Promise<Person> {
  const picked = workspace.hasState('CHERRY_PICK_HEAD')
    ? (await workspace.state('CHERRY_PICK_HEAD'))?.trim()
    : undefined
  const source =
    (await reused(workspace, words)) ?? old ?? (picked ? await workspace.objects.findCommit(picked) : undefined)
  const own = words.has('reset-author') || !source ? await workspace.identity('AUTHOR') : source.author
  const given = words.get('author')
  const named = given === undefined ? own : { ...own, ...(await givenAuthor(workspace, given)) }
  const date = words.get('date')
  if (date === undefined) return named
  const moment = parseDate(date, workspace.now, workspace.zone)
  if (!moment) throw new Fatal(`fatal: invalid date format: ${date}`)
  return { ...named, ...moment }
}

async function givenAuthor(workspace: Workspace, given: string): Promise<{ name: string; email: string }> {
  if (/<.*>/.test(given)) return { name: parsePerson(given).name, email: parsePerson(given).email }
  const head = await workspace.head()
  const { walk } = await import('./walk.ts')
  for (const { author } of head ? await walk(workspace.objects, { starts: [head] }) : [])
    if (`${author.name} <${author.email}>`.includes(given)) return author
  throw new Fatal(`fatal: --author '${given}' is not 'Name <email>' and matches no existing author`)
}

/** What the message begins with, and whether an editor is to be opened on it. */
async function draft(
  workspace: Workspace,
  words: Words,
  old: Commit | undefined,
): Promise<{ text: string; edits: boolean }> {
  const given = words.all('m', 'message')
  const fixup = words.get('fixup', 'squash')
  if (fixup !== undefined) {
    const oid = await workspace.resolve(fixup.replace(/^(amend|reword):/, ''))
    if (!oid) throw new Fatal(`fatal: could not lookup commit ${fixup}`)
    const kind = words.has('fixup') ? (/^(amend|reword):/.test(fixup) ? 'amend' : 'fixup') : 'squash'
    const text = `${kind}! ${subjectOf((await workspace.objects.commit(oid)).message)}\n${given.length > 0 ? `\n${given.join('\n\n')}\n` : ''}`
    return { text, edits: kind !== 'fixup' && given.length === 0 }
  }
  if (given.length > 0) return { text: given.join('\n\n'), edits: false }
  const file = words.get('F', 'file')
  if (file !== undefined) {
    return {
      text:
        file === '-'
          ? new TextDecoder().decode(await readAll(workspace.sys, 0))
          : await readTextFile(workspace.sys, workspace.absolute(file)),
      edits: false,
    }
  }
  const source = await reused(workspace, words)
  if (source) return { text: source.message, edits: words.has('c', 'reedit-message') }
  if (old) return { text: old.message, edits: true }
  const waiting = (await workspace.state('MERGE_MSG')) ?? (await workspace.state('SQUASH_MSG'))
  return { text: waiting ?? '', edits: true }
}

async function messageOf(
  workspace: Workspace,
  words: Words,
  old: Commit | undefined,
  author: Person,
  committer: Person,
): Promise<string> {
  const { text, edits } = await draft(workspace, words, old)
  let message = text
  if (words.has('s', 'signoff')) message = withTrailer(message, `Signed-off-by: ${committer.name} <${committer.email}>`)
  for (const trailer of words.all('trailer')) message = withTrailer(message, trailer.replace(/^([^:=]+)=/, '$1: '))
  const opens = words.has('e', 'edit') || (edits && !words.has('no-edit'))
  const { sys, gitdir } = workspace
  const path = `${gitdir}/COMMIT_EDITMSG`
  const tidy = opens ? message : cleaned(message)
  await writeFile(sys, path, opens ? await template(workspace, words, tidy, author, committer) : tidy)
  const source = words.has('m', 'message', 'F', 'file')
    ? ['message']
    : words.has('C', 'c') || old
      ? ['commit']
      : workspace.hasState('MERGE_MSG')
        ? ['merge']
        : []
  if ((await runHook(workspace, 'prepare-commit-msg', ['.git/COMMIT_EDITMSG', ...source])) !== 0) throw new Fatal('', 1)
  if (opens) await editFile(workspace, path, await readTextFile(sys, path))
  if (!words.has('n', 'no-verify') && (await runHook(workspace, 'commit-msg', ['.git/COMMIT_EDITMSG'])) !== 0)
    throw new Fatal('', 1)
  const result =
    (await readTextFile(sys, path)).split('# ------------------------ >8 ------------------------')[0] ?? ''
  const verbatim = words.get('cleanup') === 'verbatim'
  return verbatim
    ? result
    : opens || (words.has('cleanup') && words.get('cleanup') === 'strip')
      ? stripped(result)
      : cleaned(result)
}

export function withTrailer(message: string, trailer: string): string {
  const body = message.trimEnd()
  if (trailersOf(message).includes(trailer)) return message
  const hasTrailers = trailersOf(message).length > 0
  return `${body}\n${hasTrailers ? '' : '\n'}${trailer}\n`
}

/** What the editor shows below the message. */
async function template(
  workspace: Workspace,
  words: Words,
  message: string,
  author: Person,
  committer: Person,
): Promise<string> {
  const commented = (text: string): string =>
    text
      .split('\n')
      .map((line) => (line === '' ? '#' : line.startsWith('\t') ? `#${line}` : `# ${line}`))
      .join('\n')
  const merging = workspace.hasState('MERGE_HEAD')
  const status = (await statusText(workspace, await readState(workspace)))
    .replace(/^ {2}\(use .*\)\n/gm, '')
    .replace(/\n(nothing (to commit|added)|no changes added)[^\n]*\n$|^nothing to commit[^\n]*\n/m, '\n')
  const who =
    (author.name !== committer.name || author.email !== committer.email
      ? `# Author:    ${author.name} <${author.email}>\n`
      : '') +
    (author.seconds !== committer.seconds && words.has('amend')
      ? `# Date:      ${showDate(author, undefined, workspace.now, workspace.zone)}\n`
      : '')
  const merge = merging
    ? '#\n# It looks like you may be committing a merge.\n# If this is not correct, please run\n#\tgit update-ref -d MERGE_HEAD\n# and try again.\n\n'
    : ''
  const verbose = words.has('v', 'verbose')
    ? `# ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n# Everything below it will be ignored.\n${await verboseText(workspace)}`
    : ''
  const lead = message === '' ? '\n' : message.endsWith('\n') ? message : `${message}\n`
  return `${lead}${merge}${message === '' || merging ? '' : '\n'}# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n${who ? `#\n${who}` : ''}#\n${commented(status.trimEnd())}\n${/Changes|Untracked/.test(status) ? '#\n' : ''}${verbose}`
}

/** What git says of a commit it made. */
export async function report(
  workspace: Workspace,
  oid: string,
  { dated = false }: { readonly dated?: boolean } = {},
): Promise<void> {
  await workspace.io.print(await reportText(workspace, oid, dated))
}

export async function reportText(workspace: Workspace, oid: string, dated: boolean): Promise<string> {
  const made = await workspace.objects.commit(oid)
  const { author, committer, parents, message } = made
  const branch = (await workspace.currentBranch()) ?? 'detached HEAD'
  const root = parents.length === 0 ? ' (root-commit)' : ''
  let out = `[${branch}${root} ${short(oid)}] ${subjectOf(message)}\n`
  if (author.name !== committer.name || author.email !== committer.email)
    out += ` Author: ${author.name} <${author.email}>\n`
  if (dated) out += ` Date: ${showDate(author, undefined, workspace.now, workspace.zone)}\n`
  if (parents.length > 1) return out
  const changes = compare(await treeOf(workspace, parents[0]), await treeOf(workspace, made.tree))
  const pairs = await withRenames(workspace, changes, { renames: true })
  return out + summary(await statRows(workspace, pairs, { key: undefined, ignoreBlank: false })) + summaryText(pairs)
}
