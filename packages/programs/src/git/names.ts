/** Names of commits and what leads to them: rev-parse, rev-list, describe, merge-base, name-rev, cherry, shortlog, reflog. */
import { readAll } from '@drydock/libc'
import { globMatcher } from '../text/glob.ts'
import { type GitCommand, short, Words } from './command.ts'
import { chooseCommits, patchKey } from './commits.ts'
import { Fatal } from './fatal.ts'
import { logText, prettyOptions } from './log.ts'
import { newLogOptions, parseLog, takeRevision } from './log-options.ts'
import { type Commit, isTreeMode } from './objects.ts'
import { below, relativePath } from './paths.ts'
import { Pretty, subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { REV_LIST_USAGE } from './rev-list-usage.ts'
import { page } from './terminal.ts'
import { compare, indexTree, treeOf, workTree } from './trees.ts'
import { isAncestor, mergeBases, reachable, walk } from './walk.ts'

const ambiguous = (name: string): Fatal =>
  new Fatal(
    `fatal: ambiguous argument '${name}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  )

type Say = (workspace: Workspace) => Promise<string> | string

const gitdirShown = (workspace: Workspace): string => {
  if (workspace.isBare) return workspace.cwd === workspace.gitdir ? '.' : workspace.gitdir
  return workspace.gitdir === below(workspace.cwd, '.git') ? '.git' : workspace.gitdir
}

const QUESTIONS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['--show-toplevel', (w) => w.dir],
  ['--show-prefix', (w) => w.prefix],
  ['--show-cdup', (w) => (w.prefix === '' ? '' : `${relativePath(w.cwd, w.dir)}/`)],
  ['--git-dir', gitdirShown],
  ['--absolute-git-dir', (w) => w.gitdir],
  ['--git-common-dir', (w) => (w.common === below(w.cwd, '.git') ? '.git' : w.common)],
  ['--is-inside-work-tree', (w) => String(!w.isBare && !w.cwd.startsWith(`${w.gitdir}/`) && w.cwd !== w.gitdir)],
  ['--is-inside-git-dir', (w) => String(w.cwd === w.gitdir || w.cwd.startsWith(`${w.gitdir}/`))],
  ['--is-bare-repository', (w) => String(w.isBare)],
  ['--is-shallow-repository', (w) => String(w.hasState('shallow'))],
  ['--show-object-format', () => 'sha1'],
  ['--show-superproject-working-tree', () => ''],
])
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['--all', 'refs/'],
  ['--branches', 'refs/heads/'],
  ['--tags', 'refs/tags/'],
  ['--remotes', 'refs/remotes/'],
])

export const revParse: GitCommand = async (workspace, argv) => {
  const { io } = workspace
  const flags = new Set(
    argv.filter((word) =>
      ['--verify', '-q', '--quiet', '--symbolic', '--symbolic-full-name', '--revs-only', '--no-revs', '--sq'].includes(
        word,
      ),
    ),
  )
  const quiet = flags.has('-q') || flags.has('--quiet')
  const abbrev = argv.find((word) => word.startsWith('--abbrev-ref'))
  const width = argv.map((word) => /^--short(?:=(\d+))?$/.exec(word)).find(Boolean)
  let seen = 0
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const question = QUESTIONS.get(word)
    if (question) {
      const text = await question(workspace)
      if (word === '--show-superproject-working-tree') continue
      await io.print(`${text}\n`)
    } else if (GROUPS.has(word))
      for (const ref of await workspace.refs.list(GROUPS.get(word)))
        await io.print(`${flags.has('--symbolic') ? ref.name : ref.oid}\n`)
    else if (word === '--git-path') await io.print(`${gitdirShown(workspace)}/${argv[++at] ?? ''}\n`)
    else if (word === '--default') at++
    else if (word === '--') break
    else if (flags.has(word) || word === abbrev || /^--short(=\d+)?$/.test(word)) continue
    else if (word.startsWith('--') && !(await workspace.resolve(word))) {
      if (!flags.has('--revs-only')) await io.print(`${word}\n`)
    } else {
      seen++
      await oneName(workspace, word, { flags, quiet, abbrev, width: width ? Number(width[1] ?? 7) : undefined })
    }
  }
  if (flags.has('--verify') && seen !== 1) {
    if (quiet) return 1
    throw new Fatal('fatal: Needed a single revision')
  }
  return 0
}

interface Showing {
  readonly flags: ReadonlySet<string>
  readonly quiet: boolean
  readonly abbrev: string | undefined
  readonly width: number | undefined
}

async function oneName(workspace: Workspace, word: string, { flags, quiet, abbrev, width }: Showing): Promise<void> {
  const { io } = workspace
  const fail = async (): Promise<Fatal> => {
    if (flags.has('--verify')) return new Fatal(quiet ? '' : 'fatal: Needed a single revision', quiet ? 1 : 128)
    if (!quiet && !flags.has('--revs-only')) await io.print(`${word}\n`)
    return ambiguous(word)
  }
  if (/\.\./.test(word) && !/^\.{1,2}\//.test(word) && !word.includes(':')) {
    const o = newLogOptions()
    if (!(await takeRevision(workspace, o, word))) throw await fail()
    for (const oid of o.starts.slice(o.left.length === 0 ? -1 : 0)) await io.print(`${oid}\n`)
    for (const oid of o.without) await io.print(`^${oid}\n`)
    return
  }
  if (abbrev !== undefined || flags.has('--symbolic') || flags.has('--symbolic-full-name')) {
    const full = await fullName(workspace, word)
    if (full === undefined && !(await workspace.resolve(word))) throw await fail()
    const shown = flags.has('--symbolic')
      ? word
      : full === undefined
        ? ''
        : flags.has('--symbolic-full-name')
          ? full
          : full.replace(/^refs\/(heads|tags|remotes)\//, '')
    if (shown !== '') await io.print(`${shown}\n`)
    return
  }
  const negative = word.startsWith('^')
  const oid = await workspace.revisions.find(negative ? word.slice(1) : word)
  if (!oid) {
    if (!flags.has('--verify') && workspace.exists(workspace.absolute(word))) return void (await io.print(`${word}\n`))
    throw await fail()
  }
  await io.print(`${negative ? '^' : ''}${width === undefined ? oid : oid.slice(0, width)}\n`)
}

async function fullName(workspace: Workspace, word: string): Promise<string | undefined> {
  const [, before, what] = /^(.*)@\{(u|upstream|push)\}$/i.exec(word) ?? []
  if (what !== undefined) return workspace.revisions.requireUpstream(before ?? '')
  const branch = await workspace.revisions.branchName(word)
  const ref = await workspace.revisions.ref(branch ?? (word === '@' ? 'HEAD' : word))
  return ref === undefined ? undefined : workspace.refs.target(ref)
}

export const revList: GitCommand = async (workspace, argv) => {
  const own = new Set<string>()
  const o = await parseLog(workspace, 'rev-list', argv, (word) => {
    if (!['--count', '--objects', '--quiet', '--no-object-names', '--header', '--no-commit-header'].includes(word))
      return 0
    own.add(word)
    return 1
  })
  if (o.starts.length === 0 && o.without.length === 0 && !o.all) throw new Fatal(REV_LIST_USAGE, 129)
  const { commits, marks } = await chooseCommits(workspace, o)
  if (own.has('--quiet')) return 0
  if (own.has('--count')) {
    const left = commits.filter(({ oid }) => marks.get(oid) === '<').length
    await workspace.io.print(o.leftRight ? `${left}\t${commits.length - left}\n` : `${commits.length}\n`)
    return 0
  }
  const formatted = argv.some((word) => /^--(pretty|format|oneline)/.test(word))
  const pretty = new Pretty(workspace, { ...prettyOptions(workspace, o), coloured: false })
  let out = ''
  for (const commit of commits) {
    const id = o.abbrevCommit ? short(commit.oid) : commit.oid
    const mark = o.leftRight ? (marks.get(commit.oid) ?? '>') : ''
    const parents = o.parents ? commit.parents.map((each) => ` ${o.abbrevCommit ? short(each) : each}`).join('') : ''
    if (!formatted) out += `${mark}${id}${parents}\n`
    else if (pretty.isOneline) out += `${mark}${id}${parents} ${subjectOf(commit.message)}\n`
    else out += `commit ${mark}${id}${parents}\n${pretty.text(commit, { names: [] })}\n`
  }
  if (own.has('--objects')) out += await objectsText(workspace, commits, o.without, !own.has('--no-object-names'))
  await workspace.io.print(out)
  return 0
}

/** Trees and files that these commits have and those before them have not. */
async function objectsText(
  { objects }: Workspace,
  commits: readonly Commit[],
  without: readonly string[],
  named: boolean,
): Promise<string> {
  const seen = new Set<string>()
  const rows: string[] = []
  const visit = async (oid: string, path: string, says: boolean): Promise<void> => {
    if (seen.has(oid)) return
    seen.add(oid)
    if (says) rows.push(named ? `${oid} ${path}\n` : `${oid}\n`)
    for (const { mode, name, oid: each } of await objects.tree(oid)) {
      const full = path === '' ? name : `${path}/${name}`
      if (isTreeMode(mode)) await visit(each, full, says)
      else if (mode !== '160000' && !seen.has(each)) {
        seen.add(each)
        if (says) rows.push(named ? `${each} ${full}\n` : `${each}\n`)
      }
    }
  }
  for (const oid of without) await visit((await objects.commit(oid)).tree, '', false)
  for (const { tree } of commits) await visit(tree, '', true)
  return rows.join('')
}

export const mergeBase: GitCommand = async (workspace, argv) => {
  const words = new Words('merge-base', argv, {
    flags: ['a', 'all', 'is-ancestor', 'octopus', 'independent', 'fork-point'],
  })
  const oids: string[] = []
  for (const name of words.operands) {
    const oid = await workspace.resolve(name)
    if (!oid) throw new Fatal(`fatal: Not a valid object name ${name}`)
    oids.push(oid)
  }
  const [a = '', b = a] = oids
  if (words.has('is-ancestor')) return (await isAncestor(workspace.objects, a, b)) ? 0 : 1
  if (oids.length < 2) throw new Fatal('usage: git merge-base [-a | --all] <commit> <commit>...', 129)
  const bases = await mergeBases(workspace.objects, a, b)
  await workspace.io.print((words.has('a', 'all') ? bases : bases.slice(0, 1)).map((oid) => `${oid}\n`).join(''))
  return bases.length > 0 ? 0 : 1
}

interface Tagged {
  readonly name: string
  readonly annotated: boolean
}

/** Names by the commits they stand for; of several the annotated first. */
async function tagged(workspace: Workspace, words: Words): Promise<Map<string, Tagged>> {
  const found = new Map<string, Tagged>()
  const match = words.all('match').map((each) => globMatcher(each))
  const exclude = words.all('exclude').map((each) => globMatcher(each))
  const all = words.has('all')
  for (const { name, oid } of await workspace.refs.list(all ? 'refs/' : 'refs/tags/')) {
    const bare = name.replace(/^refs\/tags\//, '')
    if ((match.length > 0 && !match.some((each) => each(bare))) || exclude.some((each) => each(bare))) continue
    const peeled = await workspace.objects.peel(oid)
    const annotated = peeled !== oid
    const known = found.get(peeled)
    if (!known || (annotated && !known.annotated))
      found.set(peeled, { name: all ? name.replace('refs/', '') : bare, annotated })
  }
  return found
}

export const describe: GitCommand = async (workspace, argv) => {
  const words = new Words('describe', argv, {
    values: ['match', 'exclude', 'candidates', 'abbrev'],
    flags: ['tags', 'always', 'all', 'dirty', 'long', 'exact-match', 'contains', 'first-parent', 'broken', 'debug'],
  })
  const dirty =
    words.has('dirty') &&
    compare(await indexTree(workspace), await workTree(workspace)).length +
      compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace)).length >
      0
  const suffix = dirty ? words.get('dirty') || '-dirty' : ''
  for (const given of words.operands.length > 0 ? words.operands : ['HEAD']) {
    const head = await workspace.resolve(given)
    const names = await tagged(workspace, words)
    if (!head)
      throw new Fatal(
        given === 'HEAD'
          ? 'fatal: No names found, cannot describe anything.'
          : `fatal: Not a valid object name ${given}`,
      )
    if (words.has('contains')) await workspace.io.print(`${(await nameFrom(workspace, head, true)) ?? ''}\n`)
    else await workspace.io.print(`${await described(workspace, words, head, names)}${suffix}\n`)
  }
  return 0
}

async function described(
  workspace: Workspace,
  words: Words,
  head: string,
  names: ReadonlyMap<string, Tagged>,
): Promise<string> {
  const usable = (tag: Tagged | undefined): tag is Tagged =>
    tag !== undefined && (tag.annotated || words.has('tags', 'all'))
  const abbrev = Number(words.get('abbrev') ?? 7)
  const id = head.slice(0, Math.max(4, abbrev))
  const own = names.get(head)
  if (usable(own)) return words.has('long') ? `${own.name}-0-g${id}` : own.name
  if (words.has('exact-match')) throw new Fatal(`fatal: no tag exactly matches '${head}'`)
  const commits = await walk(workspace.objects, { starts: [head], firstParent: words.has('first-parent') })
  const found = commits.find(({ oid }) => usable(names.get(oid)))
  const tag = found && names.get(found.oid)
  if (found && tag) {
    const below = await reachable(workspace.objects, [found.oid])
    return abbrev === 0 ? tag.name : `${tag.name}-${commits.filter(({ oid }) => !below.has(oid)).length}-g${id}`
  }
  if (words.has('always')) return id
  if (names.size > 0 && commits.some(({ oid }) => names.has(oid)))
    throw new Fatal(
      `fatal: No annotated tags can describe '${head}'.\nHowever, there were unannotated tags: try --tags.`,
    )
  throw new Fatal(
    names.size > 0
      ? `fatal: No tags can describe '${head}'.\nTry --always, or create some tags.`
      : 'fatal: No names found, cannot describe anything.',
  )
}

/** `tags/v1~2`: how to get there from a name. */
async function nameFrom(workspace: Workspace, oid: string, tagsOnly: boolean): Promise<string | undefined> {
  let best: { text: string; steps: number; order: number } | undefined
  for (const ref of await workspace.refs.list(tagsOnly ? 'refs/tags/' : 'refs/')) {
    const start = await workspace.objects.peel(ref.oid)
    const name = ref.name.startsWith('refs/tags/')
      ? tagsOnly
        ? ref.name.slice(10)
        : ref.name.slice(5)
      : ref.name.replace(/^refs\/(heads\/)?/, '')
    const order = ref.name.startsWith('refs/tags/') ? 0 : 1
    let at: string | undefined = start
    for (let steps = 0; at !== undefined; steps++) {
      if (at === oid) {
        const peeled = steps === 0 && start !== ref.oid ? '^0' : ''
        if (!best || order < best.order || (order === best.order && steps < best.steps))
          best = { text: steps === 0 ? `${name}${peeled}` : `${name}~${steps}`, steps, order }
        break
      }
      at = (await workspace.objects.findCommit(at))?.parents[0]
    }
  }
  return best?.text
}

export const nameRev: GitCommand = async (workspace, argv) => {
  const words = new Words('name-rev', argv, {
    values: ['refs', 'exclude'],
    flags: ['tags', 'name-only', 'all', 'always'],
  })
  for (const given of words.operands) {
    const oid = await workspace.resolve(given)
    if (!oid) throw new Fatal(`Could not get sha1 for ${given}. Skipping.`, 0)
    const name = (await nameFrom(workspace, oid, words.has('tags'))) ?? 'undefined'
    await workspace.io.print(words.has('name-only') ? `${name}\n` : `${given} ${name}\n`)
  }
  return 0
}

export const cherry: GitCommand = async (workspace, argv) => {
  const words = new Words('cherry', argv, { values: ['abbrev'], flags: ['v', 'verbose'] })
  const [up, head = 'HEAD', limit] = words.operands
  const branch = await workspace.currentBranch()
  const upstream = up ?? (branch === undefined ? undefined : await workspace.revisions.upstream(branch))
  if (upstream === undefined)
    throw new Fatal('Could not find a tracked remote branch, please specify <upstream> manually.', 129)
  const [theirs, ours] = [await workspace.resolve(upstream), await workspace.resolve(head)]
  if (!theirs || !ours) throw new Fatal(`fatal: unknown commit ${theirs ? head : upstream}`)
  const known = new Set<string>()
  for (const commit of await walk(workspace.objects, { starts: [theirs], without: [ours] }))
    known.add(await patchKey(workspace, commit))
  const without = limit === undefined ? [theirs] : [theirs, (await workspace.resolve(limit)) ?? theirs]
  for (const commit of (await walk(workspace.objects, { starts: [ours], without })).reverse()) {
    if (commit.parents.length > 1) continue
    const sign = known.has(await patchKey(workspace, commit)) ? '-' : '+'
    await workspace.io.print(
      `${sign} ${commit.oid}${words.has('v', 'verbose') ? ` ${subjectOf(commit.message)}` : ''}\n`,
    )
  }
  return 0
}

export const shortlog: GitCommand = async (workspace, argv) => {
  const own = new Set<string>()
  const given = argv.flatMap((word) =>
    /^-[snec]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word],
  )
  const o = await parseLog(workspace, 'shortlog', given, (word) => {
    const name = {
      '-s': 's',
      '--summary': 's',
      '-n': 'n',
      '--numbered': 'n',
      '-e': 'e',
      '--email': 'e',
      '-c': 'c',
      '--committer': 'c',
    }[word]
    if (name === undefined) return 0
    own.add(name)
    return 1
  })
  const { isTerminal } = await import('../text/terminal.ts')
  if (o.starts.length === 0 && !o.all) {
    // Without a revision it reads a log from where no terminal is.
    if (!isTerminal(workspace.sys, 0)) return shortlogOf(workspace, await groupsFromLog(workspace, own), own)
    const head = await workspace.head()
    if (head) o.starts.push(head)
  }
  const groups = new Map<string, string[]>()
  for (const { author, committer, message } of (await chooseCommits(workspace, o)).commits) {
    const who = own.has('c') ? committer : author
    const name = own.has('e') ? `${who.name} <${who.email}>` : who.name
    groups.set(name, [subjectOf(message), ...(groups.get(name) ?? [])])
  }
  return shortlogOf(workspace, groups, own)
}

async function groupsFromLog(workspace: Workspace, own: ReadonlySet<string>): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>()
  for (const entry of new TextDecoder().decode(await readAll(workspace.sys, 0)).split(/^commit [0-9a-f]{40}.*$/m)) {
    const [, name, email] = /^Author:\s*(.*?) <(.*)>$/m.exec(entry) ?? []
    const subject = /\n\n {4}(.*)/.exec(entry)?.[1]
    if (name === undefined) continue
    const key = own.has('e') ? `${name} <${email}>` : name
    groups.set(key, [subject ?? '<none>', ...(groups.get(key) ?? [])])
  }
  return groups
}

async function shortlogOf(
  workspace: Workspace,
  groups: ReadonlyMap<string, readonly string[]>,
  own: ReadonlySet<string>,
): Promise<number> {
  const rows = [...groups].sort(([a, x], [b, y]) =>
    own.has('n') && x.length !== y.length ? y.length - x.length : a < b ? -1 : 1,
  )
  const text = rows.map(([name, subjects]) =>
    own.has('s')
      ? `${String(subjects.length).padStart(6)}\t${name}\n`
      : `${name} (${subjects.length}):\n${subjects.map((each) => `      ${each}\n`).join('')}\n`,
  )
  await page(workspace, text.join(''))
  return 0
}

export const reflog: GitCommand = async (workspace, argv) => {
  const [verb, ...rest] = argv
  if (verb === 'exists')
    return workspace.refs.hasLog((await workspace.revisions.ref(rest[0] ?? '')) ?? rest[0] ?? '') ? 0 : 1
  if (verb === 'expire') {
    const all = rest.includes('--all')
    const names = all
      ? ['HEAD', ...(await workspace.refs.list()).map(({ name }) => name)]
      : await Promise.all(
          rest
            .filter((word) => !word.startsWith('-'))
            .map(async (word) => (await workspace.revisions.ref(word)) ?? word),
        )
    const now = rest.some((word) => /^--expire(-unreachable)?=(now|all)$/.test(word))
    if (now) for (const name of names) if (workspace.refs.hasLog(name)) await workspace.refs.writeLog(name, [])
    return 0
  }
  if (verb === 'delete') {
    for (const word of rest.filter((each) => !each.startsWith('-'))) {
      const [, name = '', at = '0'] = /^(.*)@\{(\d+)\}$/.exec(word) ?? []
      const ref = (await workspace.revisions.ref(name)) ?? name
      await workspace.refs.writeLog(
        ref,
        (await workspace.refs.log(ref)).filter((_, each) => each !== Number(at)),
      )
    }
    return 0
  }
  const words = verb === 'show' ? rest : argv
  const o = await parseLog(workspace, 'reflog', ['--format=oneline', '--abbrev-commit', ...words], () => 0)
  if (!words.some((word) => /^--(pretty|format)/.test(word))) {
    o.format = 'oneline'
    o.terminated = true
  }
  o.walkReflogs = true
  if (o.starts.length === 0) {
    const head = await workspace.head()
    if (!head)
      throw new Fatal(`fatal: your current branch '${await workspace.currentBranch()}' does not have any commits yet`)
    o.starts.push(head)
  }
  await page(workspace, await logText(workspace, o))
  return 0
}
