/** What differs between two states of files: a commit, the index, the work tree. */
import { isDirectory, isErrno, isSymlink } from '@drydock/abi'
import { readFile } from '@drydock/libc'
import { editScript, type Hunk } from '../diffutils/edit-script.ts'
import type { Workspace } from './repository.ts'

export interface FileState {
  readonly oid: string
  readonly mode: string
  /** Of the work tree, where it was read already. */
  readonly bytes?: Uint8Array
}
export type Tree = ReadonlyMap<string, FileState>
export interface Change {
  readonly path: string
  readonly before: FileState | undefined
  readonly after: FileState | undefined
}

const decoder = new TextDecoder()

export async function commitTree(workspace: Workspace, commit: string | undefined): Promise<Tree> {
  const files = new Map<string, FileState>()
  if (commit === undefined) return files
  const walk = async (oid: string, prefix: string): Promise<void> => {
    const { tree } = await workspace.git.readTree({ ...workspace.base, oid })
    for (const entry of tree) {
      if (entry.type === 'tree') await walk(entry.oid, `${prefix}${entry.path}/`)
      else files.set(prefix + entry.path, { oid: entry.oid, mode: entry.mode })
    }
  }
  await walk(commit, '')
  return sorted(files)
}

const sorted = (files: Map<string, FileState>): Tree => new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))

export async function indexTree(workspace: Workspace): Promise<Tree> {
  const { git, base } = workspace
  const files = new Map<string, FileState>()
  await git.walk({
    ...base,
    trees: [git.STAGE()],
    map: async (path, [entry]) => {
      if (path === '.' || !entry || (await entry.type()) === 'tree') return undefined
      files.set(path, { oid: (await entry.oid()) ?? '', mode: (await entry.mode()).toString(8) })
      return undefined
    },
  })
  return sorted(files)
}

/** The state of one file of the work tree; undefined when it is not there. */
export async function workFile(workspace: Workspace, path: string): Promise<FileState | undefined> {
  const full = `${workspace.dir === '/' ? '' : workspace.dir}/${path}`
  try {
    const stat = workspace.sys.lstat(full)
    const link = isSymlink(stat.mode)
    const bytes = link ? new TextEncoder().encode(workspace.sys.readlink(full)) : await readFile(workspace.sys, full)
    const { oid } = await workspace.git.hashBlob({ object: bytes })
    return { oid, mode: link ? '120000' : stat.mode & 0o100 ? '100755' : '100644', bytes }
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/** Files of the work tree that the index knows. */
export async function workTree(workspace: Workspace, index: Tree): Promise<Tree> {
  const files = new Map<string, FileState>()
  for (const path of index.keys()) {
    const state = await workFile(workspace, path)
    if (state) files.set(path, state)
  }
  return files
}

/** Files that nobody has added and nothing ignores; a folder of such files is one path with a slash. */
export async function untracked(workspace: Workspace, index: Tree, whole = false): Promise<string[]> {
  const { sys, git, base } = workspace
  const found: string[] = []
  const tracked = [...index.keys()]
  const walk = async (folder: string): Promise<void> => {
    for (const { name, mode } of [...sys.readdir(`${workspace.dir}/${folder}`)].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = folder + name
      if (path === '.git' || index.has(path)) continue
      if (await git.isIgnored({ ...base, filepath: path })) continue
      if (!isDirectory(mode)) found.push(path)
      else if (whole || tracked.some((each) => each.startsWith(`${path}/`))) await walk(`${path}/`)
      else if (hasFiles(workspace, path)) found.push(`${path}/`)
    }
  }
  await walk('')
  return found
}

function hasFiles({ sys, dir }: Workspace, path: string): boolean {
  return sys
    .readdir(`${dir}/${path}`)
    .some(({ name, mode }) => !isDirectory(mode) || hasFiles({ sys, dir } as Workspace, `${path}/${name}`))
}

export function compare(before: Tree, after: Tree, wanted: (path: string) => boolean = () => true): Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.filter(wanted).flatMap((path): Change[] => {
    const [a, b] = [before.get(path), after.get(path)]
    return a?.oid === b?.oid && a?.mode === b?.mode ? [] : [{ path, before: a, after: b }]
  })
}

/** What is deleted and what is new with the same content are one rename. */
export function withRenames(changes: readonly Change[]): { readonly change: Change; readonly from?: string }[] {
  const gone = changes.filter(({ after }) => !after)
  const used = new Set<Change>()
  const rows = changes.map((change): { change: Change; from?: string } => {
    const fits = (each: Change): boolean => each.before?.oid === change.after?.oid && !used.has(each)
    const source = change.before ? undefined : gone.find(fits)
    if (!source) return { change }
    used.add(source)
    return { change, from: source.path }
  })
  return rows.filter(({ change }) => !used.has(change))
}

/** Whether a path is one of those given, or below one. */
export const among =
  (paths: readonly string[]) =>
  (path: string): boolean =>
    paths.length === 0 ||
    paths.some((each) => each === '.' || path === each || path.startsWith(`${each.replace(/\/$/, '')}/`))

export async function contentOf(workspace: Workspace, state: FileState | undefined): Promise<Uint8Array> {
  if (!state) return new Uint8Array(0)
  return state.bytes ?? (await workspace.git.readBlob({ ...workspace.base, oid: state.oid })).blob
}

const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8000).includes(0)

/** Lines with a mark at the last one where the file has no newline at its end. */
function linesOf(bytes: Uint8Array): string[] {
  const text = decoder.decode(bytes)
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  else lines[lines.length - 1] += '\n\\ No newline at end of file'
  return lines
}

function groups(hunks: readonly Hunk[], around: number): Hunk[][] {
  const found: Hunk[][] = []
  for (const hunk of hunks) {
    const last = found.at(-1)?.at(-1)
    if (last && hunk.aFrom - last.aTo <= 2 * around) found.at(-1)?.push(hunk)
    else found.push([hunk])
  }
  return found
}

const span = (from: number, count: number): string =>
  count === 1 ? String(from + 1) : `${count === 0 ? from : from + 1},${count}`

export interface Colours {
  readonly meta: string
  readonly frag: string
  readonly old: string
  readonly new: string
  readonly reset: string
}

function hunkText(
  a: readonly string[],
  b: readonly string[],
  group: readonly Hunk[],
  around: number,
  colours: Colours,
): string {
  const [first, last] = [group[0], group.at(-1)]
  if (!first || !last) return ''
  const before = Math.min(around, first.aFrom, first.bFrom)
  const after = Math.min(around, a.length - last.aTo, b.length - last.bTo)
  const [aFrom, aTo, bFrom, bTo] = [first.aFrom - before, last.aTo + after, first.bFrom - before, last.bTo + after]
  const head = a.slice(0, aFrom).findLast((line) => /^[A-Za-z_$]/.test(line))
  const at = `@@ -${span(aFrom, aTo - aFrom)} +${span(bFrom, bTo - bFrom)} @@`
  const out = [`${colours.frag}${at}${colours.reset}${head === undefined ? '' : ` ${head.slice(0, 80).trimEnd()}`}`]
  let line = aFrom
  for (const hunk of group) {
    for (; line < hunk.aFrom; line++) out.push(` ${a[line] ?? ''}`)
    for (; line < hunk.aTo; line++) out.push(`${colours.old}-${a[line] ?? ''}${colours.reset}`)
    for (let i = hunk.bFrom; i < hunk.bTo; i++) out.push(`${colours.new}+${b[i] ?? ''}${colours.reset}`)
  }
  for (; line < aTo; line++) out.push(` ${a[line] ?? ''}`)
  return `${out.join('\n')}\n`
}

/** One file of `git diff`. */
export async function patch(workspace: Workspace, change: Change, colours: Colours, around = 3): Promise<string> {
  const { path, before, after } = change
  const [old, fresh] = [await contentOf(workspace, before), await contentOf(workspace, after)]
  const ids = `${(before?.oid ?? '').slice(0, 7).padEnd(7, '0')}..${(after?.oid ?? '').slice(0, 7).padEnd(7, '0')}`
  const head = [`diff --git a/${path} b/${path}`]
  if (!before) head.push(`new file mode ${after?.mode}`)
  else if (!after) head.push(`deleted file mode ${before.mode}`)
  else if (before.mode !== after.mode) head.push(`old mode ${before.mode}`, `new mode ${after.mode}`)
  if (before?.oid === after?.oid) return meta(head, colours)
  head.push(`index ${ids}${before && after && before.mode === after.mode ? ` ${before.mode}` : ''}`)
  if (isBinary(old) || isBinary(fresh))
    return `${meta(head, colours)}Binary files ${before ? `a/${path}` : '/dev/null'} and ${after ? `b/${path}` : '/dev/null'} differ\n`
  const [a, b] = [linesOf(old), linesOf(fresh)]
  if (a.length + b.length > 0)
    head.push(`--- ${before ? `a/${path}` : '/dev/null'}`, `+++ ${after ? `b/${path}` : '/dev/null'}`)
  const hunks = groups(editScript(a, b), around)
  return meta(head, colours) + hunks.map((group) => hunkText(a, b, group, around, colours)).join('')
}

const meta = (lines: readonly string[], { meta: colour, reset }: Colours): string =>
  lines.map((line) => `${colour}${line}${reset}\n`).join('')

/** `--stat`: a line a file, and a sum. */
export async function stat(workspace: Workspace, changes: readonly Change[], width: number): Promise<string> {
  const rows: { name: string; added: number; removed: number; binary: boolean }[] = []
  for (const { path, before, after } of changes) {
    const [old, fresh] = [await contentOf(workspace, before), await contentOf(workspace, after)]
    const binary = isBinary(old) || isBinary(fresh)
    const hunks = binary ? [] : editScript(linesOf(old), linesOf(fresh))
    rows.push({
      name: path,
      binary,
      added: hunks.reduce((sum, each) => sum + each.bTo - each.bFrom, 0),
      removed: hunks.reduce((sum, each) => sum + each.aTo - each.aFrom, 0),
    })
  }
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length))
  const most = Math.max(0, ...rows.map(({ added, removed }) => added + removed))
  const countWidth = Math.max(String(most).length, rows.some(({ binary }) => binary) ? 3 : 0)
  const room = Math.max(10, width - nameWidth - countWidth - 6)
  const scale = (count: number): number =>
    most <= room || count === 0 ? count : Math.max(1, Math.round((count * room) / most))
  const lines = rows.map(({ name, added, removed, binary }) =>
    binary
      ? ` ${name.padEnd(nameWidth)} | ${'Bin'.padStart(countWidth)}`
      : ` ${name.padEnd(nameWidth)} | ${String(added + removed).padStart(countWidth)} ${'+'.repeat(scale(added))}${'-'.repeat(scale(removed))}`.trimEnd(),
  )
  return lines.map((line) => `${line}\n`).join('') + summary(rows)
}

export function summary(rows: readonly { readonly added: number; readonly removed: number }[]): string {
  const [added, removed] = [
    rows.reduce((sum, row) => sum + row.added, 0),
    rows.reduce((sum, row) => sum + row.removed, 0),
  ]
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  const parts = [`${many(rows.length, 'file')} changed`]
  if (added > 0 || removed === 0) parts.push(`${many(added, 'insertion')}(+)`)
  if (removed > 0 || added === 0) parts.push(`${many(removed, 'deletion')}(-)`)
  return rows.length === 0 ? '' : ` ${parts.join(', ')}\n`
}

export async function counts(
  workspace: Workspace,
  changes: readonly Change[],
): Promise<{ added: number; removed: number }[]> {
  const rows: { added: number; removed: number }[] = []
  for (const { before, after } of changes) {
    const hunks = editScript(linesOf(await contentOf(workspace, before)), linesOf(await contentOf(workspace, after)))
    rows.push({
      added: hunks.reduce((sum, each) => sum + each.bTo - each.bFrom, 0),
      removed: hunks.reduce((sum, each) => sum + each.aTo - each.aFrom, 0),
    })
  }
  return rows
}
