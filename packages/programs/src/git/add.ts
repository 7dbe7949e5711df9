/** git add, rm, mv and clean. */
import { isDirectory, isErrno } from '@drydock/abi'
import { addPatch } from './add-patch.ts'
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { Ignore } from './ignore.ts'
import { EMPTY_BLOB } from './objects.ts'
import { isDirectoryAt, lstatOr, parentOf } from './paths.ts'
import { among, type Pathspec, pathspecs } from './pathspec.ts'
import type { Workspace } from './repository.ts'
import { noteWork, treeOf, untracked, workFile, writeWork } from './trees.ts'

/** Brings the index to what the work tree has at these paths. @returns what was done, `add 'x'` */
export async function stagePaths(workspace: Workspace, paths: readonly string[], dry = false): Promise<string[]> {
  const index = await workspace.index()
  const done: string[] = []
  for (const path of paths) {
    const known = index.get(path)
    const state = await workFile(workspace, path, known)
    if (known && !known.intent && state?.oid === known.oid && state.mode === known.mode) continue
    if (!state && !index.knows(path)) continue
    done.push(`${state ? 'add' : 'remove'} '${path}'`)
    if (dry) continue
    if (state?.bytes) await workspace.objects.write('blob', state.bytes)
    await noteWork(workspace, path, state)
  }
  return done
}

/** Everything that the index knows below these paths. */
export async function stageTracked(workspace: Workspace, specs: readonly Pathspec[] = []): Promise<void> {
  const index = await workspace.index()
  await stagePaths(workspace, [...new Set(index.all().map(({ path }) => path))].filter(among(specs)))
  await index.save()
}

const NOTHING = `Nothing specified, nothing added.
hint: Maybe you wanted to say 'git add .'?
hint: Turn this message off by running
hint: "git config advice.addEmptyPathspec false"`

export const add: GitCommand = async (workspace, argv) => {
  const words = new Words('add', argv, {
    values: ['chmod', 'pathspec-from-file'],
    flags: [
      'A',
      'all',
      'v',
      'verbose',
      'f',
      'force',
      'n',
      'dry-run',
      'u',
      'update',
      'p',
      'patch',
      'i',
      'interactive',
      'e',
      'edit',
      'N',
      'intent-to-add',
      'refresh',
      'renormalize',
      'ignore-errors',
      'ignore-missing',
      'ignore-removal',
      'sparse',
    ],
    usage: 'usage: git add [<options>] [--] <pathspec>...',
  })
  if (words.has('p', 'patch', 'i', 'interactive')) return addPatch(workspace, 'stage', words.rest)
  const everything = words.has('A', 'all', 'u', 'update')
  const given = words.rest
  if (given.length === 0 && !everything) throw new Fatal(NOTHING, 0)
  const specs = pathspecs(workspace, given)
  const fits = among(specs)
  const index = await workspace.index()
  const known = [...new Set(index.all().map(({ path }) => path))]
  const fresh = words.has('u', 'update')
    ? []
    : (await untracked(workspace, { whole: true, everything: words.has('f', 'force') })).filter(
        (path) => fits(path.replace(/\/$/, '')) || fits(path),
      )
  if (!words.has('f', 'force', 'u', 'update')) await refuseIgnored(workspace, specs, [...known, ...fresh])
  for (const spec of specs)
    if (
      spec.path !== '' &&
      !spec.exclude &&
      ![...known, ...fresh].some(spec.matches) &&
      !isDirectoryAt(workspace.sys, workspace.absolute(spec.given)) &&
      !words.has('ignore-missing')
    )
      throw new Fatal(`fatal: pathspec '${spec.given}' did not match any files`)
  if (words.has('refresh')) return 0
  if (words.has('N', 'intent-to-add')) {
    for (const path of fresh) index.intend(path, EMPTY_BLOB, (await workFile(workspace, path))?.mode ?? '100644')
    await index.save()
    return 0
  }
  const kept = words.has('ignore-removal')
    ? known.filter((path) => workspace.exists(`${workspace.dir}/${path}`))
    : known
  const done = await stagePaths(
    workspace,
    [...new Set([...kept.filter(fits), ...fresh.map((path) => path.replace(/\/$/, ''))])].sort(),
    words.has('n', 'dry-run'),
  )
  if (words.has('v', 'verbose', 'n', 'dry-run')) await workspace.io.print(done.map((row) => `${row}\n`).join(''))
  const mode = words.get('chmod')
  if (mode)
    for (const path of index
      .merged()
      .map((each) => each.path)
      .filter(fits)) {
      const entry = index.get(path)
      if (entry?.mode.startsWith('100')) index.set(path, entry.oid, mode === '+x' ? '100755' : '100644')
    }
  await index.save()
  return 0
}

async function refuseIgnored(
  workspace: Workspace,
  specs: readonly Pathspec[],
  known: readonly string[],
): Promise<void> {
  const ignore = await Ignore.open(workspace)
  const ignored: string[] = []
  for (const { path, given } of specs) {
    if (path === '' || known.includes(path) || known.some((each) => each.startsWith(`${path}/`))) continue
    const stat = lstatOr(workspace.sys, `${workspace.dir}/${path}`)
    if (stat && (await ignore.ignores(path, isDirectory(stat.mode)))) ignored.push(given.replace(/\/$/, ''))
  }
  if (ignored.length > 0)
    throw new Fatal(
      `The following paths are ignored by one of your .gitignore files:\n${ignored.join('\n')}\nhint: Use -f if you really want to add them.\nhint: Turn this message off by running\nhint: "git config advice.addIgnoredFile false"`,
      1,
    )
}

const list = (paths: readonly string[]): string => paths.map((path) => `    ${path}\n`).join('')

export const rm: GitCommand = async (workspace, argv) => {
  const words = new Words('rm', argv, {
    flags: ['r', 'f', 'force', 'cached', 'q', 'quiet', 'n', 'dry-run', 'ignore-unmatch', 'sparse'],
    usage: 'usage: git rm [<options>] [--] <file>...',
  })
  const given = words.rest
  if (given.length === 0) throw new Fatal('fatal: No pathspec was given. Which files should I remove?')
  const index = await workspace.index()
  const known = [...new Set(index.all().map(({ path }) => path))]
  const paths: string[] = []
  for (const spec of pathspecs(workspace, given)) {
    const found = known.filter(spec.matches)
    if (found.length === 0 && !words.has('ignore-unmatch'))
      throw new Fatal(`fatal: pathspec '${spec.given}' did not match any files`)
    const isFolder = !known.includes(spec.path) && !/[*?[]/.test(spec.path)
    if (found.length > 0 && isFolder && !words.has('r'))
      throw new Fatal(`fatal: not removing '${spec.given}' recursively without -r`)
    paths.push(...found)
  }
  const wanted = [...new Set(paths)].sort()
  if (!words.has('f', 'force')) await refuseChanged(workspace, wanted, words.has('cached'))
  for (const path of wanted) {
    if (!words.has('q', 'quiet')) await workspace.io.print(`rm '${path}'\n`)
    if (words.has('n', 'dry-run')) continue
    index.remove(path)
    if (!words.has('cached')) await writeWork(workspace, path, undefined)
  }
  await index.save()
  return 0
}

async function refuseChanged(workspace: Workspace, paths: readonly string[], cached: boolean): Promise<void> {
  const head = await treeOf(workspace, await workspace.head())
  const index = await workspace.index()
  const [both, staged, local]: [string[], string[], string[]] = [[], [], []]
  for (const path of paths) {
    const entry = index.get(path)
    if (!entry) continue
    const work = await workFile(workspace, path, entry)
    const isStaged = head.get(path)?.oid !== entry.oid
    const isLocal = work !== undefined && (work.oid !== entry.oid || work.mode !== entry.mode)
    if (isStaged && isLocal) both.push(path)
    else if (!cached && isStaged && work) staged.push(path)
    else if (!cached && isLocal) local.push(path)
  }
  const many = (paths: readonly string[]): string => (paths.length === 1 ? 'file has' : 'files have')
  const words = [
    ...(both.length > 0
      ? [
          `error: the following ${many(both)} staged content different from both the\nfile and the HEAD:\n${list(both)}(use -f to force removal)`,
        ]
      : []),
    ...(staged.length > 0
      ? [
          `error: the following ${many(staged)} changes staged in the index:\n${list(staged)}(use --cached to keep the file, or -f to force removal)`,
        ]
      : []),
    ...(local.length > 0
      ? [
          `error: the following ${many(local)} local modifications:\n${list(local)}(use --cached to keep the file, or -f to force removal)`,
        ]
      : []),
  ]
  if (words.length > 0) throw new Fatal(words.join('\n'), 1)
}

export const mv: GitCommand = async (workspace, argv) => {
  const words = new Words('mv', argv, {
    flags: ['f', 'force', 'k', 'v', 'verbose', 'n', 'dry-run', 'sparse'],
    usage: 'usage: git mv [<options>] <source>... <destination>',
  })
  const target = words.rest.at(-1)
  const sources = words.rest.slice(0, -1)
  if (target === undefined || sources.length === 0)
    throw new Fatal('usage: git mv [<options>] <source>... <destination>', 129)
  const index = await workspace.index()
  const { sys } = workspace
  const folder = isDirectoryAt(sys, workspace.absolute(target))
  if (sources.length > 1 && !folder) throw new Fatal(`fatal: destination '${target}' is not a directory`)
  for (const source of sources) {
    const from = workspace.inside(source)
    const to = workspace.inside(folder ? `${target}/${source.replace(/\/+$/, '').split('/').at(-1)}` : target)
    const moved = index.merged().filter(({ path }) => path === from || path.startsWith(`${from}/`))
    const why = refusal(workspace, from, to, moved.length, words.has('f', 'force'))
    if (why !== undefined) {
      if (words.has('k')) continue
      throw new Fatal(`fatal: ${why}, source=${from}, destination=${to}`)
    }
    if (words.has('n', 'dry-run')) await workspace.io.print(`Checking rename of '${from}' to '${to}'\n`)
    if (words.has('v', 'verbose', 'n', 'dry-run')) await workspace.io.print(`Renaming ${from} to ${to}\n`)
    if (words.has('n', 'dry-run')) continue
    if (!isDirectoryAt(sys, `${workspace.dir}/${parentOf(`/${to}`)}`))
      throw new Fatal(`fatal: renaming '${from}' failed: No such file or directory`)
    sys.rename(`${workspace.dir}/${from}`, `${workspace.dir}/${to}`)
    for (const entry of moved) {
      index.remove(entry.path)
      index.set(to + entry.path.slice(from.length), entry.oid, entry.mode)
    }
  }
  await index.save()
  return 0
}

function refusal(workspace: Workspace, from: string, to: string, known: number, force: boolean): string | undefined {
  if (!workspace.exists(`${workspace.dir}/${from}`)) return 'bad source'
  if (known === 0)
    return isDirectoryAt(workspace.sys, `${workspace.dir}/${from}`)
      ? 'source directory is empty'
      : 'not under version control'
  if (to === from || to.startsWith(`${from}/`)) return 'can not move directory into itself'
  return !force && workspace.exists(`${workspace.dir}/${to}`) ? 'destination exists' : undefined
}

export const clean: GitCommand = async (workspace, argv) => {
  const words = new Words('clean', argv, {
    values: ['e', 'exclude'],
    flags: ['f', 'force', 'd', 'n', 'dry-run', 'x', 'X', 'q', 'quiet', 'i', 'interactive'],
    usage: 'usage: git clean [-d] [-f] [-i] [-n] [-q] [-e <pattern>] [-x | -X] [--] [<pathspec>...]',
  })
  const dry = words.has('n', 'dry-run')
  if (!dry && !words.has('f', 'force') && (await workspace.config.isTrue('clean.requireforce', true)))
    throw new Fatal('fatal: clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean')
  const given = words.rest
  const fits = among(pathspecs(workspace, given))
  const ignore = await Ignore.open(workspace, words.all('e', 'exclude'))
  const excluded = words.all('e', 'exclude')
  const keep = excluded.length > 0 && words.has('x') ? await Ignore.open(workspace, excluded) : undefined
  const all = await untracked(workspace, { ignored: words.has('X'), everything: words.has('x'), ignore })
  for (const path of all) {
    const bare = path.replace(/\/$/, '')
    if (!fits(bare) && !given.some((each) => each.startsWith(path))) continue
    if (path.endsWith('/') && !words.has('d') && !given.some((each) => workspace.inside(each) === bare)) continue
    if (keep && (await keep.ignores(bare, path.endsWith('/')))) continue
    if (!words.has('q', 'quiet'))
      await workspace.io.print(`${dry ? 'Would remove' : 'Removing'} ${workspace.shown(path)}\n`)
    if (!dry) removeAll(workspace, `${workspace.dir}/${bare}`)
  }
  return 0
}

/** A file, or a folder with all that is in it. */
export function removeAll(workspace: Pick<Workspace, 'sys'>, path: string): void {
  const stat = lstatOr(workspace.sys, path)
  if (!stat) return
  try {
    if (!isDirectory(stat.mode)) return workspace.sys.unlink(path)
    for (const { name } of workspace.sys.readdir(path)) removeAll(workspace, `${path}/${name}`)
    workspace.sys.rmdir(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
