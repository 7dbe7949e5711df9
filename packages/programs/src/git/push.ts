/** git push. */
import { follow } from './branch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { placeOf, urlOf } from './fetch.ts'
import { runHook } from './hooks.ts'
import { refusePush } from './http-remote.ts'
import { NO_OID } from './objects.ts'
import type { Workspace } from './repository.ts'
import type { Advertised, Refusal, Update } from './remote-objects.ts'
import { connect, isHttp, isSsh } from './transport.ts'
import { isAncestor } from './walk.ts'

interface Wish extends Update {
  /** As it is shown on the left: a branch, HEAD, nothing for a deletion. */
  readonly from: string
  readonly force: boolean
}

const NO_UPSTREAM = (
  branch: string,
  remote: string,
): string => `fatal: The current branch ${branch} has no upstream branch.
To push the current branch and set the remote as upstream, use

    git push --set-upstream ${remote} ${branch}

To have this happen automatically for branches without a tracking
upstream, see 'push.autoSetupRemote' in 'git help config'.
`
const NO_DESTINATION = `fatal: No configured push destination.
Either specify the URL from the command-line or configure a remote repository using

    git remote add <name> <url>

and then push using the remote name

    git push <name>
`
const DETACHED = (remote: string): string => `fatal: You are not currently on a branch.
To push the history leading to the current (detached HEAD)
state now, use

    git push ${remote} HEAD:<name-of-remote-branch>
`

async function full(workspace: Workspace, name: string, from: string, there: Advertised): Promise<string> {
  if (name.startsWith('refs/')) return name
  const known = there.refs.find((ref) => ref.name === `refs/heads/${name}` || ref.name === `refs/tags/${name}`)
  if (known) return known.name
  const own = await workspace.revisions.ref(from)
  return own?.startsWith('refs/tags/') ? `refs/tags/${name}` : `refs/heads/${name}`
}

async function wishOf(
  workspace: Workspace,
  spec: string,
  there: Advertised,
  force: boolean,
  url: string,
): Promise<Wish> {
  const forced = force || spec.startsWith('+')
  const [given = '', to] = spec.replace(/^\+/, '').split(':')
  const from = given === '@' ? 'HEAD' : given
  const current = await workspace.currentBranch()
  if (given === '') {
    const name = await full(workspace, to ?? '', '', there)
    const before = there.refs.find((ref) => ref.name === name)?.oid
    if (!before)
      throw new Fatal(
        `error: unable to delete '${to}': remote ref does not exist\nerror: failed to push some refs to '${url}'`,
        1,
      )
    return { from: '', name, before, after: undefined, force: forced }
  }
  const after = (await workspace.revisions.ref(from))
    ? await workspace.refs.read((await workspace.revisions.ref(from)) ?? '')
    : await workspace.revisions.find(from)
  if (!after)
    throw new Fatal(`error: src refspec ${from} does not match any\nerror: failed to push some refs to '${url}'`, 1)
  const target = to ?? (from === 'HEAD' ? (current ?? 'HEAD') : ((await workspace.revisions.ref(from)) ?? from))
  if (to === undefined && from === 'HEAD' && current === undefined)
    throw new Fatal(
      "error: unable to push to unqualified destination: HEAD\nThe destination refspec neither matches an existing ref on the remote nor\nbegins with refs/, and we are unable to guess a prefix based on the source ref.\nerror: failed to push some refs to '" +
        url +
        "'",
      1,
    )
  const name = await full(workspace, target, from, there)
  return { from, name, before: there.refs.find((ref) => ref.name === name)?.oid, after, force: forced }
}

async function defaultSpec(workspace: Workspace, words: Words, remote: string): Promise<string> {
  const branch = await workspace.currentBranch()
  if (branch === undefined) throw new Fatal(DETACHED(remote))
  const mode = (await workspace.config.get('push.default')) ?? 'simple'
  const merge = await workspace.config.get(`branch.${branch}.merge`)
  const follows = (await workspace.config.get(`branch.${branch}.remote`)) === remote
  if (mode === 'current' || words.has('u', 'set-upstream')) return branch
  if (
    words.operands.length > 0 &&
    !follows &&
    mode === 'simple' &&
    (await workspace.config.get(`branch.${branch}.remote`)) !== undefined
  )
    return branch
  if (merge === undefined || !follows) {
    if (await workspace.config.isTrue('push.autosetupremote')) return branch
    throw new Fatal(NO_UPSTREAM(branch, remote))
  }
  const target = merge.replace('refs/heads/', '')
  if (mode === 'simple' && target !== branch)
    throw new Fatal(
      `fatal: The upstream branch of your current branch does not match\nthe name of your current branch.  To push to the upstream branch\non the remote, use\n\n    git push ${remote} HEAD:${target}\n\nTo push to the branch of the same name on the remote, use\n\n    git push ${remote} HEAD\n\nTo choose either option permanently, see push.default in 'git help config'.\n\nTo avoid automatically configuring an upstream branch when its name\nwon't match the local branch, see option 'simple' of branch.autoSetupMerge\nin 'git help config'.\n`,
    )
  return `${branch}:${merge}`
}

async function wishes(
  workspace: Workspace,
  words: Words,
  remote: string,
  there: Advertised,
  url: string,
): Promise<Wish[]> {
  const force = words.has('f', 'force', 'force-with-lease')
  const specs = words.operands.slice(1)
  const all: string[] = []
  if (words.has('d', 'delete')) all.push(...specs.map((name) => `:${name}`))
  else if (words.has('mirror')) all.push(...(await workspace.refs.list()).map(({ name }) => `+${name}:${name}`))
  else {
    for (let at = 0; at < specs.length; at++)
      all.push(specs[at] === 'tag' && specs[at + 1] ? `refs/tags/${specs[++at]}` : (specs[at] ?? ''))
    if (words.has('all')) all.push(...(await workspace.refs.list('refs/heads/')).map(({ name }) => name))
    if (words.has('tags')) all.push(...(await workspace.refs.list('refs/tags/')).map(({ name }) => name))
    if (all.length === 0 && !words.has('all', 'tags')) all.push(await defaultSpec(workspace, words, remote))
  }
  const found: Wish[] = []
  for (const spec of all) {
    const wish = await wishOf(workspace, spec, there, force, url)
    found.push(wish.from.startsWith('refs/') ? { ...wish, from: wish.from.replace(/^refs\/(heads|tags)\//, '') } : wish)
  }
  if (words.has('follow-tags'))
    for (const { name, oid } of await workspace.refs.list('refs/tags/'))
      if ((await workspace.objects.kind(oid)) === 'tag' && !there.refs.some((ref) => ref.name === name))
        found.push({ from: name.slice(10), name, before: undefined, after: oid, force: false })
  return found
}

/** Why we do not even ask: what is there would be lost. */
async function refusal(
  workspace: Workspace,
  { name, before, after, force }: Wish,
): Promise<'already exists' | 'fetch first' | 'non-fast-forward' | undefined> {
  if (before === undefined || after === undefined || before === after || force) return undefined
  if (name.startsWith('refs/tags/')) return 'already exists'
  if (!(await workspace.objects.has(before))) return 'fetch first'
  return (await isAncestor(workspace.objects, before, after)) ? undefined : 'non-fast-forward'
}

const HINTS: Readonly<Record<string, string>> = {
  'fetch first': `hint: Updates were rejected because the remote contains work that you do
hint: not have locally. This is usually caused by another repository pushing
hint: to the same ref. You may want to first integrate the remote changes
hint: (e.g., 'git pull ...') before pushing again.
hint: See the 'Note about fast-forwards' in 'git push --help' for details.
`,
  current: `hint: Updates were rejected because the tip of your current branch is behind
hint: its remote counterpart. Integrate the remote changes (e.g.
hint: 'git pull ...') before pushing again.
hint: See the 'Note about fast-forwards' in 'git push --help' for details.
`,
  'non-fast-forward': `hint: Updates were rejected because a pushed branch tip is behind its remote
hint: counterpart. Check out this branch and integrate the remote changes
hint: (e.g. 'git pull ...') before pushing again.
hint: See the 'Note about fast-forwards' in 'git push --help' for details.
`,
  'already exists': `hint: Updates were rejected because the tag already exists in the remote.
`,
}

async function row(
  workspace: Workspace,
  { name, before, after, from }: Wish,
  refused: Refusal,
  early: boolean,
): Promise<string> {
  const to = name.replace(/^refs\/(heads|tags)\//, '')
  if (after === undefined && refused === undefined) return ` - [deleted]         ${to}\n`
  const names = `${after === undefined ? to : `${from} -> ${to}`}`
  if (refused !== undefined)
    return ` ! ${(early ? '[rejected]' : '[remote rejected]').padEnd(17)} ${names} (${refused})\n`
  if (before === undefined)
    return ` * ${(name.startsWith('refs/tags/') ? '[new tag]' : '[new branch]').padEnd(17)} ${names}\n`
  const forward = (await workspace.objects.has(before)) && (await isAncestor(workspace.objects, before, after ?? ''))
  return forward
    ? `   ${short(before)}..${short(after ?? '')}  ${names}\n`
    : ` + ${short(before)}...${short(after ?? '')} ${names} (forced update)\n`
}

export const push: GitCommand = async (workspace, argv) => {
  const words = new Words('push', argv, {
    values: ['repo', 'receive-pack', 'exec', 'o', 'push-option', 'recurse-submodules'],
    flags: [
      'u',
      'set-upstream',
      'f',
      'force',
      'tags',
      'all',
      'd',
      'delete',
      'q',
      'quiet',
      'n',
      'dry-run',
      'follow-tags',
      'force-with-lease',
      'force-if-includes',
      'mirror',
      'prune',
      'v',
      'verbose',
      'porcelain',
      'progress',
      'no-verify',
      'verify',
      'atomic',
      'thin',
      'signed',
      '4',
      '6',
    ],
    usage: 'usage: git push [<options>] [<repository> [<refspec>...]]',
  })
  const branch = await workspace.currentBranch()
  const names = await workspace.config.names('remote')
  const set =
    branch === undefined
      ? undefined
      : ((await workspace.config.get(`branch.${branch}.pushremote`)) ??
        (await workspace.config.get('remote.pushdefault')) ??
        (await workspace.config.get(`branch.${branch}.remote`)))
  const remote = words.operands[0] ?? set ?? (names.length === 1 ? (names[0] ?? 'origin') : 'origin')
  const named = (await urlOf(workspace, remote)) !== undefined
  if (words.operands.length === 0 && !named) throw new Fatal(NO_DESTINATION)
  // What is to be pushed is asked before the other side is.
  if (words.operands.length < 2 && !words.has('all', 'tags', 'mirror')) await defaultSpec(workspace, words, remote)
  const url = await placeOf(workspace, remote, true)
  if (isHttp(url)) return refusePush(workspace, url)
  const connection = await connect(workspace, url, named ? url : remote)
  const there = await connection.advertised()
  const wanted = await wishes(workspace, words, remote, there, url)
  const lines = wanted
    .filter(({ before, after }) => before !== after)
    .map(
      ({ from, name, before, after }) =>
        `${from === '' ? '(delete)' : from === 'HEAD' ? from : `refs/heads/${from}`} ${after ?? NO_OID} ${name} ${before ?? NO_OID}\n`,
    )
  if (
    !words.has('no-verify') &&
    (await runHook(workspace, 'pre-push', [named ? remote : url, url], { stdin: lines.join('') })) !== 0
  )
    throw new Fatal(`error: failed to push some refs to '${url}'`, 1)
  return send(workspace, words, {
    remote,
    url,
    named,
    there,
    wanted,
    send: (updates) =>
      connection.push(
        workspace.objects,
        updates,
        there.refs.map(({ oid }) => oid),
      ),
    ssh: isSsh(url),
  })
}

interface Sending {
  readonly remote: string
  readonly url: string
  readonly named: boolean
  readonly there: Advertised
  readonly wanted: readonly Wish[]
  readonly ssh: boolean
  send(updates: readonly Update[]): Promise<readonly Refusal[]>
}

async function send(
  workspace: Workspace,
  words: Words,
  { remote, url, named, wanted, send: go }: Sending,
): Promise<number> {
  const { io } = workspace
  const early = new Map<Wish, Refusal>()
  for (const wish of wanted) early.set(wish, await refusal(workspace, wish))
  const fresh = wanted.filter(({ before, after }) => before !== after)
  const asked = fresh.filter((wish) => early.get(wish) === undefined)
  const dry = words.has('n', 'dry-run')
  const answers = dry || asked.length === 0 ? asked.map(() => undefined) : await go(asked)
  const outcome = new Map<Wish, Refusal>(fresh.map((wish) => [wish, early.get(wish) ?? answers[asked.indexOf(wish)]]))
  const failed = [...outcome.values()].some((each) => each !== undefined)
  let text = ''
  for (const wish of [...fresh].sort(
    (a, b) => Number(outcome.get(a) !== undefined) - Number(outcome.get(b) !== undefined),
  ))
    text += await row(workspace, wish, outcome.get(wish), early.get(wish) !== undefined)
  await io.out.flush()
  if (fresh.length > 0 && (!words.has('q', 'quiet') || failed)) await io.warn(`To ${url}\n${text}`)
  else if (fresh.length === 0 && !words.has('q', 'quiet')) await io.warn('Everything up-to-date\n')
  if (named && !dry)
    await track(
      workspace,
      remote,
      wanted.filter((wish) => outcome.get(wish) === undefined),
    )
  if (words.has('u', 'set-upstream') || (await autoSetup(workspace, words, remote)))
    for (const { name, from, after } of wanted) {
      const branch = from === 'HEAD' ? await workspace.currentBranch() : from
      if (
        after === undefined ||
        !branch ||
        !name.startsWith('refs/heads/') ||
        !(await workspace.refs.read(`refs/heads/${branch}`)) ||
        failed
      )
        continue
      const said = await follow(workspace, branch, `refs/remotes/${remote}/${name.slice(11)}`)
      if (!words.has('q', 'quiet')) await io.print(said)
    }
  if (!failed) return 0
  await io.out.flush()
  const kind = [...early.values()].find((each) => each !== undefined)
  const current = await workspace.currentBranch()
  const own = wanted.some((wish) => early.get(wish) === 'non-fast-forward' && wish.name === `refs/heads/${current}`)
  await io.warn(
    `error: failed to push some refs to '${url}'\n${HINTS[kind === 'non-fast-forward' && own ? 'current' : (kind ?? '')] ?? ''}`,
  )
  return 1
}

async function autoSetup(workspace: Workspace, words: Words, remote: string): Promise<boolean> {
  const branch = await workspace.currentBranch()
  return (
    words.operands.length < 2 &&
    branch !== undefined &&
    remote !== '' &&
    (await workspace.config.isTrue('push.autosetupremote')) &&
    (await workspace.config.get(`branch.${branch}.merge`)) === undefined
  )
}

/** What the remote has now is known without asking. */
async function track(workspace: Workspace, remote: string, done: readonly Wish[]): Promise<void> {
  const who = await workspace.identity('COMMITTER', true)
  for (const { name, after } of done) {
    if (!name.startsWith('refs/heads/')) continue
    const ref = `refs/remotes/${remote}/${name.slice(11)}`
    if (after === undefined) await workspace.refs.remove(ref)
    else if ((await workspace.refs.read(ref)) !== after)
      await workspace.refs.write(ref, after, { who, message: 'update by push' })
  }
}
