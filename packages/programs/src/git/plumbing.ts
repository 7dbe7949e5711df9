/** Small commands that show and make single objects. */
import { readAll, readFile } from '@drydock/libc'
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { Ignore } from './ignore.ts'
import {
  isTreeMode,
  type Kind,
  kindOfMode,
  NO_OID,
  objectId,
  printPerson,
  type TreeEntry,
  printTree,
} from './objects.ts'
import { isDirectoryAt, quotedPath } from './paths.ts'
import { among, pathspecs } from './pathspec.ts'
import type { Workspace } from './repository.ts'
import { cleaned } from './terminal.ts'
import { indexTree, untracked, workFile, writeTree } from './trees.ts'
import { missingPath } from './revision.ts'
import { reachable } from './walk.ts'

const decoder = new TextDecoder()

const treeLine = ({ mode, oid, name }: TreeEntry, shown = name, size?: string): string =>
  `${mode} ${kindOfMode(mode)} ${oid}${size === undefined ? '' : ` ${size.padStart(7)}`}\t${quotedPath(shown)}\n`

async function find(workspace: Workspace, name: string): Promise<string> {
  const oid = await workspace.revisions.find(name)
  if (oid) return oid
  if (/^[^:]+:./.test(name)) throw await missingPath(workspace, name)
  throw new Fatal(`fatal: Not a valid object name ${name}`)
}

export const catFile: GitCommand = async (workspace, argv) => {
  const words = new Words('cat-file', argv, {
    flags: [
      'p',
      't',
      's',
      'e',
      'batch',
      'batch-check',
      'batch-all-objects',
      'textconv',
      'filters',
      'follow-symlinks',
      'buffer',
    ],
    usage: 'usage: git cat-file <type> <object>',
  })
  if (words.has('batch', 'batch-check')) return batch(workspace, words)
  const [kind, name = kind ?? ''] = words.operands
  if (words.has('e'))
    return (await workspace.revisions.find(name))
      ? 0
      : /:/.test(name)
        ? Promise.reject(await missingPath(workspace, name))
        : 1
  const object = await workspace.objects.read(await find(workspace, name))
  if (!object) throw new Fatal(`fatal: git cat-file: could not get object info`)
  const { io } = workspace
  if (words.has('t')) await io.print(`${object.kind}\n`)
  else if (words.has('s')) await io.print(`${object.bytes.length}\n`)
  else if (words.has('p') && object.kind === 'tree')
    for (const entry of await workspace.objects.tree(await find(workspace, name))) await io.print(treeLine(entry))
  else if (words.has('p')) await io.print(object.bytes)
  else {
    const wanted =
      kind === 'commit' || kind === 'tree'
        ? await workspace.revisions.find(`${name}^{${kind}}`)
        : kind === object.kind
          ? name
          : undefined
    const other = wanted === undefined ? undefined : await workspace.objects.read(await find(workspace, wanted))
    if (!other) throw new Fatal(`fatal: git cat-file ${name}: bad file`)
    await io.print(other.bytes)
  }
  return 0
}

async function batch(workspace: Workspace, words: Words): Promise<number> {
  const format = words.get('batch', 'batch-check') || '%(objectname) %(objecttype) %(objectsize)'
  const names = words.has('batch-all-objects')
    ? workspace.objects.looseIds()
    : decoder
        .decode(await readAll(workspace.sys, 0))
        .split('\n')
        .filter(Boolean)
  for (const name of names) {
    const oid = await workspace.revisions.find(name)
    const object = oid === undefined ? undefined : await workspace.objects.read(oid)
    if (!oid || !object) {
      await workspace.io.print(`${name} missing\n`)
      continue
    }
    const fields: Readonly<Record<string, string>> = {
      objectname: oid,
      objecttype: object.kind,
      objectsize: String(object.bytes.length),
      rest: '',
    }
    await workspace.io.print(`${format.replace(/%\((\w+)[^)]*\)/g, (_, field: string) => fields[field] ?? '')}\n`)
    if (words.has('batch')) {
      await workspace.io.print(object.bytes)
      await workspace.io.print('\n')
    }
  }
  return 0
}

export const hashObject: GitCommand = async (workspace, argv) => {
  const words = new Words('hash-object', argv, {
    values: ['t', 'path'],
    flags: ['w', 'stdin', 'stdin-paths', 'no-filters', 'literally'],
  })
  const kind = (words.get('t') ?? 'blob') as Kind
  const sources = words.has('stdin') ? [await readAll(workspace.sys, 0)] : []
  for (const path of words.rest) {
    if (!workspace.exists(workspace.absolute(path)))
      throw new Fatal(`fatal: could not open '${path}' for reading: No such file or directory`)
    sources.push(await readFile(workspace.sys, workspace.absolute(path)))
  }
  for (const bytes of sources)
    await workspace.io.print(`${words.has('w') ? await workspace.objects.write(kind, bytes) : objectId(kind, bytes)}\n`)
  return 0
}

export const lsTree: GitCommand = async (workspace, argv) => {
  const words = new Words('ls-tree', argv, {
    values: ['format'],
    flags: [
      'r',
      't',
      'd',
      'l',
      'long',
      'z',
      'name-only',
      'name-status',
      'object-only',
      'full-name',
      'full-tree',
      'abbrev',
    ],
    usage: 'usage: git ls-tree [<options>] <tree-ish> [<path>...]',
  })
  const [name, ...given] = words.rest
  if (name === undefined) throw new Fatal('usage: git ls-tree [<options>] <tree-ish> [<path>...]', 129)
  const oid =
    (await workspace.revisions.find(`${name}^{tree}`).catch(() => undefined)) ?? (await workspace.revisions.find(name))
  if (!oid) throw new Fatal(`fatal: Not a valid object name ${name}`)
  const paths = given.map((path) => workspace.inside(path) + (path.endsWith('/') ? '/' : ''))
  const prefix = words.has('full-tree') || paths.length > 0 ? '' : workspace.prefix
  let out = ''
  const visit = async (tree: string, folder: string): Promise<void> => {
    for (const entry of await workspace.objects.tree(tree)) {
      const path = folder + entry.name
      const isTree = isTreeMode(entry.mode)
      const leads = paths.some((each) => each.startsWith(`${path}/`)) || prefix.startsWith(`${path}/`)
      const wanted =
        paths.length > 0
          ? paths.some((each) => path === each || path.startsWith(each.endsWith('/') ? each : `${each}/`))
          : path.startsWith(prefix)
      const enters = isTree && (leads || (words.has('r') && wanted))
      if (wanted && (!enters || words.has('t')) && (!words.has('d') || isTree)) out += await row(entry, path)
      if (enters) await visit(entry.oid, `${path}/`)
    }
  }
  const row = async (entry: TreeEntry, path: string): Promise<string> => {
    const shown = words.has('full-name', 'full-tree') ? path : workspace.isBare ? path : workspace.shown(path)
    if (words.has('name-only', 'name-status')) return `${quotedPath(shown)}${words.has('z') ? '\0' : '\n'}`
    if (words.has('object-only')) return `${entry.oid}\n`
    const size = words.has('l', 'long')
      ? isTreeMode(entry.mode)
        ? '-'
        : String((await workspace.objects.blob(entry.oid)).length)
      : undefined
    const line = treeLine(
      words.has('abbrev') ? { ...entry, oid: entry.oid.slice(0, Number(words.get('abbrev')) || 7) } : entry,
      shown,
      size,
    )
    return words.has('z') ? `${line.slice(0, -1)}\0` : line
  }
  await visit(oid, '')
  await workspace.io.print(out)
  return 0
}

export const lsFiles: GitCommand = async (workspace, argv) => {
  const words = new Words('ls-files', argv, {
    values: ['x', 'exclude', 'X', 'exclude-from'],
    flags: [
      's',
      'stage',
      'o',
      'others',
      'm',
      'modified',
      'd',
      'deleted',
      'c',
      'cached',
      'u',
      'unmerged',
      'i',
      'ignored',
      'exclude-standard',
      'z',
      't',
      'v',
      'error-unmatch',
      'full-name',
      'deduplicate',
      'directory',
      'no-empty-directory',
      'k',
      'killed',
      'abbrev',
      'eol',
    ],
    usage: 'usage: git ls-files [<options>] [<file>...]',
  })
  const index = await workspace.index()
  const specs = pathspecs(workspace, words.rest)
  const inside = (path: string): boolean => specs.length > 0 || path.startsWith(workspace.prefix)
  const fits = among(specs)
  const end = words.has('z') ? '\0' : '\n'
  const show = (path: string): string =>
    words.has('full-name') ? path : words.has('z') ? workspace.shown(path) : quotedPath(workspace.shown(path))
  const rows: string[] = []
  if (words.has('o', 'others')) {
    const found = words.has('i', 'ignored')
      ? await untracked(workspace, { ignored: true, whole: !words.has('directory') })
      : await untracked(workspace, {
          whole: !words.has('directory'),
          everything: !words.has('exclude-standard') && words.all('x', 'exclude').length === 0,
        })
    for (const path of found) if (fits(path) && inside(path)) rows.push(`${words.has('t') ? '? ' : ''}${show(path)}`)
  }
  const plain =
    !words.has('o', 'others', 'm', 'modified', 'd', 'deleted', 'u', 'unmerged', 's', 'stage') ||
    words.has('c', 'cached')
  const ignore = words.has('i', 'ignored') ? await Ignore.open(workspace, words.all('x', 'exclude')) : undefined
  const tracked: string[] = []
  for (const entry of index.all()) {
    if (!fits(entry.path) || !inside(entry.path)) continue
    tracked.push(entry.path)
    if (ignore && !(await ignore.ignores(entry.path, false))) continue
    const letter = words.has('t', 'v') ? (entry.stage > 0 ? 'M ' : 'H ') : ''
    if (words.has('u', 'unmerged', 's', 'stage')) {
      if (!words.has('u', 'unmerged') || entry.stage > 0)
        rows.push(`${letter}${entry.mode} ${entry.oid} ${entry.stage}\t${show(entry.path)}`)
      continue
    }
    if (plain) rows.push(letter + show(entry.path))
    if (!words.has('m', 'modified', 'd', 'deleted')) continue
    const state = await workFile(workspace, entry.path, entry)
    if (words.has('d', 'deleted') && !state) rows.push(`${words.has('t') ? 'R ' : ''}${show(entry.path)}`)
    if (words.has('m', 'modified') && (state?.oid !== entry.oid || state.mode !== entry.mode))
      rows.push(`${words.has('t') ? 'C ' : ''}${show(entry.path)}`)
  }
  await workspace.io.print((words.has('deduplicate') ? [...new Set(rows)] : rows).map((row) => row + end).join(''))
  if (words.has('error-unmatch'))
    for (const spec of specs)
      if (!tracked.some(spec.matches))
        throw new Fatal(
          `error: pathspec '${spec.given}' did not match any file(s) known to git\nDid you forget to 'git add'?`,
          1,
        )
  return 0
}

export const writeTreeCommand: GitCommand = async (workspace) => {
  await workspace.io.print(`${await writeTree(workspace.objects, await indexTree(workspace))}\n`)
  return 0
}

export const commitTree: GitCommand = async (workspace, argv) => {
  const words = new Words('commit-tree', argv, { values: ['p', 'm', 'F'] })
  const tree = await workspace.revisions.find(`${words.operands[0] ?? ''}^{tree}`)
  if (!tree) throw new Fatal(`fatal: not a valid object name ${words.operands[0] ?? ''}`)
  const parents: string[] = []
  for (const name of words.all('p')) parents.push(await find(workspace, name))
  const message = words.has('m')
    ? cleaned(words.all('m').join('\n\n'))
    : decoder.decode(await readAll(workspace.sys, 0))
  await workspace.io.print(
    `${await workspace.objects.writeCommit({ tree, parents, author: await workspace.identity('AUTHOR'), committer: await workspace.identity('COMMITTER'), message })}\n`,
  )
  return 0
}

export const mktree: GitCommand = async (workspace) => {
  const rows = decoder
    .decode(await readAll(workspace.sys, 0))
    .split('\n')
    .filter(Boolean)
  const entries = rows.flatMap((row): TreeEntry[] => {
    const [, mode, oid, name] = /^(\d+) \w+ ([0-9a-f]{40})\t(.*)$/.exec(row) ?? []
    return mode && oid && name !== undefined ? [{ mode, oid, name }] : []
  })
  await workspace.io.print(`${await workspace.objects.write('tree', printTree(entries))}\n`)
  return 0
}

export const updateIndex: GitCommand = async (workspace, argv) => {
  const index = await workspace.index()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--cacheinfo') {
      const [mode = '', oid = '', ...path] = (argv[++at] ?? '').split(',')
      if (path.length > 0) index.set(path.join(','), oid, mode.padStart(6, '0'))
      else index.set(argv[at + 2] ?? '', argv[at + 1] ?? '', mode.padStart(6, '0'))
      if (path.length === 0) at += 2
    } else if (word === '--chmod=+x' || word === '--chmod=-x') {
      const path = workspace.inside(argv[++at] ?? '')
      const entry = index.get(path)
      if (entry) index.set(path, entry.oid, word === '--chmod=+x' ? '100755' : '100644')
    } else if (word === '--force-remove') index.remove(workspace.inside(argv[++at] ?? ''))
    else if (!word.startsWith('-')) {
      const path = workspace.inside(word)
      const state = await workFile(workspace, path)
      if (!state && !argv.includes('--remove'))
        throw new Fatal(`error: ${word}: does not exist and --remove not passed\nfatal: Unable to process path ${word}`)
      if (!index.get(path) && !argv.includes('--add'))
        throw new Fatal(
          `error: ${word}: cannot add to the index - missing --add option?\nfatal: Unable to process path ${word}`,
        )
      if (state?.bytes) await workspace.objects.write('blob', state.bytes)
      if (state) index.set(path, state.oid, state.mode)
      else index.remove(path)
    }
  }
  await index.save()
  return 0
}

export const countObjects: GitCommand = async (workspace, argv) => {
  const ids = workspace.objects.looseIds()
  const blocks = ids.reduce(
    (sum, oid) =>
      sum +
      Math.ceil(workspace.sys.stat(`${workspace.objects.folder}/${oid.slice(0, 2)}/${oid.slice(2)}`).size / 4096) * 4,
    0,
  )
  await workspace.io.print(
    argv.some((word) => word.startsWith('-v'))
      ? `count: ${ids.length}\nsize: ${blocks}\nin-pack: 0\npacks: 0\nsize-pack: 0\nprune-packable: 0\ngarbage: 0\nsize-garbage: 0\n`
      : `${ids.length} objects, ${blocks} kilobytes\n`,
  )
  return 0
}

/** Objects that nothing leads to. */
export const fsck: GitCommand = async (workspace, argv) => {
  const { objects, refs } = workspace
  const tips = [
    ...(await refs.list()).map(({ oid }) => oid),
    ...((await workspace.head()) ? [(await workspace.head()) ?? ''] : []),
  ]
  const logs = argv.includes('--no-reflogs')
    ? []
    : (await Promise.all(['HEAD', ...(await refs.list()).map(({ name }) => name)].map((name) => refs.log(name))))
        .flat()
        .flatMap(({ before, after }) => [before, after])
        .filter((oid) => oid !== NO_OID)
  const known = new Set<string>()
  const visitTree = async (oid: string): Promise<void> => {
    if (known.has(oid)) return
    known.add(oid)
    for (const entry of await objects.tree(oid))
      await (isTreeMode(entry.mode) ? visitTree(entry.oid) : known.add(entry.oid))
  }
  const visit = async (starts: readonly string[]): Promise<void> => {
    for (const tip of starts) {
      known.add(tip)
      for (const oid of await reachable(objects, [await objects.peel(tip)])) {
        known.add(oid)
        await visitTree((await objects.commit(oid)).tree)
      }
    }
  }
  await visit([...tips, ...logs])
  for (const { oid } of (await workspace.index()).all()) known.add(oid)
  const lost = objects.looseIds().filter((oid) => !known.has(oid))
  const inner = new Set<string>()
  for (const oid of lost) {
    const commit = await objects.findCommit(oid)
    for (const each of commit
      ? [commit.tree, ...commit.parents]
      : (await objects.kind(oid)) === 'tree'
        ? (await objects.tree(oid)).map((entry) => entry.oid)
        : [])
      inner.add(each)
  }
  for (const oid of lost)
    if (!inner.has(oid) || argv.includes('--unreachable'))
      await workspace.io.print(
        `${argv.includes('--unreachable') ? 'unreachable' : 'dangling'} ${await objects.kind(oid)} ${oid}\n`,
      )
  return 0
}

export const checkIgnore: GitCommand = async (workspace, argv) => {
  const words = new Words('check-ignore', argv, {
    flags: ['v', 'verbose', 'n', 'non-matching', 'q', 'quiet', 'stdin', 'z', 'no-index'],
  })
  const ignore = await Ignore.open(workspace)
  const index = await workspace.index()
  const paths = words.has('stdin')
    ? decoder
        .decode(await readAll(workspace.sys, 0))
        .split('\n')
        .filter(Boolean)
    : words.rest
  if (paths.length === 0) throw new Fatal('fatal: no path specified')
  let found = 0
  for (const given of paths) {
    const path = workspace.inside(given)
    const rule =
      index.knows(path) && !words.has('no-index')
        ? undefined
        : await ignore.rule(path, isDirectoryAt(workspace.sys, workspace.absolute(given)))
    const hit = rule !== undefined && (!rule.negated || words.has('v', 'verbose'))
    if (rule && !rule.negated) found++
    else if (hit) found++
    if (words.has('q', 'quiet')) continue
    if (hit)
      await workspace.io.print(
        words.has('v', 'verbose') ? `${rule.source}:${rule.line}:${rule.pattern}\t${given}\n` : `${given}\n`,
      )
    else if (words.has('n', 'non-matching')) await workspace.io.print(`::\t${given}\n`)
  }
  return found > 0 ? 0 : 1
}

export const variable: GitCommand = async (workspace, argv) => {
  const { editorOf } = await import('./terminal.ts')
  const rows: Readonly<Record<string, () => Promise<string>>> = {
    GIT_AUTHOR_IDENT: async () => printPerson(await workspace.identity('AUTHOR')),
    GIT_COMMITTER_IDENT: async () => printPerson(await workspace.identity('COMMITTER')),
    GIT_EDITOR: () => editorOf(workspace),
    GIT_PAGER: async () => workspace.process.env.get('GIT_PAGER') ?? 'less',
    GIT_DEFAULT_BRANCH: async () => (await workspace.config.get('init.defaultbranch')) ?? 'master',
  }
  const read = rows[argv[0] ?? '']
  if (!read) throw new Fatal('usage: git var (-l | <variable>)', 129)
  await workspace.io.print(`${await read()}\n`)
  return 0
}

/** git gc packs nothing here: loose objects are read as fast. */
export const gc: GitCommand = async (workspace) => {
  await workspace.refs.pack((oid) => workspace.objects.peel(oid))
  return 0
}
