/** git rev-parse and git describe: names of commits. */
import { type GitCommand, Words } from './command.ts'
import { resolved } from './record.ts'
import { Fatal } from './repository.ts'

export const revParse: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'rev-parse',
    argv,
    [],
    [
      'short',
      'abbrev-ref',
      'show-toplevel',
      'is-inside-work-tree',
      'git-dir',
      'verify',
      'q',
      'show-prefix',
      'absolute-git-dir',
    ],
  )
  const { io } = workspace
  if (words.has('show-toplevel')) await io.print(`${workspace.dir}\n`)
  if (words.has('is-inside-work-tree')) await io.print(`${workspace.dir !== ''}\n`)
  if (words.has('git-dir')) await io.print(workspace.cwd === workspace.dir ? '.git\n' : `${workspace.dir}/.git\n`)
  if (words.has('absolute-git-dir')) await io.print(`${workspace.dir}/.git\n`)
  for (const name of words.operands) {
    const oid = await resolved(workspace, name)
    const short = words.get('short')
    if (words.has('abbrev-ref'))
      await io.print(`${name === 'HEAD' ? ((await workspace.currentBranch()) ?? 'HEAD') : name}\n`)
    else await io.print(`${short === undefined ? oid : oid.slice(0, Number(short) || 7)}\n`)
  }
  return 0
}

export const describe: GitCommand = async (workspace, argv) => {
  const words = new Words('describe', argv, ['abbrev', 'match'], ['tags', 'always', 'all', 'dirty', 'long'])
  const head = await resolved(workspace, words.operands[0] ?? 'HEAD')
  const tags = new Map<string, string>()
  for (const name of await workspace.git.listTags({ ...workspace.base }))
    tags.set((await workspace.resolve(`refs/tags/${name}`)) ?? '', name)
  const entries = await workspace.git.log({ ...workspace.base, ref: head })
  const at = entries.findIndex(({ oid }) => tags.has(oid))
  if (at < 0) {
    if (!words.has('always')) throw new Fatal('fatal: No names found, cannot describe anything.')
    await workspace.io.print(`${head.slice(0, 7)}\n`)
  } else
    await workspace.io.print(`${tags.get(entries[at]?.oid ?? '')}${at === 0 ? '' : `-${at}-g${head.slice(0, 7)}`}\n`)
  return 0
}
