/** States of files: of a commit, of the index, of the work tree. */
import { isDirectory, isErrno, isRegular, isSymlink, type Stat } from '@drydock/abi'
import { makeDirectories, readFile, writeFile } from '@drydock/libc'
import { Ignore } from './ignore.ts'
import type { IndexEntry } from './index-file.ts'
import { EMPTY_TREE, isTreeMode, objectId, type Objects, printTree, type TreeEntry } from './objects.ts'
import { isDirectoryAt, lstatOr, parentOf } from './paths.ts'
import type { Workspace } from './repository.ts'

export interface FileState {
  readonly oid: string
  /** Six digits. */
  readonly mode: string
  /** Of the work tree, where it was read already. */
  readonly bytes?: Uint8Array
}
/** By path, in the order of bytes. */
export type Tree = ReadonlyMap<string, FileState>
export interface Change {
  readonly path: string
  readonly before: FileState | undefined
  readonly after: FileState | undefined
}

export const sortedTree = (files: Iterable<readonly [string, FileState]>): Tree =>
  new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))

export async function flatten(objects: Objects, tree: string | undefined): Promise<Tree> {
  const files: [string, FileState][] = []
  const visit = async (oid: string, prefix: string): Promise<void> => {
    for (const entry of await objects.tree(oid)) {
      if (isTreeMode(entry.mode)) await visit(entry.oid, `${prefix}${entry.name}/`)
      else files.push([prefix + entry.name, { oid: entry.oid, mode: entry.mode }])
    }
  }
  if (tree !== undefined) await visit(tree, '')
  return sortedTree(files)
}

/** The files of a commit, or of a tree; none for undefined. */
export async function treeOf({ objects }: Workspace, name: string | undefined): Promise<Tree> {
  if (name === undefined) return new Map()
  return flatten(objects, (await objects.findCommit(await objects.peel(name)))?.tree ?? name)
}

export async function indexTree(workspace: Workspace): Promise<Tree> {
  return new Map(
    (await workspace.index())
      .merged()
      .flatMap(({ path, oid, mode, intent }) => (intent ? [] : [[path, { oid, mode }]])),
  )
}

export async function treeEntryAt(objects: Objects, tree: string, path: string): Promise<TreeEntry | undefined> {
  let found: TreeEntry | undefined
  let at = tree
  for (const part of path.split('/')) {
    found = (await objects.tree(at)).find(({ name }) => name === part)
    if (!found) return undefined
    at = found.oid
  }
  return found
}

export async function writeTree(objects: Objects, files: Iterable<readonly [string, FileState]>): Promise<string> {
  const entries: TreeEntry[] = []
  const folders = new Map<string, [string, FileState][]>()
  for (const [path, state] of files) {
    const slash = path.indexOf('/')
    if (slash < 0) entries.push({ mode: state.mode, name: path, oid: state.oid })
    else {
      const name = path.slice(0, slash)
      folders.set(name, [...(folders.get(name) ?? []), [path.slice(slash + 1), state]])
    }
  }
  for (const [name, inside] of folders) entries.push({ mode: '040000', name, oid: await writeTree(objects, inside) })
  return entries.length === 0
    ? (await objects.write('tree', new Uint8Array(0)), EMPTY_TREE)
    : objects.write('tree', printTree(entries))
}

const modeOf = ({ mode }: Stat): string => (isSymlink(mode) ? '120000' : mode & 0o100 ? '100755' : '100644')

/** The state of one file of the work tree; undefined when it is not there. */
export async function workFile(workspace: Workspace, path: string, known?: IndexEntry): Promise<FileState | undefined> {
  const full = `${workspace.dir === '/' ? '' : workspace.dir}/${path}`
  const stat = lstatOr(workspace.sys, full)
  if (!stat) return undefined
  if (isDirectory(stat.mode))
    return known?.mode === '160000' || workspace.exists(`${full}/.git`)
      ? moduleState(workspace, full, known)
      : undefined
  if (
    known &&
    known.stage === 0 &&
    known.mtimeMs > 0 &&
    known.mtimeMs === stat.mtimeMs &&
    known.size === stat.size &&
    isRegular(stat.mode)
  )
    return { oid: known.oid, mode: modeOf(stat) }
  try {
    const bytes = isSymlink(stat.mode)
      ? new TextEncoder().encode(workspace.sys.readlink(full))
      : await readFile(workspace.sys, full)
    return { oid: objectId('blob', bytes), mode: modeOf(stat), bytes }
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/** A repository in the work tree stands for its HEAD. */
async function moduleState(
  workspace: Workspace,
  full: string,
  known: IndexEntry | undefined,
): Promise<FileState | undefined> {
  const { Workspace: Opened } = await import('./repository.ts')
  const inner = await Opened.open(workspace.process, { cwd: full, config: [] })
  if (!inner.inRepository || inner.isBare || inner.dir !== full) return known && { oid: known.oid, mode: known.mode }
  const oid = await inner.head()
  return oid === undefined ? undefined : { oid, mode: '160000' }
}

/** Files of the work tree that the index knows. */
export async function workTree(workspace: Workspace): Promise<Tree> {
  const files: [string, FileState][] = []
  for (const entry of (await workspace.index()).merged()) {
    const state = await workFile(workspace, entry.path, entry)
    if (state) files.push([entry.path, state])
  }
  return new Map(files)
}

export function compare(before: Tree, after: Tree, wanted: (path: string) => boolean = () => true): Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.filter(wanted).flatMap((path): Change[] => {
    const [a, b] = [before.get(path), after.get(path)]
    return a?.oid === b?.oid && a?.mode === b?.mode ? [] : [{ path, before: a, after: b }]
  })
}

/** Writes a state into the work tree; undefined takes the file away. */
export async function writeWork(workspace: Workspace, path: string, state: FileState | undefined): Promise<void> {
  const { sys, dir } = workspace
  const full = `${dir}/${path}`
  if (!state) return removeWork(workspace, path)
  if (state.mode === '160000') return void makeDirectories(sys, full)
  clearWay(workspace, path)
  makeDirectories(sys, parentOf(full))
  const bytes = state.bytes ?? (await workspace.objects.blob(state.oid))
  const there = lstatOr(sys, full)
  if (there && (isSymlink(there.mode) || state.mode === '120000')) sys.unlink(full)
  if (state.mode === '120000') return sys.symlink(new TextDecoder().decode(bytes), full)
  await writeFile(sys, full, bytes, state.mode === '100755' ? 0o777 : 0o666)
  if (there && isRegular(there.mode) && (there.mode & 0o100) !== (state.mode === '100755' ? 0o100 : 0))
    sys.chmod(full, state.mode === '100755' ? there.mode | 0o111 : there.mode & ~0o111 & 0o777)
}

/** Files in the place of folders, and empty folders in the place of files, give way. */
function clearWay({ sys, dir }: Workspace, path: string): void {
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length; depth++) {
    const folder = `${dir}/${parts.slice(0, depth).join('/')}`
    const stat = lstatOr(sys, folder)
    if (stat && !isDirectory(stat.mode)) sys.unlink(folder)
  }
  if (isDirectoryAt(sys, `${dir}/${path}`) && sys.readdir(`${dir}/${path}`).length === 0) sys.rmdir(`${dir}/${path}`)
}

function removeWork({ sys, dir, cwd }: Workspace, path: string): void {
  try {
    sys.unlink(`${dir}/${path}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return
  }
  for (let at = parentOf(`${dir}/${path}`); at !== dir && at !== cwd && at.length > dir.length; at = parentOf(at)) {
    if (sys.readdir(at).length > 0) return
    sys.rmdir(at)
  }
}

/** Tells the index what the file in the work tree looks like, so that it need not be read again. */
export async function noteWork(workspace: Workspace, path: string, state: FileState | undefined): Promise<void> {
  const index = await workspace.index()
  if (!state) return index.remove(path)
  const stat = lstatOr(workspace.sys, `${workspace.dir}/${path}`)
  // A file that was written within this moment may be written again without its time telling.
  const settled = stat && stat.mtimeMs + 1000 < workspace.sys.clock.now()
  index.set(path, state.oid, state.mode, settled ? stat : undefined)
}

export interface UntrackedOptions {
  /** Names every file, not the folder that holds them. */
  readonly whole?: boolean
  /** Only what is ignored. */
  readonly ignored?: boolean
  /** Both: nothing is left out. */
  readonly everything?: boolean
  readonly ignore?: Ignore
}

/** Files that nobody has added and nothing ignores; a folder of such files is one path with a slash. */
export async function untracked(workspace: Workspace, options: UntrackedOptions = {}): Promise<string[]> {
  const { sys, dir } = workspace
  const { whole = false, ignored = false, everything = false } = options
  const index = await workspace.index()
  const ignore = options.ignore ?? (await Ignore.open(workspace))
  const folders = new Set<string>()
  for (const { path } of index.all())
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  const found: string[] = []
  const hasWanted = async (folder: string, inIgnored: boolean): Promise<boolean> => {
    for (const { name, mode } of sys.readdir(`${dir}/${folder}`)) {
      const path = `${folder}/${name}`
      const is = everything ? false : inIgnored || (await ignore.ignoresHere(path, isDirectory(mode)))
      if (
        isDirectory(mode) && !workspace.exists(`${dir}/${path}/.git`)
          ? (!is || ignored) && (await hasWanted(path, is))
          : is === ignored
      )
        return true
    }
    return false
  }
  /** Whether something in a folder is not ignored. */
  const hasKept = async (folder: string): Promise<boolean> => {
    for (const { name, mode } of sys.readdir(`${dir}/${folder}`)) {
      const path = `${folder}/${name}`
      if (!(await ignore.ignoresHere(path, isDirectory(mode))) && (!isDirectory(mode) || (await hasKept(path))))
        return true
    }
    return false
  }
  const visit = async (folder: string, inIgnored: boolean): Promise<void> => {
    const names = sys.readdir(`${dir}/${folder}`).map(({ name, mode }) => ({ name, folder: isDirectory(mode) }))
    for (const { name, folder: isFolder } of names.sort((a, b) =>
      a.name + (a.folder ? '/' : '') < b.name + (b.folder ? '/' : '') ? -1 : 1,
    )) {
      const path = folder + name
      if (path === '.git' || (index.knows(path) && !folders.has(path))) continue
      const is = everything ? false : inIgnored || (await ignore.ignoresHere(path, isFolder))
      if (!isFolder) {
        if (is === ignored) found.push(path)
      } else if (workspace.exists(`${dir}/${path}/.git`)) {
        if (is === ignored) found.push(`${path}/`)
      } else if (folders.has(path)) await visit(`${path}/`, is)
      else if (is && ignored && !whole) {
        if (await hasWanted(path, true)) found.push(`${path}/`)
      } else if (is && !ignored) continue
      else if (whole || (ignored && !is && (await hasKept(path)))) await visit(`${path}/`, is)
      else if (await hasWanted(path, is)) found.push(`${path}/`)
    }
  }
  await visit('', false)
  return found
}
