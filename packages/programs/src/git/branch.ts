/** git branch: list, make, rename and delete branches. */
import { type GitCommand, paint, Words } from './command.ts'
import { Fatal, type Workspace } from './repository.ts'

export const validName = (name: string): boolean =>
  !/[\s~^:?*[\\]|\.\.|^-|\/$|\.lock$|^\/|@\{/.test(name) && name !== ''

export async function subjectOf(workspace: Workspace, oid: string): Promise<string> {
  return (await workspace.git.readCommit({ ...workspace.base, oid })).commit.message.split('\n')[0] ?? ''
}

export async function makeBranch(
  workspace: Workspace,
  name: string,
  start: string | undefined,
  force: boolean,
): Promise<void> {
  if (!validName(name)) throw new Fatal(`fatal: '${name}' is not a valid branch name`)
  const known = (await workspace.git.listBranches({ ...workspace.base })).includes(name)
  if (known && !force) throw new Fatal(`fatal: a branch named '${name}' already exists`)
  const oid = await workspace.resolve(start ?? 'HEAD')
  if (!oid) throw new Fatal(`fatal: not a valid object name: '${start ?? (await workspace.currentBranch()) ?? 'HEAD'}'`)
  await workspace.git.writeRef({ ...workspace.base, ref: `refs/heads/${name}`, value: oid, force: true })
  const [, remote, branch] = /^([^/]+)\/(.+)$/.exec(start ?? '') ?? []
  if (remote && branch && (await workspace.resolve(`refs/remotes/${remote}/${branch}`)))
    await follow(workspace, name, remote, branch)
}

export async function follow(workspace: Workspace, name: string, remote: string, branch: string): Promise<void> {
  await workspace.git.setConfig({ ...workspace.base, path: `branch.${name}.remote`, value: remote })
  await workspace.git.setConfig({ ...workspace.base, path: `branch.${name}.merge`, value: `refs/heads/${branch}` })
}

export const branch: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'branch',
    argv,
    ['u', 'set-upstream-to', 'contains', 'merged', 'no-merged'],
    [
      'a',
      'all',
      'r',
      'remotes',
      'd',
      'D',
      'delete',
      'm',
      'M',
      'move',
      'v',
      'vv',
      'verbose',
      'f',
      'force',
      'show-current',
      'list',
      'l',
      'q',
    ],
  )
  const { git, base } = workspace
  const current = await workspace.currentBranch()
  if (words.has('show-current')) {
    if (current) await workspace.io.print(`${current}\n`)
    return 0
  }
  if (words.has('d', 'D', 'delete')) return removeBranches(workspace, words, current)
  if (words.has('m', 'M', 'move')) {
    const [from = current ?? '', to = from] =
      words.operands.length > 1 ? words.operands : [current ?? '', words.operands[0]]
    await git.renameBranch({ ...base, oldref: from, ref: to ?? '', checkout: from === current })
    return 0
  }
  const upstream = words.get('u', 'set-upstream-to')
  if (upstream !== undefined) {
    const [remote = '', name = ''] = [
      upstream.slice(0, upstream.indexOf('/')),
      upstream.slice(upstream.indexOf('/') + 1),
    ]
    await follow(workspace, words.operands[0] ?? current ?? '', remote, name)
    await workspace.io.print(`branch '${current}' set up to track '${upstream}'.\n`)
    return 0
  }
  const [name, start] = words.operands
  if (name !== undefined && !words.has('list', 'l')) {
    await makeBranch(workspace, name, start, words.has('f', 'force'))
    return 0
  }
  await listBranches(workspace, words, current)
  return 0
}

async function removeBranches(workspace: Workspace, words: Words, current: string | undefined): Promise<number> {
  const { git, base } = workspace
  for (const name of words.operands) {
    const oid = await workspace.resolve(`refs/heads/${name}`)
    if (!oid) throw new Fatal(`error: branch '${name}' not found.`, 1)
    if (name === current) throw new Fatal(`error: Cannot delete branch '${name}' checked out at '${workspace.dir}'`, 1)
    const head = await workspace.resolve('HEAD')
    const merged =
      head === oid || (head !== undefined && (await git.isDescendent({ ...base, oid: head, ancestor: oid })))
    if (!merged && !words.has('D') && !words.has('f', 'force'))
      throw new Fatal(
        `error: The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.`,
        1,
      )
    await git.deleteBranch({ ...base, ref: name })
    await workspace.io.print(`Deleted branch ${name} (was ${oid.slice(0, 7)}).\n`)
  }
  return 0
}

async function listBranches(workspace: Workspace, words: Words, current: string | undefined): Promise<void> {
  const { git, base } = workspace
  const rows: { mark: string; name: string; shown: string; ref: string; arrow?: string }[] = []
  if (!words.has('r', 'remotes')) {
    if (current === undefined) {
      const head = await workspace.resolve('HEAD')
      rows.push({
        mark: '*',
        name: `(HEAD detached at ${head?.slice(0, 7)})`,
        shown: paint(workspace, '32', `(HEAD detached at ${head?.slice(0, 7)})`),
        ref: 'HEAD',
      })
    }
    for (const name of (await git.listBranches({ ...base })).sort())
      rows.push({
        mark: name === current ? '*' : ' ',
        name,
        shown: name === current ? paint(workspace, '32', name) : name,
        ref: `refs/heads/${name}`,
      })
  }
  if (words.has('a', 'all', 'r', 'remotes'))
    for (const { remote } of await git.listRemotes({ ...base }))
      for (const name of (await git.listBranches({ ...base, remote })).sort()) {
        const shown = `${words.has('r', 'remotes') ? '' : 'remotes/'}${remote}/${name}`
        const arrow =
          name === 'HEAD'
            ? ` -> ${(await git.resolveRef({ ...base, ref: `refs/remotes/${remote}/HEAD`, depth: 2 })).replace('refs/remotes/', '')}`
            : undefined
        rows.push({
          mark: ' ',
          name: shown,
          shown: paint(workspace, '31', shown),
          ref: `refs/remotes/${remote}/${name}`,
          ...(arrow ? { arrow } : {}),
        })
      }
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  for (const { mark, name, shown, ref, arrow } of rows) {
    let line = `${mark} ${shown}${arrow ?? ''}`
    if (words.has('v', 'vv', 'verbose') && !arrow) {
      const oid = (await workspace.resolve(ref)) ?? ''
      line += `${' '.repeat(width - name.length)} ${oid.slice(0, 7)} ${oid ? await subjectOf(workspace, oid) : ''}`
    }
    await workspace.io.print(`${line}\n`)
  }
}
