/** Other repositories: on this machine as files, by ssh as git's own programs speak, over HTTP by isomorphic-git. */
import { isErrno } from '@drydock/abi'
import { Fatal } from './fatal.ts'
import { findPlace, Workspace } from './repository.ts'
import type { Objects } from './objects.ts'
import { normal } from './paths.ts'
import { type Advertised, missing, type Refusal, type Remote, type Update } from './remote-objects.ts'
import { SshRemote } from './ssh-remote.ts'

export const isHttp = (url: string): boolean => /^https?:\/\//.test(url)
/** `user@host:path` or `ssh://`, as git tells them from paths. */
export const isSsh = (url: string): boolean =>
  /^(git\+)?ssh:\/\//.test(url) || (/^[^/:]+:/.test(url) && !/^[a-z+]+:\/\//.test(url) && !url.startsWith('.'))

export const noRepository = (url: string): Fatal =>
  new Fatal(
    `fatal: '${url}' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.`,
  )

class LocalRemote implements Remote {
  readonly isLocal = true
  private readonly there: Workspace
  constructor(there: Workspace) {
    this.there = there
  }

  advertised(): Promise<Advertised> {
    return advertisedBy(this.there)
  }

  async fetch(objects: Objects, wants: readonly string[]): Promise<void> {
    for (const { kind, bytes } of await missing(this.there.objects, wants, (oid) => objects.has(oid)))
      await objects.write(kind, bytes)
  }

  async push(objects: Objects, updates: readonly Update[]): Promise<readonly Refusal[]> {
    const wants = updates.flatMap(({ after }) => (after === undefined ? [] : [after]))
    for (const { kind, bytes } of await missing(objects, wants, (oid) => this.there.objects.has(oid)))
      await this.there.objects.write(kind, bytes)
    return applyUpdates(this.there, updates)
  }
}

export async function advertisedBy(there: Workspace): Promise<Advertised> {
  const refs = (await there.refs.list()).filter(
    ({ name }) => !name.startsWith('refs/stash') && !name.startsWith('refs/bisect/'),
  )
  return { head: await there.refs.symbolic('HEAD'), headOid: await there.head(), refs }
}

/** The other side of a push: hooks, and the branch that stands checked out, are asked. githooks(5), git-receive-pack(1). */
export async function applyUpdates(there: Workspace, updates: readonly Update[]): Promise<Refusal[]> {
  const { runHook } = await import('./hooks.ts')
  const none = '0'.repeat(40)
  const line = ({ before, after, name }: Update): string => `${before ?? none} ${after ?? none} ${name}\n`
  const remarks = there.sys.pipe()
  there.sys.setFdFlags(remarks[0], { cloexec: true })
  const said = relay(there, remarks[0])
  const hook = (name: string, words: readonly string[], stdin?: string): Promise<number> =>
    runHook(there, name, words, { ...(stdin === undefined ? {} : { stdin }), output: remarks[1] })
  const outcome = await decide(there, updates, hook, line)
  const done = updates.filter((_, at) => outcome[at] === undefined)
  if (done.length > 0) {
    await hook('post-receive', [], done.map(line).join(''))
    await hook(
      'post-update',
      done.map(({ name }) => name),
    )
  }
  there.sys.close(remarks[1])
  await said
  return outcome
}

/** What hooks print is shown with `remote: ` before it. */
async function relay(there: Workspace, fd: number): Promise<void> {
  let text = ''
  try {
    for (;;) {
      const bytes = await there.sys.read(fd, 4096)
      if (bytes.length === 0) break
      text += new TextDecoder().decode(bytes)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  there.sys.close(fd)
  if (text !== '')
    await there.io.warn(
      text
        .replace(/\n$/, '')
        .split('\n')
        .map((row) => `remote: ${row}${' '.repeat(8)}\n`)
        .join(''),
    )
}

async function decide(
  there: Workspace,
  updates: readonly Update[],
  hook: (name: string, words: readonly string[], stdin?: string) => Promise<number>,
  line: (update: Update) => string,
): Promise<Refusal[]> {
  if ((await hook('pre-receive', [], updates.map(line).join(''))) !== 0)
    return updates.map(() => 'pre-receive hook declined')
  const none = '0'.repeat(40)
  const checkedOut = there.isBare ? undefined : await there.refs.symbolic('HEAD')
  const deny = (await there.config.get('receive.denycurrentbranch')) ?? 'refuse'
  const outcome: Refusal[] = []
  for (const { name, before, after } of updates) {
    if (name === checkedOut && deny !== 'ignore' && deny !== 'warn' && deny !== 'updateInstead' && deny !== 'false') {
      await there.io.warn(CHECKED_OUT(name))
      outcome.push('branch is currently checked out')
      continue
    }
    if (after === undefined && name === (await there.refs.symbolic('HEAD')) && there.isBare) {
      await there.io.warn(
        `remote: error: By default, deleting the current branch is denied, because the next        \nremote: 'git clone' won't result in any file checked out, causing confusion.        \nremote: \nremote: You can set 'receive.denyDeleteCurrent' configuration variable to        \nremote: 'warn' or 'ignore' in the remote repository to allow deleting the        \nremote: current branch, with or without a warning message.        \nremote: \nremote: To squelch this message, you can set it to 'refuse'.        \nremote: error: refusing to delete the current branch: ${name}        \n`,
      )
      outcome.push('deletion of the current branch prohibited')
      continue
    }
    if ((await hook('update', [name, before ?? none, after ?? none])) !== 0) {
      outcome.push('hook declined')
      continue
    }
    if (after === undefined) await there.refs.remove(name)
    else await there.refs.write(name, after, { who: await there.identity('COMMITTER', true), message: 'push' })
    if (name === checkedOut && deny === 'updateInstead' && after !== undefined) {
      const { forceTree } = await import('./unpack.ts')
      const { treeOf } = await import('./trees.ts')
      await forceTree(there, await treeOf(there, after))
    }
    outcome.push(undefined)
  }
  return outcome
}

const CHECKED_OUT = (name: string): string =>
  [
    'error: refusing to update checked out branch: ' + name,
    'error: By default, updating the current branch in a non-bare repository',
    'is denied, because it will make the index and work tree inconsistent',
    "with what you pushed, and will require 'git reset --hard' to match",
    'the work tree to HEAD.',
    '',
    "You can set the 'receive.denyCurrentBranch' configuration variable",
    "to 'ignore' or 'warn' in the remote repository to allow pushing into",
    'its current branch; however, this is not recommended unless you',
    'arranged to update its work tree to match what you pushed in some',
    'other way.',
    '',
    'To squelch this message and still keep the default behaviour, set',
    "'receive.denyCurrentBranch' configuration variable to 'refuse'.",
  ]
    .map((row) => (row === '' ? 'remote: \n' : `remote: ${row}        \n`))
    .join('')

/** The repository in a folder, or the one it holds in `.git`. @throws Fatal */
export async function openAt(workspace: Workspace, path: string, shown: string): Promise<Workspace> {
  const { sys, process } = workspace
  for (const each of [`${path}/.git`, path, `${path}.git`, `${path}.git/.git`]) {
    if (!workspace.exists(each)) continue
    const place = await findPlace(sys, each.endsWith('/.git') ? each.slice(0, -5) : each)
    const at = each.endsWith('/.git') ? each.slice(0, -5) : each
    if (place && (place.top === at || place.gitdir === at)) return Workspace.open(process, { cwd: at, config: [] })
  }
  throw noRepository(shown)
}

export const localPath = (workspace: Workspace, url: string): string => {
  const path = url.replace(/^file:\/\//, '')
  const home = workspace.process.env.get('HOME') ?? '/root'
  if (path.startsWith('~/')) return normal(home + path.slice(1))
  const base = workspace.inRepository ? (workspace.isBare ? workspace.gitdir : workspace.dir) : workspace.cwd
  return normal(path.startsWith('/') ? path : `${base}/${path}`)
}

export async function connect(workspace: Workspace, url: string, shown = url): Promise<Remote> {
  if (isSsh(url)) return new SshRemote(workspace, url)
  return new LocalRemote(await openAt(workspace, localPath(workspace, url), shown))
}
