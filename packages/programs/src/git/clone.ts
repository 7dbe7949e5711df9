/** git clone. */
import { makeDirectories } from '@drydock/libc'
import { removeAll } from './add.ts'
import { type GitCommand, short, Words } from './command.ts'
import { makeRepository } from './configure.ts'
import { follow } from './branch.ts'
import { Fatal } from './fatal.ts'
import { below } from './paths.ts'
import { fetchHttp } from './http-remote.ts'
import { Workspace } from './repository.ts'
import { subjectOf } from './pretty.ts'
import type { Advertised } from './remote-objects.ts'
import { connect, isHttp, isSsh, localPath } from './transport.ts'
import { treeOf } from './trees.ts'
import { forceTree } from './unpack.ts'

const FLAGS = [
  'q',
  'quiet',
  'single-branch',
  'no-single-branch',
  'no-checkout',
  'n',
  'recursive',
  'recurse-submodules',
  'bare',
  'mirror',
  'v',
  'verbose',
  'progress',
  'no-tags',
  'l',
  'local',
  'no-local',
  'no-hardlinks',
  'shallow-submodules',
  's',
  'shared',
  'sparse',
  'dissociate',
]

function folderName(source: string, bare: boolean): string {
  const name =
    source
      .replace(/\/+$/, '')
      .replace(/\/?\.git$/, '')
      .split(/[/:]/)
      .pop() ?? ''
  return bare ? `${name}.git` : name
}

export const clone: GitCommand = async (workspace, argv) => {
  const words = new Words('clone', argv, {
    values: [
      'b',
      'branch',
      'depth',
      'o',
      'origin',
      'c',
      'config',
      'filter',
      'j',
      'jobs',
      'reference',
      'template',
      'u',
      'upload-pack',
      'shallow-since',
      'separate-git-dir',
    ],
    flags: FLAGS,
    usage: 'usage: git clone [<options>] [--] <repo> [<dir>]',
  })
  const [source, given] = words.rest
  if (source === undefined)
    throw new Fatal(
      'fatal: You must specify a repository to clone.\n\nusage: git clone [<options>] [--] <repo> [<dir>]',
      129,
    )
  const bare = words.has('bare', 'mirror')
  const name = given ?? folderName(source, bare)
  const dir = workspace.absolute(name)
  const remote = isHttp(source) || isSsh(source)
  if (!remote && !workspace.exists(localPath(workspace, source)))
    throw new Fatal(`fatal: repository '${source}' does not exist`)
  const existed = workspace.exists(dir)
  if (existed && workspace.sys.readdir(dir).length > 0)
    throw new Fatal(`fatal: destination path '${name}' already exists and is not an empty directory.`)
  if (!words.has('q', 'quiet')) await workspace.io.warn(`Cloning into ${bare ? 'bare repository ' : ''}'${name}'...\n`)
  try {
    return await into(workspace, words, source, dir, bare)
  } catch (error) {
    if (!existed) removeAll(workspace, dir)
    throw error
  }
}

async function into(workspace: Workspace, words: Words, source: string, dir: string, bare: boolean): Promise<number> {
  const origin = words.get('o', 'origin') ?? 'origin'
  const url = isHttp(source) || isSsh(source) || source.startsWith('file://') ? source : cleanLocal(workspace, source)
  const gitdir = bare ? dir : below(dir, '.git')
  makeDirectories(workspace.sys, dir)
  await makeRepository(workspace, gitdir, bare, 'master')
  const target = await Workspace.open(workspace.process, { cwd: dir, config: [] })
  await target.config.set(`remote.${origin}.url`, url)
  if (!bare) await target.config.set(`remote.${origin}.fetch`, `+refs/heads/*:refs/remotes/${origin}/*`)
  for (const row of words.all('c', 'config'))
    await target.config.set(row.split('=')[0] ?? '', row.slice(row.indexOf('=') + 1))
  const advertised = await take(workspace, target, url, words)
  return checkOut(workspace, target, words, { advertised, origin, url, bare })
}

/** As git joins it: relative to where one is, dots and all. */
const cleanLocal = (workspace: Workspace, source: string): string =>
  (source.startsWith('/')
    ? source
    : `${workspace.cwd === '/' ? '' : workspace.cwd}/${source.replace(/^\.\//, '')}`
  ).replace(/(.)\/+$/, '$1')

async function take(workspace: Workspace, target: Workspace, url: string, words: Words): Promise<Advertised> {
  if (isHttp(url))
    return fetchHttp(target, url, {
      depth: words.get('depth'),
      single: words.has('single-branch'),
      branch: words.get('b', 'branch'),
      quiet: words.has('q', 'quiet'),
    })
  const remote = await connect(workspace, url, url)
  const advertised = await remote.advertised()
  if (words.has('depth') && remote.isLocal && !url.startsWith('file://'))
    await workspace.io.warn('warning: --depth is ignored in local clones; use file:// instead.\n')
  await remote.fetch(
    target.objects,
    advertised.refs.map(({ oid }) => oid),
    [],
  )
  return advertised
}

interface Checkout {
  readonly advertised: Advertised
  readonly origin: string
  readonly url: string
  readonly bare: boolean
}

async function checkOut(
  workspace: Workspace,
  target: Workspace,
  words: Words,
  { advertised, origin, url, bare }: Checkout,
): Promise<number> {
  const { refs } = target
  const who = await target.identity('COMMITTER', true)
  const from = `clone: from ${url}`
  const quiet = words.has('q', 'quiet')
  const branch = words.get('b', 'branch')
  for (const { name, oid } of advertised.refs) {
    if (name.startsWith('refs/heads/') && !bare) await refs.put(`refs/remotes/${origin}/${name.slice(11)}`, oid)
    else if (bare || (name.startsWith('refs/tags/') && !words.has('no-tags'))) await refs.put(name, oid)
  }
  if (
    branch !== undefined &&
    !advertised.refs.some(({ name }) => name === `refs/heads/${branch}` || name === `refs/tags/${branch}`)
  )
    throw new Fatal(
      `${isHttp(url) ? `warning: Could not find remote branch ${branch} to clone.\n` : ''}fatal: Remote branch ${branch} not found in upstream ${origin}`,
    )
  const head =
    branch === undefined
      ? (advertised.head ?? advertised.refs.find(({ oid }) => oid === advertised.headOid)?.name)
      : `refs/heads/${branch}`
  if (advertised.refs.length === 0) await workspace.io.warn('warning: You appear to have cloned an empty repository.\n')
  if (head === undefined) return 0
  await refs.setSymbolic('HEAD', head)
  if (bare) {
    if (!quiet && !isHttp(url) && !isSsh(url) && !url.startsWith('file://')) await workspace.io.warn('done.\n')
    return 0
  }
  const oid = advertised.refs.find(({ name }) => name === head)?.oid
  const tag = branch === undefined ? undefined : advertised.refs.find(({ name }) => name === `refs/tags/${branch}`)?.oid
  const named = head.replace('refs/heads/', '')
  if (!quiet && !isHttp(url) && !isSsh(url) && !url.startsWith('file://') && advertised.refs.length > 0)
    await workspace.io.warn('done.\n')
  if (oid) {
    await refs.write(head, oid, { who, message: from })
    if (advertised.head && branch === undefined)
      await refs.setSymbolic(`refs/remotes/${origin}/HEAD`, `refs/remotes/${origin}/${named}`)
    await follow(target, named, `refs/remotes/${origin}/${named}`)
  } else if (tag) {
    const commit = await target.objects.peel(tag)
    await refs.setHead(commit, commit, { who, message: from })
    await workspace.io.warn(
      `Note: switching to '${commit}'.\n\nHEAD is now at ${short(commit)} ${subjectOf((await target.objects.commit(commit)).message)}\n`,
    )
  } else {
    if (advertised.refs.length > 0)
      await workspace.io.warn('warning: remote HEAD refers to nonexistent ref, unable to checkout\n')
    else if (!bare) await follow(target, named, `refs/remotes/${origin}/${named}`)
    return 0
  }
  if (words.has('no-checkout', 'n')) return 0
  await forceTree(target, await treeOf(target, await target.head()))
  return 0
}
