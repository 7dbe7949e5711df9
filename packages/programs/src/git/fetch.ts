/** git fetch, pull and ls-remote. */
import { writeFile } from '@drydock/libc'
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { advertisedHttp, fetchHttp } from './http-remote.ts'
import { fastForward, merge } from './merge.ts'
import { globMatcher } from '../text/glob.ts'
import { rebase } from './rebase.ts'
import type { Workspace } from './repository.ts'
import type { Advertised, RemoteRef } from './remote-objects.ts'
import { connect, isHttp, noRepository } from './transport.ts'
import { isAncestor } from './walk.ts'

export async function urlOf(workspace: Workspace, remote: string, pushes = false): Promise<string | undefined> {
  const { config } = workspace
  return (
    (pushes ? await config.get(`remote.${remote}.pushurl`) : undefined) ?? (await config.get(`remote.${remote}.url`))
  )
}
/** A remote's name, or a place itself. @throws Fatal */
export async function placeOf(workspace: Workspace, given: string, pushes = false): Promise<string> {
  const url = await urlOf(workspace, given, pushes)
  if (url !== undefined) return url
  if (/[/:.]/.test(given) || workspace.exists(workspace.absolute(given))) return given
  throw noRepository(given)
}

export async function advertisedAt(workspace: Workspace, url: string, shown = url): Promise<Advertised> {
  return isHttp(url) ? advertisedHttp(workspace, url) : (await connect(workspace, url, shown)).advertised()
}

interface Row {
  readonly mark: string
  readonly what: string
  readonly from: string
  readonly to: string
  readonly note: string
}

async function updateRow(
  workspace: Workspace,
  target: string,
  oid: string,
  from: string,
  forced: boolean,
): Promise<Row | undefined> {
  const { refs } = workspace
  const before = await refs.read(target)
  if (before === oid) return undefined
  const to = target.replace(/^refs\/(remotes|heads|tags)\//, '')
  const who = await workspace.identity('COMMITTER', true)
  if (!before) {
    await refs.write(target, oid, { who, message: 'fetch: storing head' })
    return { mark: '*', what: target.startsWith('refs/tags/') ? '[new tag]' : '[new branch]', from, to, note: '' }
  }
  if (target.startsWith('refs/tags/')) return undefined
  const forward = await isAncestor(workspace.objects, before, oid)
  if (!forward && !forced) return { mark: '!', what: '[rejected]', from, to, note: '  (non-fast-forward)' }
  await refs.write(target, oid, { who, message: forward ? 'fetch: fast-forward' : 'fetch: forced-update' })
  return forward
    ? { mark: ' ', what: `${short(before)}..${short(oid)}`, from, to, note: '' }
    : { mark: '+', what: `${short(before)}...${short(oid)}`, from, to, note: '  (forced update)' }
}

const shownUrl = (url: string): string => url.replace(/\/+$/, '').replace(/\.git$/, '')

function rowsText(url: string, rows: readonly Row[]): string {
  const width = Math.max(10, ...rows.map(({ from }) => from.length))
  return `From ${shownUrl(url)}\n${rows.map(({ mark, what, from, to, note }) => ` ${mark} ${what.padEnd(17)} ${from.padEnd(width)} -> ${to}${note}\n`).join('')}`
}

/** Where a fetched name goes by the remote's lines `fetch = +refs/heads/*:refs/remotes/origin/*`. */
function targetsOf(specs: readonly string[], name: string): { target: string; forced: boolean }[] {
  return specs.flatMap((spec) => {
    const forced = spec.startsWith('+')
    const [from = '', to = ''] = spec.replace(/^\+/, '').split(':')
    if (to === '') return []
    if (!from.includes('*')) return from === name ? [{ target: to, forced }] : []
    const [head = '', tail = ''] = from.split('*')
    if (!name.startsWith(head) || !name.endsWith(tail)) return []
    return [{ target: to.replace('*', name.slice(head.length, name.length - tail.length)), forced }]
  })
}

export interface Fetched {
  /** What was asked for: its name there, and its commit. */
  readonly heads: readonly RemoteRef[]
  readonly url: string
}

export interface FetchFlags {
  readonly quiet?: boolean
  readonly prune?: boolean
  readonly tags?: boolean
  readonly force?: boolean
  readonly dry?: boolean
}

export async function fetchFrom(
  workspace: Workspace,
  remote: string,
  wanted: readonly string[],
  flags: FetchFlags = {},
): Promise<Fetched> {
  const url = await placeOf(workspace, remote)
  const named = (await urlOf(workspace, remote)) !== undefined
  const specs = named ? await workspace.config.getAll(`remote.${remote}.fetch`) : []
  const haves = (await workspace.refs.list()).map(({ oid }) => oid)
  const connection = isHttp(url) ? undefined : await connect(workspace, url, named ? url : remote)
  const advertised = connection ? await connection.advertised() : await advertisedHttp(workspace, url)
  const asked = wanted.map((word) => askedOf(advertised, word))
  const tracked = advertised.refs.filter(({ name }) => targetsOf(specs, name).length > 0)
  const tags = advertised.refs.filter(({ name }) => name.startsWith('refs/tags/'))
  const plain = wanted.length === 0 ? (named ? tracked : [{ name: 'HEAD', oid: advertised.headOid ?? '' }]) : []
  const wants = [...asked.map(({ ref }) => ref.oid), ...plain.map(({ oid }) => oid)]
  if (connection)
    await connection.fetch(
      workspace.objects,
      [...wants, ...(named || flags.tags ? tags.map(({ oid }) => oid) : [])].filter((oid) => oid !== ''),
      haves,
    )
  else await fetchHttp(workspace, url, { quiet: flags.quiet ?? false })
  const rows: Row[] = []
  const put = async (target: string, { name, oid }: RemoteRef, forced: boolean): Promise<void> => {
    const row = await updateRow(
      workspace,
      target,
      oid,
      name.replace(/^refs\/(heads|tags|remotes)\//, ''),
      forced || flags.force === true,
    )
    if (row) rows.push(row)
  }
  for (const { ref, target, forced } of asked) {
    if (target === undefined)
      rows.push({
        mark: '*',
        what: ref.name.startsWith('refs/tags/') ? 'tag' : 'branch',
        from: ref.name.replace(/^refs\/(heads|tags)\//, ''),
        to: 'FETCH_HEAD',
        note: '',
      })
    else await put(target, ref, forced)
    for (const each of target === undefined ? targetsOf(specs, ref.name) : []) await put(each.target, ref, each.forced)
  }
  for (const ref of plain) {
    if (!named) rows.push({ mark: '*', what: 'branch', from: 'HEAD', to: 'FETCH_HEAD', note: '' })
    for (const each of targetsOf(specs, ref.name)) await put(each.target, ref, each.forced)
  }
  if (named || flags.tags)
    for (const ref of tags) if (flags.tags || (await workspace.objects.has(ref.oid))) await put(ref.name, ref, false)
  if (flags.prune) rows.unshift(...(await pruned(workspace, specs, advertised)))
  if (rows.length > 0 && !flags.quiet) await workspace.io.warn(rowsText(url, rows))
  const heads = asked.length > 0 ? asked.map(({ ref }) => ref) : plain
  await writeFile(
    workspace.sys,
    `${workspace.gitdir}/FETCH_HEAD`,
    heads
      .map(({ name, oid }) => `${oid}\t\tbranch '${name.replace('refs/heads/', '')}' of ${shownUrl(url)}\n`)
      .join(''),
  )
  return { heads, url }
}

/** `main`, `main:copy`, `+refs/heads/*:refs/x/*` as far as a name goes. @throws Fatal */
function askedOf(
  { refs, headOid }: Advertised,
  word: string,
): { ref: RemoteRef; target: string | undefined; forced: boolean } {
  const [from = '', to] = word.replace(/^\+/, '').split(':')
  const ref =
    from === 'HEAD'
      ? { name: 'HEAD', oid: headOid ?? '' }
      : (refs.find(({ name }) => name === from) ??
        refs.find(({ name }) => name === `refs/heads/${from}`) ??
        refs.find(({ name }) => name === `refs/tags/${from}`))
  if (!ref || ref.oid === '') throw new Fatal(`fatal: couldn't find remote ref ${from}`)
  return {
    ref,
    target: to === undefined || to === '' ? undefined : to.startsWith('refs/') ? to : `refs/heads/${to}`,
    forced: word.startsWith('+'),
  }
}

async function pruned(workspace: Workspace, specs: readonly string[], { refs }: Advertised): Promise<Row[]> {
  const kept = new Set(refs.flatMap(({ name }) => targetsOf(specs, name).map(({ target }) => target)))
  const folders = specs
    .map((spec) => (spec.split(':')[1] ?? '').replace('*', ''))
    .filter((folder) => folder.startsWith('refs/remotes/'))
  const rows: Row[] = []
  for (const { name } of await workspace.refs.list('refs/remotes/')) {
    if (kept.has(name) || name.endsWith('/HEAD') || !folders.some((folder) => name.startsWith(folder))) continue
    await workspace.refs.remove(name)
    rows.push({ mark: '-', what: '[deleted]', from: '(none)', to: name.replace('refs/remotes/', ''), note: '' })
  }
  return rows
}

const flagsOf = async (workspace: Workspace, words: Words): Promise<FetchFlags> => ({
  quiet: words.has('q', 'quiet'),
  prune: words.has('p', 'prune') || (await workspace.config.isTrue('fetch.prune')),
  tags: words.has('t', 'tags'),
  force: words.has('f', 'force'),
})

export const fetch: GitCommand = async (workspace, argv) => {
  const words = new Words('fetch', argv, {
    values: ['depth', 'deepen', 'j', 'jobs', 'shallow-since', 'o', 'upload-pack', 'filter'],
    flags: [
      'all',
      'p',
      'prune',
      't',
      'tags',
      'n',
      'no-tags',
      'q',
      'quiet',
      'v',
      'verbose',
      'unshallow',
      'f',
      'force',
      'dry-run',
      'multiple',
      'a',
      'append',
      'progress',
      'recurse-submodules',
      'set-upstream',
      'atomic',
      'prune-tags',
      'P',
      'k',
      'keep',
    ],
  })
  const flags = await flagsOf(workspace, words)
  const branch = await workspace.currentBranch()
  const [given, ...wanted] = words.operands
  const names = await workspace.config.names('remote')
  if (words.has('all')) {
    for (const name of names) {
      await workspace.io.print(`Fetching ${name}\n`)
      await workspace.io.out.flush()
      await fetchFrom(workspace, name, [], flags)
    }
    return 0
  }
  const remote =
    given ?? (branch === undefined ? undefined : await workspace.config.get(`branch.${branch}.remote`)) ?? 'origin'
  if (given === undefined && !names.includes(remote) && remote === 'origin')
    return names.length === 0
      ? 0
      : fetchOne(workspace, names.length === 1 ? (names[0] ?? remote) : remote, wanted, flags)
  return fetchOne(workspace, remote, wanted, flags)
}

async function fetchOne(
  workspace: Workspace,
  remote: string,
  wanted: readonly string[],
  flags: FetchFlags,
): Promise<number> {
  await fetchFrom(workspace, remote, wanted, flags)
  return 0
}

const NO_TRACKING = (
  branch: string,
  remote: string | undefined,
): string => `There is no tracking information for the current branch.
Please specify which branch you want to merge with.
See git-pull(1) for details.

    git pull <remote> <branch>

If you wish to set tracking information for this branch you can do so with:

    git branch --set-upstream-to=${remote ?? '<remote>'}/<branch> ${branch}
`
const DIVERGENT = `hint: You have divergent branches and need to specify how to reconcile them.
hint: You can do so by running one of the following commands sometime before
hint: your next pull:
hint: 
hint:   git config pull.rebase false  # merge
hint:   git config pull.rebase true   # rebase
hint:   git config pull.ff only       # fast-forward only
hint: 
hint: You can replace "git config" with "git config --global" to set a default
hint: preference for all repositories. You can also pass --rebase, --no-rebase,
hint: or --ff-only on the command line to override the configured default per
hint: invocation.
fatal: Need to specify how to reconcile divergent branches.`

export const pull: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'pull',
    argv.map((word) => (word === '-r' ? '--rebase' : word)),
    {
      values: ['depth', 's', 'strategy', 'X', 'strategy-option'],
      flags: [
        'rebase',
        'no-rebase',
        'ff-only',
        'ff',
        'no-ff',
        'q',
        'quiet',
        'v',
        'verbose',
        'no-edit',
        'edit',
        'e',
        'squash',
        'commit',
        'no-commit',
        'autostash',
        'no-autostash',
        'all',
        'p',
        'prune',
        't',
        'tags',
        'f',
        'force',
        'allow-unrelated-histories',
        'n',
        'stat',
        'no-stat',
        'progress',
        'set-upstream',
        'log',
      ],
    },
  )
  const { config } = workspace
  const open = (await workspace.index()).unmerged()
  if (open.length > 0)
    throw new Fatal(
      "error: Pulling is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nhint: as appropriate to mark resolution and make a commit.\nfatal: Exiting because of an unresolved conflict.",
    )
  if (workspace.hasState('MERGE_HEAD'))
    throw new Fatal(
      'error: You have not concluded your merge (MERGE_HEAD exists).\nhint: Please, commit your changes before merging.\nfatal: Exiting because of unfinished merge.',
    )
  const branch = await workspace.currentBranch()
  const [given, ...wanted] = words.operands
  const remote = given ?? (branch === undefined ? undefined : await config.get(`branch.${branch}.remote`)) ?? 'origin'
  const configured = branch === undefined ? undefined : await config.get(`branch.${branch}.merge`)
  const names = await config.names('remote')
  if (given === undefined && !names.includes(remote) && remote !== '.')
    throw new Fatal(NO_TRACKING(branch ?? 'HEAD', undefined), 1)
  const follows =
    wanted.length === 0 &&
    (given === undefined || given === (branch === undefined ? undefined : await config.get(`branch.${branch}.remote`)))
      ? configured
      : undefined
  const rebases = await wantsRebase(workspace, words, branch)
  let fetched: Fetched
  try {
    fetched = await fetchFrom(workspace, remote, wanted, await flagsOf(workspace, words))
  } catch (error) {
    if (error instanceof Fatal) throw new Fatal(error.message, 1)
    throw error
  }
  if (wanted.length === 0 && follows === undefined)
    throw new Fatal(
      branch === undefined
        ? 'You are not currently on a branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n'
        : given === undefined
          ? NO_TRACKING(branch, names.length === 1 ? names[0] : undefined)
          : NO_TRACKING(branch, given),
      1,
    )
  const target = wanted.length > 0 ? fetched.heads[0] : fetched.heads.find(({ name }) => name === follows)
  if (!target)
    throw new Fatal(
      `Your configuration specifies to merge with the ref '${follows}'\nfrom the remote, but no such ref was fetched.`,
      1,
    )
  return integrate(workspace, words, { remote, url: fetched.url, target, rebases })
}

async function wantsRebase(
  workspace: Workspace,
  words: Words,
  branch: string | undefined,
): Promise<boolean | undefined> {
  if (words.has('no-rebase') || words.get('rebase') === 'false') return false
  if (words.has('rebase')) return true
  const set =
    (branch === undefined ? undefined : await workspace.config.get(`branch.${branch}.rebase`)) ??
    (await workspace.config.get('pull.rebase'))
  return set === undefined ? undefined : set !== 'false'
}

interface Integration {
  readonly remote: string
  readonly url: string
  readonly target: RemoteRef
  readonly rebases: boolean | undefined
}

async function integrate(
  workspace: Workspace,
  words: Words,
  { remote, url, target, rebases }: Integration,
): Promise<number> {
  const { objects } = workspace
  const head = await workspace.head()
  const theirs = await objects.peel(target.oid)
  const flags = { quiet: words.has('q', 'quiet'), stat: true }
  if (head && (head === theirs || (await isAncestor(objects, theirs, head)))) {
    if (rebases)
      await workspace.io.print(
        head === theirs
          ? 'Already up to date.\n'
          : `Current branch ${await workspace.currentBranch()} is up to date.\n`,
      )
    else await workspace.io.print('Already up to date.\n')
    return 0
  }
  const ff = await workspace.config.get('pull.ff')
  const forward = !head || (await isAncestor(objects, head, theirs))
  if (forward && !words.has('no-ff') && !words.has('squash')) {
    if (head)
      await fastForward(
        workspace,
        theirs,
        `pull${words.operands.map((word) => ` ${word}`).join('')}: Fast-forward`,
        flags,
      )
    else return merge(workspace, [theirs])
    return 0
  }
  if (words.has('ff-only') || (ff === 'only' && rebases === undefined))
    throw new Fatal('fatal: Not possible to fast-forward, aborting.')
  if (rebases === undefined && !words.has('no-ff', 'ff', 'squash') && ff === undefined) throw new Fatal(DIVERGENT)
  if (rebases)
    return rebase(workspace, [
      ...(words.has('autostash') ? ['--autostash'] : []),
      '--onto',
      theirs,
      (await forkPoint(workspace, remote, target.name, head)) ?? theirs,
    ])
  const options = argvOf(words)
  const current = (await workspace.currentBranch()) ?? 'HEAD'
  const name = target.name.replace('refs/heads/', '')
  const from = (await urlOf(workspace, remote)) === undefined && remote === '.' ? '' : ` of ${shownUrl(url)}`
  const message = `Merge branch '${name}'${from}${current === 'main' || current === 'master' ? '' : ` into ${current}`}`
  return merge(workspace, [...options, ...(options.includes('--squash') ? [] : ['-m', message]), theirs])
}

/** Where a branch left what it follows, also when that was rewritten since. git-merge-base(1), --fork-point. */
async function forkPoint(
  workspace: Workspace,
  remote: string,
  name: string,
  head: string | undefined,
): Promise<string | undefined> {
  const log = await workspace.refs.log(`refs/remotes/${remote}/${name.replace('refs/heads/', '')}`)
  for (const oid of log.flatMap(({ after, before }) => [after, before]))
    if (head && !/^0+$/.test(oid) && (await isAncestor(workspace.objects, oid, head))) return oid
  return undefined
}

const argvOf = (words: Words): string[] =>
  ['no-ff', 'no-commit', 'squash', 'allow-unrelated-histories', 'no-edit', 'no-stat']
    .filter((name) => words.has(name))
    .map((name) => `--${name}`)

export const lsRemote: GitCommand = async (workspace, argv) => {
  const words = new Words('ls-remote', argv, {
    values: ['sort', 'o'],
    flags: ['h', 'heads', 't', 'tags', 'q', 'quiet', 'refs', 'get-url', 'symref', 'exit-code'],
  })
  const [given, ...patterns] = words.operands
  const branch = workspace.inRepository ? await workspace.currentBranch() : undefined
  const remote =
    given ?? (branch === undefined ? undefined : await workspace.config.get(`branch.${branch}.remote`)) ?? 'origin'
  const url = await placeOf(workspace, remote)
  if (words.has('get-url')) {
    await workspace.io.print(`${url}\n`)
    return 0
  }
  const { refs, head, headOid } = await advertisedAt(workspace, url, given ?? url)
  if (given === undefined && !words.has('q', 'quiet')) await workspace.io.warn(`From ${url}\n`)
  const filters = [
    ...(words.has('h', 'heads') ? ['refs/heads/'] : []),
    ...(words.has('t', 'tags') ? ['refs/tags/'] : []),
  ]
  const fits = (name: string): boolean =>
    (filters.length === 0 || filters.some((each) => name.startsWith(each))) &&
    (patterns.length === 0 || patterns.some((each) => globMatcher(`*/${each}`)(`/${name}`)))
  if (filters.length === 0 && headOid && fits('HEAD')) {
    if (words.has('symref') && head) await workspace.io.print(`ref: ${head}\tHEAD\n`)
    await workspace.io.print(`${headOid}\tHEAD\n`)
  }
  for (const { name, oid } of refs) {
    if (!fits(name)) continue
    await workspace.io.print(`${oid}\t${name}\n`)
    const peeled =
      name.startsWith('refs/tags/') && !words.has('refs') && workspace.inRepository
        ? await workspace.objects.peel(oid)
        : oid
    if (peeled !== oid) await workspace.io.print(`${peeled}\t${name}^{}\n`)
  }
  return 0
}
