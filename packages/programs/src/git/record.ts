/** Commands that put files into the index and commits: add, rm, mv, commit, restore, reset, checkout of files. */
import { isDirectory, isErrno } from '@drydock/abi'
import {
  among,
  commitTree,
  compare,
  counts,
  type FileState,
  indexTree,
  summary,
  untracked,
  withRenames,
  workFile,
} from './changes.ts'
import { editText, type GitCommand, gitDate, Words } from './command.ts'
import { Fatal, type Workspace } from './repository.ts'
import { readState, statusText } from './status.ts'

/** Writes a state into the work tree; undefined takes the file away. */
export async function writeWork(workspace: Workspace, path: string, state: FileState | undefined): Promise<void> {
  const { sys, dir, fs } = workspace
  const full = `${dir}/${path}`
  if (!state) {
    try {
      sys.unlink(full)
      removeEmpty(workspace, path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return
  }
  const parts = path.split('/').slice(0, -1)
  for (const [at] of parts.entries()) {
    const folder = `${dir}/${parts.slice(0, at + 1).join('/')}`
    if (!workspace.exists(folder)) sys.mkdir(folder)
  }
  const { blob } = await workspace.git.readBlob({ ...workspace.base, oid: state.oid })
  if (state.mode === '120000') {
    if (workspace.exists(full)) sys.unlink(full)
    return sys.symlink(new TextDecoder().decode(blob), full)
  }
  await fs.promises.writeFile(full, blob)
  sys.chmod(full, state.mode === '100755' ? 0o755 : 0o644)
}

function removeEmpty({ sys, dir }: Workspace, path: string): void {
  const folder = path.slice(0, path.lastIndexOf('/'))
  if (!path.includes('/') || sys.readdir(`${dir}/${folder}`).length > 0) return
  sys.rmdir(`${dir}/${folder}`)
  removeEmpty({ sys, dir } as Workspace, folder)
}

export async function setIndex(workspace: Workspace, path: string, state: FileState | undefined): Promise<void> {
  const { git, base } = workspace
  if (state)
    await git.updateIndex({ ...base, filepath: path, oid: state.oid, mode: Number.parseInt(state.mode, 8), add: true })
  else await git.remove({ ...base, filepath: path })
}

export const add: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'add',
    argv,
    [],
    ['A', 'all', 'v', 'verbose', 'f', 'force', 'n', 'dry-run', 'u', 'update', 'p', 'patch', 'i'],
  )
  const everything = words.has('A', 'all', 'u', 'update')
  const given = [...words.operands, ...words.paths]
  if (given.length === 0 && !everything)
    throw new Fatal(
      'Nothing specified, nothing added.\nhint: Maybe you wanted to say \'git add .\'?\nhint: Turn this message off by running\nhint: "git config advice.addEmptyPathspec false"',
      0,
    )
  const wanted = given.map((path) => workspace.inside(path))
  for (const [at, path] of wanted.entries())
    if (
      path !== '.' &&
      !workspace.exists(workspace.absolute(given[at] ?? '')) &&
      !(await indexTree(workspace)).has(path) &&
      ![...(await indexTree(workspace)).keys()].some((each) => each.startsWith(`${path}/`))
    )
      throw new Fatal(`fatal: pathspec '${given[at]}' did not match any files`)
  const fits = among(wanted)
  const index = await indexTree(workspace)
  const fresh = words.has('u', 'update') ? [] : (await untracked(workspace, index, true)).filter(fits)
  await refuseIgnored(workspace, given, wanted, words)
  const forced = words.has('f', 'force') ? wanted.filter((path) => path !== '.' && !index.has(path)) : []
  for (const path of [...index.keys()].filter(fits).concat(fresh, forced)) {
    const state = await workFile(workspace, path)
    const known = index.get(path)
    if (state?.oid === known?.oid && state?.mode === known?.mode) continue
    if (words.has('v', 'verbose', 'n', 'dry-run')) await workspace.io.print(`${state ? 'add' : 'remove'} '${path}'\n`)
    if (words.has('n', 'dry-run')) continue
    if (state?.bytes) await workspace.git.writeBlob({ ...workspace.base, blob: state.bytes })
    await setIndex(workspace, path, state)
  }
  return 0
}

async function refuseIgnored(
  workspace: Workspace,
  given: readonly string[],
  wanted: readonly string[],
  words: Words,
): Promise<void> {
  if (words.has('f', 'force')) return
  const ignored: string[] = []
  for (const [at, path] of wanted.entries())
    if (path !== '.' && (await workspace.git.isIgnored({ ...workspace.base, filepath: path })))
      ignored.push(given[at] ?? '')
  if (ignored.length > 0)
    throw new Fatal(
      `The following paths are ignored by one of your .gitignore files:\n${ignored.join('\n')}\nhint: Use -f if you really want to add them.\nhint: Turn this message off by running\nhint: "git config advice.addIgnoredFile false"`,
      1,
    )
}

export const rm: GitCommand = async (workspace, argv) => {
  const words = new Words('rm', argv, [], ['r', 'f', 'force', 'cached', 'q', 'quiet', 'n'])
  const index = await indexTree(workspace)
  const paths = [...words.operands, ...words.paths]
  if (paths.length === 0) throw new Fatal('fatal: No pathspec was given. Which files should I remove?')
  const head = await commitTree(workspace, await workspace.resolve('HEAD'))
  for (const given of paths) {
    const path = workspace.inside(given)
    const found = [...index.keys()].filter(among([path]))
    if (found.length === 0) throw new Fatal(`fatal: pathspec '${given}' did not match any files`)
    if (!index.has(path) && !words.has('r')) throw new Fatal(`fatal: not removing '${given}' recursively without -r`)
    for (const each of found) {
      const changed = (await workFile(workspace, each))?.oid !== index.get(each)?.oid
      if (!words.has('f', 'force', 'cached')) {
        if (index.get(each)?.oid !== head.get(each)?.oid)
          throw new Fatal(
            `error: the following file has changes staged in the index:\n    ${each}\n(use --cached to keep the file, or -f to force removal)`,
            1,
          )
        if (changed && workspace.exists(`${workspace.dir}/${each}`))
          throw new Fatal(
            `error: the following file has local modifications:\n    ${each}\n(use --cached to keep the file, or -f to force removal)`,
            1,
          )
      }
      await setIndex(workspace, each, undefined)
      if (!words.has('cached')) await writeWork(workspace, each, undefined)
      if (!words.has('q', 'quiet')) await workspace.io.print(`rm '${each}'\n`)
    }
  }
  return 0
}

export const mv: GitCommand = async (workspace, argv) => {
  const words = new Words('mv', argv, [], ['f', 'k', 'v', 'n'])
  const target = words.operands.at(-1)
  const sources = words.operands.slice(0, -1)
  if (target === undefined || sources.length === 0)
    throw new Fatal('usage: git mv [<options>] <source>... <destination>', 129)
  const index = await indexTree(workspace)
  const { sys } = workspace
  const folder = workspace.exists(workspace.absolute(target)) && isDirectory(sys.stat(workspace.absolute(target)).mode)
  for (const source of sources) {
    const from = workspace.inside(source)
    const to = workspace.inside(folder ? `${target}/${source.split('/').at(-1)}` : target)
    const moved = [...index.keys()].filter(among([from]))
    if (moved.length === 0)
      throw new Fatal(
        `fatal: ${workspace.exists(workspace.absolute(source)) ? 'not under version control' : 'bad source'}, source=${from}, destination=${to}`,
      )
    sys.rename(`${workspace.dir}/${from}`, `${workspace.dir}/${to}`)
    for (const path of moved) {
      await setIndex(workspace, to + path.slice(from.length), index.get(path))
      await setIndex(workspace, path, undefined)
    }
  }
  return 0
}

export const commit: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'commit',
    argv,
    ['m', 'message', 'F', 'file', 'author', 'date', 'C'],
    [
      'a',
      'all',
      'amend',
      'allow-empty',
      'no-edit',
      'q',
      'quiet',
      'v',
      's',
      'signoff',
      'no-verify',
      'n',
      'allow-empty-message',
      'dry-run',
    ],
  )
  if (words.has('a', 'all')) await add(workspace, ['-u'])
  const state = await readState(workspace)
  const amend = words.has('amend')
  if (amend && !state.head) throw new Fatal('fatal: You have nothing to amend.')
  if (
    state.staged.length === 0 &&
    !amend &&
    !words.has('allow-empty') &&
    !workspace.exists(`${workspace.dir}/.git/MERGE_HEAD`)
  ) {
    await workspace.io.print(await statusText(workspace, state))
    return 1
  }
  const old =
    amend && state.head ? (await workspace.git.readCommit({ ...workspace.base, oid: state.head })).commit : undefined
  const committer = await workspace.identity('COMMITTER')
  const message = await messageOf(workspace, words, old?.message, await statusText(workspace, state))
  if (message.trim() === '') throw new Fatal('Aborting commit due to empty commit message.', 1)
  const author = old?.author ?? (await authorOf(workspace, words))
  const parent = old?.parent ?? (await parents(workspace, state.head))
  const oid = await workspace.git.commit({ ...workspace.base, message, author, committer, parent })
  if (workspace.exists(`${workspace.dir}/.git/MERGE_HEAD`)) workspace.sys.unlink(`${workspace.dir}/.git/MERGE_HEAD`)
  if (!words.has('q', 'quiet')) await report(workspace, oid, parent, message, author, committer, amend)
  return 0
}

async function parents(workspace: Workspace, head: string | undefined): Promise<string[]> {
  const merge = `${workspace.dir}/.git/MERGE_HEAD`
  const other = workspace.exists(merge) ? [String(await workspace.fs.promises.readFile(merge, 'utf8')).trim()] : []
  return [...(head ? [head] : []), ...other]
}

async function authorOf(workspace: Workspace, words: Words): Promise<Awaited<ReturnType<Workspace['identity']>>> {
  const [, name, email] = /^(.*?)\s*<(.*)>$/.exec(words.get('author') ?? '') ?? []
  const own =
    name === undefined
      ? await workspace.identity('AUTHOR')
      : { name, email: email ?? '', timestamp: Math.floor(workspace.sys.clock.now() / 1000), timezoneOffset: 0 }
  const date = words.get('date')
  return date === undefined ? own : { ...own, timestamp: Math.floor(Date.parse(date) / 1000) || own.timestamp }
}

async function messageOf(workspace: Workspace, words: Words, old: string | undefined, status: string): Promise<string> {
  const given = [...(words.options.get('m') ?? []), ...(words.options.get('message') ?? [])]
  if (given.length > 0) return given.join('\n\n')
  const file = words.get('F', 'file')
  if (file !== undefined) return String(await workspace.fs.promises.readFile(workspace.absolute(file), 'utf8'))
  if (old !== undefined && words.has('no-edit')) return old
  const comments = status
    .split('\n')
    .map((line) => (line === '' ? '#' : `# ${line}`).trimEnd())
    .join('\n')
  return editText(
    workspace,
    `${old ?? ''}\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n#\n${comments}\n`,
  )
}

/** What git says of a commit it made. */
export async function report(
  workspace: Workspace,
  oid: string,
  parent: readonly string[],
  message: string,
  author: { name: string; email: string; timestamp: number; timezoneOffset: number },
  committer: { name: string; email: string },
  amended: boolean,
): Promise<void> {
  const branch = (await workspace.currentBranch()) ?? 'detached HEAD'
  const changes = compare(await commitTree(workspace, parent[0]), await commitTree(workspace, oid))
  const root = parent.length === 0 ? ' (root-commit)' : ''
  let out = `[${branch}${root} ${oid.slice(0, 7)}] ${message.split('\n')[0]}\n`
  if (author.name !== committer.name || author.email !== committer.email)
    out += ` Author: ${author.name} <${author.email}>\n`
  if (amended) out += ` Date: ${gitDate(author.timestamp, author.timezoneOffset)}\n`
  const rows = withRenames(changes)
  const moved = rows.filter(({ from }) => from !== undefined)
  const kept = rows.flatMap(({ change, from }) => (from === undefined ? [change] : []))
  out += summary([...(await counts(workspace, kept)), ...moved.map(() => ({ added: 0, removed: 0 }))])
  for (const { change, from } of moved) out += ` rename ${from} => ${change.path} (100%)\n`
  for (const { path, before, after } of kept) {
    if (!before) out += ` create mode ${after?.mode} ${path}\n`
    else if (!after) out += ` delete mode ${before.mode} ${path}\n`
    else if (before.mode !== after.mode) out += ` mode change ${before.mode} => ${after.mode} ${path}\n`
  }
  await workspace.io.print(out)
}

/** Files back to what the index, or a commit, has of them. */
export async function restorePaths(
  workspace: Workspace,
  paths: readonly string[],
  source: string | undefined,
  into: { readonly index: boolean; readonly work: boolean },
): Promise<number> {
  const index = await indexTree(workspace)
  const tree = source === undefined ? index : await commitTree(workspace, await resolved(workspace, source))
  let count = 0
  for (const given of paths) {
    const fits = among([workspace.inside(given)])
    const found = [...new Set([...tree.keys(), ...(into.index ? index.keys() : [])])].filter(fits)
    if (found.length === 0) throw new Fatal(`error: pathspec '${given}' did not match any file(s) known to git`, 1)
    for (const path of found) {
      const state = tree.get(path)
      if (into.index) await setIndex(workspace, path, state)
      if (into.work) await writeWork(workspace, path, state)
      count++
    }
  }
  return count
}

export async function resolved(workspace: Workspace, name: string): Promise<string> {
  const oid = await workspace.resolve(name)
  if (!oid)
    throw new Fatal(
      `fatal: ambiguous argument '${name}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
    )
  return oid
}

export const restore: GitCommand = async (workspace, argv) => {
  const words = new Words('restore', argv, ['s', 'source'], ['S', 'staged', 'W', 'worktree', 'q', 'p'])
  const paths = [...words.operands, ...words.paths]
  if (paths.length === 0) throw new Fatal('fatal: you must specify path(s) to restore')
  const index = words.has('S', 'staged')
  const source = words.get('s', 'source') ?? (index ? 'HEAD' : undefined)
  await restorePaths(workspace, paths, source, { index, work: !index || words.has('W', 'worktree') })
  return 0
}

/** Moves index and work tree from one commit to another; what differs from the first is in the way. @throws Fatal */
export async function switchTree(workspace: Workspace, to: string | undefined, what: string): Promise<void> {
  const [head, target, index] = [
    await commitTree(workspace, await workspace.resolve('HEAD')),
    await commitTree(workspace, to),
    await indexTree(workspace),
  ]
  const changes = compare(head, target)
  const blocked: string[] = []
  for (const { path, after } of changes) {
    const work = await workFile(workspace, path)
    const known = index.get(path)
    const clean =
      known?.oid === head.get(path)?.oid && (work === undefined ? known === undefined : work.oid === known?.oid)
    if (!clean && work?.oid !== after?.oid && (known || work)) blocked.push(path)
  }
  if (blocked.length > 0)
    throw new Fatal(
      `error: Your local changes to the following files would be overwritten by ${what}:\n${blocked.map((path) => `\t${path}`).join('\n')}\nPlease commit your changes or stash them before you ${what === 'merge' ? 'merge' : 'switch branches'}.\nAborting`,
      1,
    )
  for (const { path, after } of changes) {
    await setIndex(workspace, path, after)
    await writeWork(workspace, path, after)
  }
}

export async function moveHead(workspace: Workspace, oid: string): Promise<void> {
  const branch = await workspace.git.currentBranch({ ...workspace.base, fullname: true })
  if (branch) await workspace.git.writeRef({ ...workspace.base, ref: branch, value: oid, force: true })
  else await workspace.git.writeRef({ ...workspace.base, ref: 'HEAD', value: oid, force: true })
}

export const reset: GitCommand = async (workspace, argv) => {
  const words = new Words('reset', argv, [], ['hard', 'soft', 'mixed', 'q', 'quiet', 'keep'])
  const [first] = words.operands
  const commitish = first === undefined ? 'HEAD' : first
  const target = await workspace.resolve(commitish)
  const paths = [...(target || first === undefined ? words.operands.slice(1) : words.operands), ...words.paths]
  if (paths.length > 0 || (first !== undefined && !target)) {
    await restorePaths(workspace, paths.length > 0 ? paths : words.operands, target && first ? first : 'HEAD', {
      index: true,
      work: false,
    })
    return 0
  }
  if (!target) {
    if (words.has('hard', 'soft')) return 0
    for (const path of (await indexTree(workspace)).keys()) await setIndex(workspace, path, undefined)
    return 0
  }
  const tree = await commitTree(workspace, target)
  if (!words.has('soft')) {
    for (const { path } of compare(await indexTree(workspace), tree)) await setIndex(workspace, path, tree.get(path))
    if (words.has('hard')) {
      for (const { path } of compare(await commitTree(workspace, await workspace.resolve('HEAD')), tree))
        await writeWork(workspace, path, tree.get(path))
      for (const [path, state] of tree)
        if ((await workFile(workspace, path))?.oid !== state.oid) await writeWork(workspace, path, state)
    }
  }
  await moveHead(workspace, target)
  if (words.has('hard')) {
    const { commit: head } = await workspace.git.readCommit({ ...workspace.base, oid: target })
    await workspace.io.print(`HEAD is now at ${target.slice(0, 7)} ${head.message.split('\n')[0]}\n`)
  } else if (!words.has('soft', 'q', 'quiet')) {
    const { unstaged } = await readState(workspace)
    if (unstaged.length > 0)
      await workspace.io.print(
        `Unstaged changes after reset:\n${unstaged.map(({ path, after }) => `${after ? 'M' : 'D'}\t${path}\n`).join('')}`,
      )
  }
  return 0
}
