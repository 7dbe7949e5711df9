/** Commands that show history and differences: log, show, diff. */
import { among, type Change, commitTree, compare, indexTree, patch, stat, workTree } from './changes.ts'
import { ago, coloursFor, type GitCommand, gitDate, isoDate, page, paint, widthOf, Words } from './command.ts'
import { resolved } from './record.ts'
import { Fatal, type Workspace } from './repository.ts'

type Entry = Awaited<ReturnType<Workspace['git']['log']>>[number]

/** Names of branches and tags at a commit, as --decorate shows them. */
async function decorations(workspace: Workspace): Promise<Map<string, string[]>> {
  const { git, base } = workspace
  const names = new Map<string, string[]>()
  const put = (oid: string | undefined, name: string): void => {
    if (oid) names.set(oid, [...(names.get(oid) ?? []), name])
  }
  const branch = await workspace.currentBranch()
  const head = await workspace.resolve('HEAD')
  if (branch === undefined) put(head, paint(workspace, '1;36', 'HEAD'))
  else put(head, `${paint(workspace, '1;36', 'HEAD -> ')}${paint(workspace, '1;32', branch)}`)
  for (const tag of await git.listTags({ ...base }))
    put(await workspace.resolve(`refs/tags/${tag}`), paint(workspace, '1;33', `tag: ${tag}`))
  for (const { remote } of await git.listRemotes({ ...base }))
    for (const name of await git.listBranches({ ...base, remote }))
      put(await workspace.resolve(`refs/remotes/${remote}/${name}`), paint(workspace, '1;31', `${remote}/${name}`))
  for (const name of await git.listBranches({ ...base }))
    if (name !== branch) put(await workspace.resolve(`refs/heads/${name}`), paint(workspace, '1;32', name))
  return names
}

const decorated = (workspace: Workspace, names: readonly string[] | undefined): string => {
  if (!names) return ''
  const yellow = (text: string): string => paint(workspace, '33', text)
  return ` ${yellow('(')}${names.join(yellow(', '))}${yellow(')')}`
}

const indented = (message: string): string =>
  message
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n')

function longEntry(workspace: Workspace, { oid, commit }: Entry, names: readonly string[] | undefined): string {
  const merge = commit.parent.length > 1 ? `Merge: ${commit.parent.map((each) => each.slice(0, 7)).join(' ')}\n` : ''
  const { name, email, timestamp, timezoneOffset } = commit.author
  return `${paint(workspace, '33', `commit ${oid}`)}${decorated(workspace, names)}\n${merge}Author: ${name} <${email}>\nDate:   ${gitDate(timestamp, timezoneOffset)}\n\n${indented(commit.message)}\n`
}

/** `--format=`: the placeholders of git-log(1), PRETTY FORMATS, that people use. */
function formatted(
  workspace: Workspace,
  { oid, commit }: Entry,
  format: string,
  names: readonly string[] | undefined,
): string {
  const { author, committer, message, parent, tree } = commit
  const [subject = '', ...body] = message.trimEnd().split('\n')
  const now = workspace.sys.clock.now() / 1000
  const fields: Readonly<Record<string, string>> = {
    H: oid,
    h: oid.slice(0, 7),
    T: tree,
    t: tree.slice(0, 7),
    P: parent.join(' '),
    p: parent.map((each) => each.slice(0, 7)).join(' '),
    an: author.name,
    ae: author.email,
    ad: gitDate(author.timestamp, author.timezoneOffset),
    ar: ago(now, author.timestamp),
    at: String(author.timestamp),
    ai: isoDate(author.timestamp, author.timezoneOffset),
    as: isoDate(author.timestamp, author.timezoneOffset).slice(0, 10),
    cn: committer.name,
    ce: committer.email,
    cd: gitDate(committer.timestamp, committer.timezoneOffset),
    cr: ago(now, committer.timestamp),
    ct: String(committer.timestamp),
    ci: isoDate(committer.timestamp, committer.timezoneOffset),
    cs: isoDate(committer.timestamp, committer.timezoneOffset).slice(0, 10),
    s: subject,
    b: body.some(Boolean) ? `${body.join('\n').trimStart()}\n` : '',
    B: `${message.trimEnd()}\n`,
    d: decorated(workspace, names),
    D: (names ?? []).join(', '),
    n: '\n',
    '%': '%',
  }
  const colours: Readonly<Record<string, string>> = {
    red: '31',
    green: '32',
    yellow: '33',
    blue: '34',
    magenta: '35',
    cyan: '36',
    reset: '',
  }
  return format
    .replace(/%C(?:\((?:auto,)?([\w ]+)\)|(red|green|blue|reset))/g, (_, a?: string, b?: string) =>
      coloursFor(workspace).reset ? `\x1b[${colours[a ?? b ?? ''] ?? ''}m` : '',
    )
    .replace(
      /%([a-zA-Z]{2}|[a-zA-Z%])/g,
      (found, name: string) =>
        fields[name] ?? (fields[name.charAt(0)] === undefined ? found : fields[name.charAt(0)] + name.slice(1)),
    )
}

const LOG_VALUES = [
  'n',
  'max-count',
  'format',
  'pretty',
  'author',
  'grep',
  'since',
  'until',
  'after',
  'before',
  'skip',
  'date',
  'S',
  'L',
]
const LOG_FLAGS = [
  'oneline',
  'graph',
  'all',
  'decorate',
  'no-decorate',
  'stat',
  'p',
  'patch',
  'reverse',
  'abbrev-commit',
  'name-only',
  'name-status',
  'follow',
  'no-merges',
  'merges',
  'first-parent',
  'shortstat',
  'color',
  'no-color',
  'no-pager',
  's',
  'topo-order',
  'date-order',
  'u',
]

async function history(workspace: Workspace, starts: readonly string[]): Promise<Entry[]> {
  const found = new Map<string, Entry>()
  for (const ref of starts)
    for (const entry of await workspace.git.log({ ...workspace.base, ref })) found.set(entry.oid, entry)
  return starts.length <= 1
    ? [...found.values()]
    : [...found.values()].sort((a, b) => b.commit.committer.timestamp - a.commit.committer.timestamp)
}

async function changesOf(
  workspace: Workspace,
  { oid, commit }: Entry,
  paths: readonly string[] = [],
): Promise<Change[]> {
  return compare(await commitTree(workspace, commit.parent[0]), await commitTree(workspace, oid), among(paths))
}

async function startsOf(
  workspace: Workspace,
  words: Words,
): Promise<{ starts: string[]; without: string[]; paths: string[] }> {
  const { git, base } = workspace
  const starts: string[] = []
  const without: string[] = []
  const paths = words.paths.map((path) => workspace.inside(path))
  for (const word of words.operands) {
    const [from, to] = word.split('..')
    if (word.includes('..')) {
      starts.push(await resolved(workspace, to || 'HEAD'))
      without.push(await resolved(workspace, from || 'HEAD'))
    } else if ((await workspace.resolve(word)) || !workspace.exists(workspace.absolute(word)))
      starts.push(await resolved(workspace, word))
    else paths.push(workspace.inside(word))
  }
  if (words.has('all')) {
    for (const name of await git.listBranches({ ...base })) starts.push(await resolved(workspace, `refs/heads/${name}`))
    for (const { remote } of await git.listRemotes({ ...base }))
      for (const name of await git.listBranches({ ...base, remote }))
        starts.push(await resolved(workspace, `refs/remotes/${remote}/${name}`))
  }
  if (starts.length === 0) {
    const head = await workspace.resolve('HEAD')
    if (!head)
      throw new Fatal(`fatal: your current branch '${await workspace.currentBranch()}' does not have any commits yet`)
    starts.push(head)
  }
  return { starts: [...new Set(starts)], without, paths }
}

export const log: GitCommand = async (workspace, argv) => {
  const words = new Words('log', argv, LOG_VALUES, LOG_FLAGS)
  const { starts, without, paths } = await startsOf(workspace, words)
  const hidden = new Set((without.length > 0 ? await history(workspace, without) : []).map(({ oid }) => oid))
  let entries = (await history(workspace, starts)).filter(({ oid }) => !hidden.has(oid))
  if (words.has('no-merges')) entries = entries.filter(({ commit }) => commit.parent.length < 2)
  const author = words.get('author')
  if (author !== undefined)
    entries = entries.filter(({ commit }) => `${commit.author.name} <${commit.author.email}>`.includes(author))
  const grep = words.get('grep')
  if (grep !== undefined) entries = entries.filter(({ commit }) => commit.message.includes(grep))
  if (paths.length > 0) entries = await touching(workspace, entries, paths)
  const most = words.get('n', 'max-count')
  if (most !== undefined) entries = entries.slice(0, Number(most))
  if (words.has('reverse')) entries.reverse()
  await page(workspace, await logText(workspace, entries, words, paths))
  return 0
}

async function touching(workspace: Workspace, entries: readonly Entry[], paths: readonly string[]): Promise<Entry[]> {
  const kept: Entry[] = []
  for (const entry of entries) if ((await changesOf(workspace, entry, paths)).length > 0) kept.push(entry)
  return kept
}

async function logText(
  workspace: Workspace,
  entries: readonly Entry[],
  words: Words,
  paths: readonly string[],
): Promise<string> {
  const shows = coloursFor(workspace).reset !== '' || words.has('decorate')
  const names = shows && !words.has('no-decorate') ? await decorations(workspace) : new Map<string, string[]>()
  const format = words.get('format') ?? words.get('pretty')
  const oneline = words.has('oneline') || format === 'oneline'
  const graph = words.has('graph') ? graphLines(entries) : undefined
  let out = ''
  for (const [at, entry] of entries.entries()) {
    const decoration = names.get(entry.oid)
    const [subject = ''] = entry.commit.message.split('\n')
    const text = oneline
      ? `${paint(workspace, '33', entry.oid.slice(0, 7))}${decorated(workspace, decoration)} ${subject}\n`
      : format !== undefined && !['medium', 'short', 'full'].includes(format)
        ? `${formatted(workspace, entry, format.replace(/^t?format:/, ''), decoration ?? (/%[dD]/.test(format) ? (await decorations(workspace)).get(entry.oid) : undefined))}\n`
        : longEntry(workspace, entry, decoration)
    const more = await extras(workspace, entry, words, paths)
    const whole = text + (more && !oneline ? `\n${more}` : more)
    const last = at === entries.length - 1
    const gap = oneline || (format !== undefined && !['medium', 'short', 'full'].includes(format)) || last ? '' : '\n'
    out += graph ? graph(at, whole + gap) : whole + gap
  }
  return out
}

async function extras(workspace: Workspace, entry: Entry, words: Words, paths: readonly string[]): Promise<string> {
  if (entry.commit.parent.length > 1) return ''
  if (words.has('stat', 'shortstat')) {
    const text = await stat(workspace, await changesOf(workspace, entry, paths), Math.min(80, widthOf(workspace)))
    return words.has('shortstat') ? `${text.trimEnd().split('\n').at(-1)}\n` : text
  }
  if (words.has('name-only')) return (await changesOf(workspace, entry, paths)).map(({ path }) => `${path}\n`).join('')
  if (words.has('name-status')) return (await changesOf(workspace, entry, paths)).map(nameStatus).join('')
  if (!words.has('p', 'patch', 'u')) return ''
  return patches(workspace, await changesOf(workspace, entry, paths))
}

const nameStatus = ({ path, before, after }: Change): string => `${!before ? 'A' : !after ? 'D' : 'M'}\t${path}\n`

async function patches(workspace: Workspace, changes: readonly Change[], around = 3): Promise<string> {
  let out = ''
  for (const change of changes) out += await patch(workspace, change, coloursFor(workspace), around)
  return out
}

/** Lanes in front of the entries: a star for the commit, a bar for each other line that goes on. */
function graphLines(entries: readonly Entry[]): (at: number, text: string) => string {
  let lanes: string[] = []
  return (at, text) => {
    const entry = entries[at]
    if (!entry) return text
    let lane = lanes.indexOf(entry.oid)
    if (lane < 0) lane = lanes.push(entry.oid) - 1
    const star = lanes.map((_, each) => (each === lane ? '*' : '|')).join(' ')
    const [first, ...others] = entry.commit.parent
    const known = first !== undefined && lanes.some((each, place) => each === first && place !== lane)
    const next = [...lanes]
    if (first === undefined || known) next.splice(lane, 1)
    else next[lane] = first
    const fresh = others.filter((each) => !next.includes(each))
    next.splice(lane + 1, 0, ...fresh)
    const bars = (count: number): string => Array.from({ length: count }, () => '|').join(' ')
    const after =
      fresh.length > 0 ? `${bars(lane + 1)}\\\n`.padStart(0) : known ? `${bars(lane)}${lane > 0 ? '/' : ''}\n` : ''
    const rest = bars(Math.max(lanes.length, next.length - (known ? 0 : 0)))
    const lines = text.replace(/\n$/, '').split('\n')
    const body = lines.map((line, row) => `${row === 0 ? star : rest} ${line}`.trimEnd()).join('\n')
    lanes = next
    return `${body}\n${after}`
  }
}

export const show: GitCommand = async (workspace, argv) => {
  const words = new Words('show', argv, LOG_VALUES, LOG_FLAGS)
  let out = ''
  for (const name of words.operands.length > 0 ? words.operands : ['HEAD']) {
    const [, commitish, path] = /^([^:]*):(.+)$/.exec(name) ?? []
    if (path !== undefined) {
      const state = (await commitTree(workspace, await resolved(workspace, commitish || 'HEAD'))).get(
        workspace.inside(path),
      )
      if (!state) throw new Fatal(`fatal: path '${path}' does not exist in '${commitish}'`)
      out += new TextDecoder().decode((await workspace.git.readBlob({ ...workspace.base, oid: state.oid })).blob)
      continue
    }
    const oid = await resolved(workspace, name)
    const [entry] = await workspace.git.log({ ...workspace.base, ref: oid, depth: 1 })
    if (!entry) continue
    const format = words.get('format') ?? words.get('pretty')
    const names = coloursFor(workspace).reset ? (await decorations(workspace)).get(oid) : undefined
    if (words.has('oneline')) out += `${oid.slice(0, 7)} ${entry.commit.message.split('\n')[0]}\n`
    else
      out +=
        format === undefined
          ? longEntry(workspace, entry, names)
          : `${formatted(workspace, entry, format.replace(/^t?format:/, ''), names)}\n`
    if (words.has('s')) continue
    const more = words.has('stat', 'name-only', 'name-status', 'shortstat')
      ? await extras(workspace, entry, words, [])
      : await patches(workspace, await changesOf(workspace, entry))
    if (more) out += `\n${more}`
  }
  await page(workspace, out)
  return 0
}

export const diff: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'diff',
    argv,
    ['U', 'unified', 'diff-filter', 'S', 'G'],
    [
      'staged',
      'cached',
      'stat',
      'shortstat',
      'numstat',
      'name-only',
      'name-status',
      'quiet',
      'exit-code',
      'color',
      'no-color',
      'w',
      'b',
      'word-diff',
      'summary',
      'p',
      'check',
    ],
  )
  const commits: string[] = []
  const paths = words.paths.map((path) => workspace.inside(path))
  for (const word of words.operands.flatMap((each) => (each.includes('..') ? each.split(/\.{2,3}/) : [each]))) {
    const oid = commits.length < 2 ? await workspace.resolve(word || 'HEAD') : undefined
    if (oid) commits.push(oid)
    else if (workspace.exists(workspace.absolute(word))) paths.push(workspace.inside(word))
    else
      throw new Fatal(
        `fatal: ambiguous argument '${word}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
      )
  }
  const index = await indexTree(workspace)
  const staged = words.has('staged', 'cached')
  const [from, to] = commits
  const before =
    from !== undefined
      ? await commitTree(workspace, from)
      : staged
        ? await commitTree(workspace, await workspace.resolve('HEAD'))
        : index
  const after = to !== undefined ? await commitTree(workspace, to) : staged ? index : await workTree(workspace, index)
  const changes = compare(before, after, among(paths))
  const { stat: statOf, numstat } = { stat, numstat: words.has('numstat') }
  let out = ''
  if (words.has('name-only')) out = changes.map(({ path }) => `${path}\n`).join('')
  else if (words.has('name-status')) out = changes.map(nameStatus).join('')
  else if (words.has('stat')) out = await statOf(workspace, changes, Math.min(80, widthOf(workspace)))
  else if (words.has('shortstat')) out = `${(await statOf(workspace, changes, 80)).trimEnd().split('\n').at(-1)}\n`
  else if (numstat) out = await numbers(workspace, changes)
  else if (!words.has('quiet')) out = await patches(workspace, changes, Number(words.get('U', 'unified') ?? 3))
  await page(workspace, out)
  return changes.length > 0 && words.has('quiet', 'exit-code') ? 1 : 0
}

async function numbers(workspace: Workspace, changes: readonly Change[]): Promise<string> {
  const { counts } = await import('./changes.ts')
  const rows = await counts(workspace, changes)
  return changes.map(({ path }, at) => `${rows[at]?.added ?? 0}\t${rows[at]?.removed ?? 0}\t${path}\n`).join('')
}
