/** Commands that speak with other repositories: clone, fetch, pull, push, remote. */
import { isErrno } from '@drydock/abi'
import { ask } from '../account/prompt.ts'
import { type GitCommand, Words } from './command.ts'
import { HttpFailure } from './library.ts'
import { follow } from './branch.ts'
import { fastForward, merge } from './merge.ts'
import { setIndex, writeWork } from './record.ts'
import { commitTree } from './changes.ts'
import { Fatal, isLibraryError, normal, Workspace } from './repository.ts'

/** What went wrong on the way to a server, in git's words. @throws Fatal */
export function explain(error: unknown, url: string): never {
  if (error instanceof HttpFailure) throw new Fatal(`fatal: unable to access '${url}/': ${error.message}`)
  if (isLibraryError(error) && error.code === 'HttpError') {
    const status = Number(error.data['statusCode'])
    if (status === 401)
      throw new Fatal(
        `fatal: could not read Username for '${url.replace(/^(https?:\/\/[^/]+).*/, '$1')}': No such device or address`,
      )
    throw new Fatal(
      status === 404
        ? `fatal: repository '${url}/' not found`
        : `fatal: unable to access '${url}/': The requested URL returned error: ${status}`,
    )
  }
  if (isLibraryError(error) && error.code === 'SmartHttpError')
    throw new Fatal(`fatal: ${url}/info/refs not valid: could not determine hash algorithm; is this a git repository?`)
  throw error
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text)

const progress = (objects: number): string =>
  `remote: Enumerating objects: ${objects}, done.\nremote: Counting objects: 100% (${objects}/${objects}), done.\nremote: Compressing objects: 100% (${objects}/${objects}), done.\nremote: Total ${objects} (delta 0), reused ${objects} (delta 0), pack-reused 0\nReceiving objects: 100% (${objects}/${objects}), done.\n`

/** Clones the objects of a repository on the same host by copying them. */
async function copyObjects({ sys, fs }: Workspace, from: string, to: string): Promise<void> {
  for (const { name } of sys.readdir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`]
    if ((sys.stat(source).mode & 0o170000) === 0o040000) {
      try {
        sys.mkdir(target)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
      await copyObjects({ sys, fs } as Workspace, source, target)
    } else await fs.promises.writeFile(target, (await fs.promises.readFile(source)) as Uint8Array)
  }
}

const gitFolder = (workspace: Workspace, path: string): string =>
  workspace.exists(`${path}/.git`) ? `${path}/.git` : path

export const clone: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'clone',
    argv,
    ['b', 'branch', 'depth', 'o', 'origin', 'c', 'config', 'filter', 'j'],
    [
      'q',
      'quiet',
      'single-branch',
      'no-checkout',
      'n',
      'recursive',
      'recurse-submodules',
      'bare',
      'v',
      'progress',
      'no-tags',
      'l',
      'shallow-submodules',
      'no-single-branch',
    ],
  )
  const [source, given] = words.operands
  if (source === undefined)
    throw new Fatal(
      'fatal: You must specify a repository to clone.\n\nusage: git clone [<options>] [--] <repo> [<dir>]',
      129,
    )
  const name =
    given ??
    source
      .replace(/\/+$/, '')
      .replace(/\/?\.git$/, '')
      .split(/[/:]/)
      .pop() ??
    ''
  const dir = workspace.absolute(name)
  if (workspace.exists(dir) && workspace.sys.readdir(dir).length > 0)
    throw new Fatal(`fatal: destination path '${name}' already exists and is not an empty directory.`)
  if (/^(git@|ssh:)/.test(source))
    throw new Fatal(`Cloning into '${name}'...\nfatal: git over ssh is not supported here: use https`)
  if (!words.has('q', 'quiet')) await workspace.io.warn(`Cloning into '${name}'...\n`)
  const branch = words.get('b', 'branch')
  if (!isUrl(source)) return cloneLocal(workspace, source, dir, branch, words.has('q', 'quiet'))
  const existed = workspace.exists(dir)
  try {
    const depth = words.get('depth')
    await workspace.git.clone({
      fs: workspace.fs,
      http: workspace.http,
      dir,
      url: source,
      singleBranch: words.has('single-branch') || depth !== undefined,
      remote: words.get('o', 'origin') ?? 'origin',
      noCheckout: words.has('no-checkout', 'n'),
      ...(branch === undefined ? {} : { ref: branch }),
      ...(depth === undefined ? {} : { depth: Number(depth) }),
    })
  } catch (error) {
    if (!existed) await removeAll(workspace, dir)
    if (isLibraryError(error) && error.code === 'NotFoundError' && branch !== undefined)
      throw new Fatal(
        `warning: Could not find remote branch ${branch} to clone.\nfatal: Remote branch ${branch} not found in upstream origin`,
      )
    explain(error, source.replace(/\/+$/, ''))
  }
  if (!words.has('q', 'quiet')) await workspace.io.warn(progress(await countObjects(workspace, dir)))
  return 0
}

/** From the head of the pack that came. */
async function countObjects({ sys, fs }: Workspace, dir: string): Promise<number> {
  const folder = `${dir}/.git/objects/pack`
  const pack = sys.readdir(folder).find(({ name }) => name.endsWith('.pack'))
  if (!pack) return 0
  const bytes = (await fs.promises.readFile(`${folder}/${pack.name}`)) as Uint8Array
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(8)
}

async function removeAll(workspace: Workspace, path: string): Promise<void> {
  const { sys } = workspace
  if (!workspace.exists(path)) return
  if ((sys.lstat(path).mode & 0o170000) !== 0o040000) return sys.unlink(path)
  for (const { name } of sys.readdir(path)) await removeAll(workspace, `${path}/${name}`)
  sys.rmdir(path)
}

async function cloneLocal(
  workspace: Workspace,
  source: string,
  dir: string,
  branch: string | undefined,
  quiet: boolean,
): Promise<number> {
  const from = normal(source.startsWith('/') ? source : `${workspace.cwd}/${source.replace(/^file:\/\//, '')}`)
  const origin = gitFolder(workspace, from)
  if (!workspace.exists(`${origin}/HEAD`)) throw new Fatal(`fatal: repository '${source}' does not exist`)
  const { git, fs } = workspace
  await git.init({ fs, dir, defaultBranch: 'master' })
  const target = await Workspace.open(workspace.process, dir)
  await git.addRemote({ fs, dir, remote: 'origin', url: from })
  await fetchLocal(target, 'origin', origin)
  const head = String(await fs.promises.readFile(`${origin}/HEAD`, 'utf8')).trim()
  const name = branch ?? head.replace('ref: refs/heads/', '')
  const oid = await target.resolve(`refs/remotes/origin/${name}`)
  if (!oid) {
    const empty = (await git.listBranches({ fs, dir, remote: 'origin' })).length === 0
    await workspace.io.warn(
      empty
        ? 'warning: You appear to have cloned an empty repository.\n'
        : 'warning: remote HEAD refers to nonexistent ref, unable to checkout\n',
    )
    return 0
  }
  await git.writeRef({ fs, dir, ref: `refs/heads/${name}`, value: oid, force: true })
  await fs.promises.writeFile(`${dir}/.git/HEAD`, `ref: refs/heads/${name}\n`)
  await follow(target, name, 'origin', name)
  for (const [path, state] of await commitTree(target, oid)) {
    await setIndex(target, path, state)
    await writeWork(target, path, state)
  }
  if (!quiet) await workspace.io.warn('done.\n')
  return 0
}

async function fetchLocal(workspace: Workspace, remote: string, origin: string): Promise<string[]> {
  const { git, fs, dir } = workspace
  await copyObjects(workspace, `${origin}/objects`, `${dir}/.git/objects`)
  const lines: string[] = []
  for (const name of await git.listBranches({ fs, gitdir: origin })) {
    const oid = await git.resolveRef({ fs, gitdir: origin, ref: `refs/heads/${name}` })
    const ref = `refs/remotes/${remote}/${name}`
    const old = await workspace.resolve(ref)
    if (old === oid) continue
    await git.writeRef({ fs, dir, ref, value: oid, force: true })
    lines.push(
      old
        ? `   ${old.slice(0, 7)}..${oid.slice(0, 7)}  ${name.padEnd(10)} -> ${remote}/${name}`
        : ` * [new branch]      ${name.padEnd(10)} -> ${remote}/${name}`,
    )
  }
  for (const name of await git.listTags({ fs, gitdir: origin })) {
    if (await workspace.resolve(`refs/tags/${name}`)) continue
    await git.writeRef({
      fs,
      dir,
      ref: `refs/tags/${name}`,
      value: await git.resolveRef({ fs, gitdir: origin, ref: `refs/tags/${name}` }),
      force: true,
    })
    lines.push(` * [new tag]         ${name.padEnd(10)} -> ${name}`)
  }
  return lines
}

async function urlOf(workspace: Workspace, remote: string): Promise<string> {
  const url = await workspace.config(`remote.${remote}.url`)
  if (!url)
    throw new Fatal(
      `fatal: '${remote}' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.`,
    )
  return url
}

async function fetchFrom(workspace: Workspace, remote: string): Promise<void> {
  const url = await urlOf(workspace, remote)
  const { git, base, http } = workspace
  if (!isUrl(url)) {
    const lines = await fetchLocal(workspace, remote, gitFolder(workspace, url))
    if (lines.length > 0) await workspace.io.warn(`From ${url}\n${lines.join('\n')}\n`)
    return
  }
  try {
    await git.fetch({ ...base, http, remote, tags: true })
  } catch (error) {
    explain(error, url)
  }
}

export const fetch: GitCommand = async (workspace, argv) => {
  const words = new Words('fetch', argv, ['depth'], ['all', 'p', 'prune', 't', 'tags', 'q', 'v', 'unshallow'])
  await fetchFrom(workspace, words.operands[0] ?? 'origin')
  return 0
}

export const pull: GitCommand = async (workspace, argv) => {
  const words = new Words('pull', argv, [], ['rebase', 'no-rebase', 'ff-only', 'ff', 'q', 'r', 'no-edit'])
  const branch = await workspace.currentBranch()
  const remote = words.operands[0] ?? (branch && (await workspace.config(`branch.${branch}.remote`)))
  if (!remote)
    throw new Fatal(
      `There is no tracking information for the current branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n`,
      1,
    )
  await fetchFrom(workspace, remote)
  const name =
    words.operands[1] ??
    (await workspace.config(`branch.${branch}.merge`))?.replace('refs/heads/', '') ??
    branch ??
    'HEAD'
  const theirs = await workspace.resolve(`refs/remotes/${remote}/${name}`)
  if (!theirs) throw new Fatal(`fatal: couldn't find remote ref ${name}`)
  const head = await workspace.resolve('HEAD')
  if (
    head &&
    (head === theirs || (await workspace.git.isDescendent({ ...workspace.base, oid: head, ancestor: theirs })))
  ) {
    await workspace.io.print('Already up to date.\n')
    return 0
  }
  if (head && (await workspace.git.isDescendent({ ...workspace.base, oid: theirs, ancestor: head }))) {
    await fastForward(workspace, theirs)
    return 0
  }
  if (!words.has('no-rebase') && !(await workspace.config('pull.rebase')))
    throw new Fatal(
      'hint: You have divergent branches and need to specify how to reconcile them.\nhint: You can do so by running one of the following commands sometime before\nhint: your next pull:\nhint:\nhint:   git config pull.rebase false  # merge\nhint:   git config pull.rebase true   # rebase\nhint:   git config pull.ff only       # fast-forward only\nfatal: Need to specify how to reconcile divergent branches.',
    )
  return merge(workspace, [`${remote}/${name}`])
}

export const push: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'push',
    argv,
    [],
    ['u', 'set-upstream', 'f', 'force', 'tags', 'all', 'd', 'delete', 'q', 'n', 'follow-tags', 'force-with-lease'],
  )
  const branch = await workspace.currentBranch()
  const remote = words.operands[0] ?? (branch && (await workspace.config(`branch.${branch}.remote`))) ?? 'origin'
  const [local = branch ?? 'HEAD', target = local] = (words.operands[1] ?? branch ?? 'HEAD').split(':')
  const url =
    (await workspace.config(`remote.${remote}.url`)) ??
    (words.operands[0]?.includes('/') ? workspace.absolute(words.operands[0]) : undefined)
  if (!url) {
    if (words.operands.length === 0)
      throw new Fatal(
        'fatal: No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n',
      )
    await urlOf(workspace, remote)
  }
  if (words.operands.length === 0 && branch && !(await workspace.config(`branch.${branch}.merge`)))
    throw new Fatal(
      `fatal: The current branch ${branch} has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    git push --set-upstream ${remote} ${branch}\n`,
    )
  const oid = await workspace.resolve(local)
  if (!oid)
    throw new Fatal(`error: src refspec ${local} does not match any\nerror: failed to push some refs to '${url}'`, 1)
  if (isUrl(url ?? '')) return refusePush(workspace, url ?? '')
  return pushLocal(workspace, {
    remote,
    url: url ?? '',
    oid,
    target,
    force: words.has('f', 'force'),
    quiet: words.has('q'),
    upstream: words.has('u', 'set-upstream') ? branch : undefined,
  })
}

/** The forge asks who one is and lets nobody write: there are no accounts in a playground. */
async function refusePush(workspace: Workspace, url: string): Promise<number> {
  const site = url.replace(/^(https?:\/\/[^/]+).*/, '$1')
  const user = await ask(workspace.sys, `Username for '${site}': `)
  if (user === undefined || user === '')
    throw new Fatal(`fatal: could not read Username for '${site}': No such device or address`)
  await ask(workspace.sys, `Password for '${site.replace('://', `://${user}@`)}': `, true)
  throw new Fatal(
    `remote: Permission to ${url.replace(/^https?:\/\/[^/]+\//, '')} denied to ${user}.\nfatal: unable to access '${url}/': The requested URL returned error: 403`,
  )
}

interface LocalPush {
  readonly remote: string
  readonly url: string
  readonly oid: string
  readonly target: string
  readonly force: boolean
  readonly quiet: boolean
  readonly upstream: string | undefined
}

async function pushLocal(
  workspace: Workspace,
  { remote, url, oid, target, force, quiet, upstream }: LocalPush,
): Promise<number> {
  const { git, fs, dir, base } = workspace
  const origin = gitFolder(workspace, url)
  const [there] = [await git.resolveRef({ fs, gitdir: origin, ref: `refs/heads/${target}` }).catch(() => undefined)]
  const head = String(await fs.promises.readFile(`${origin}/HEAD`, 'utf8')).trim()
  if (origin.endsWith('/.git') && head === `ref: refs/heads/${target}`)
    throw new Fatal(
      `remote: error: refusing to update checked out branch: refs/heads/${target}\nTo ${url}\n ! [remote rejected] ${target} -> ${target} (branch is currently checked out)\nerror: failed to push some refs to '${url}'`,
      1,
    )
  if (there === oid) {
    await workspace.io.warn('Everything up-to-date\n')
    return 0
  }
  const behind = there !== undefined && !(await git.isDescendent({ ...base, oid, ancestor: there }).catch(() => false))
  if (behind && !force)
    throw new Fatal(
      `To ${url}\n ! [rejected]        ${target} -> ${target} (fetch first)\nerror: failed to push some refs to '${url}'\nhint: Updates were rejected because the remote contains work that you do not\nhint: have locally.`,
      1,
    )
  await copyObjects(workspace, `${dir}/.git/objects`, `${origin}/objects`)
  await git.writeRef({ fs, gitdir: origin, ref: `refs/heads/${target}`, value: oid, force: true })
  const named = (await git.listRemotes({ ...base })).some((each) => each.remote === remote)
  if (named) await git.writeRef({ fs, dir, ref: `refs/remotes/${remote}/${target}`, value: oid, force: true })
  if (quiet) return 0
  await workspace.io.warn(
    `To ${url}\n${there ? ` ${behind ? '+' : ' '} ${there.slice(0, 7)}${behind ? '...' : '..'}${oid.slice(0, 7)}  ${target} -> ${target}${behind ? ' (forced update)' : ''}` : ` * [new branch]      ${target} -> ${target}`}\n`,
  )
  if (upstream) {
    await follow(workspace, upstream, remote, target)
    await workspace.io.print(`branch '${upstream}' set up to track '${remote}/${target}'.\n`)
  }
  return 0
}

export const remote: GitCommand = async (workspace, argv) => {
  const { git, base, io } = workspace
  const remotes = await git.listRemotes({ ...base })
  const [verb, name = '', url = ''] = argv.filter((word) => word !== '-v' && word !== '--verbose')
  if (verb === undefined) {
    for (const each of remotes)
      await io.print(
        argv.length > 0
          ? `${each.remote}\t${each.url} (fetch)\n${each.remote}\t${each.url} (push)\n`
          : `${each.remote}\n`,
      )
    return 0
  }
  const known = remotes.find((each) => each.remote === name)
  if (verb === 'add') {
    if (known) throw new Fatal(`error: remote ${name} already exists.`, 3)
    await git.addRemote({ ...base, remote: name, url })
    return 0
  }
  if (!['remove', 'rm', 'set-url', 'get-url', 'show', 'rename'].includes(verb))
    throw new Fatal(`error: Unknown subcommand: ${verb}\nusage: git remote [-v | --verbose]`, 129)
  if (!known) throw new Fatal(`error: No such remote '${name}'`, 2)
  if (verb === 'remove' || verb === 'rm') await git.deleteRemote({ ...base, remote: name })
  else if (verb === 'set-url') await git.addRemote({ ...base, remote: name, url, force: true })
  else if (verb === 'get-url') await io.print(`${known.url}\n`)
  else if (verb === 'rename') {
    await git.addRemote({ ...base, remote: url, url: known.url })
    await git.deleteRemote({ ...base, remote: name })
  } else await io.print(`* remote ${name}\n  Fetch URL: ${known.url}\n  Push  URL: ${known.url}\n`)
  return 0
}
