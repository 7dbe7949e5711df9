/** git tag. */
import { type GitCommand, Words } from './command.ts'
import { resolved } from './record.ts'
import { Fatal } from './repository.ts'

export const tag: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'tag',
    argv,
    ['m', 'message', 'F', 'contains', 'sort'],
    ['a', 'annotate', 'd', 'delete', 'l', 'list', 'f', 'force', 'n', 's'],
  )
  const { git, base } = workspace
  const names = (await git.listTags({ ...base })).sort()
  if (words.has('d', 'delete')) {
    for (const name of words.operands) {
      const oid = await workspace.resolve(`refs/tags/${name}`)
      if (!oid) throw new Fatal(`error: tag '${name}' not found.`, 1)
      await git.deleteTag({ ...base, ref: name })
      await workspace.io.print(`Deleted tag '${name}' (was ${oid.slice(0, 7)})\n`)
    }
    return 0
  }
  const [name, target] = words.operands
  if (name === undefined || words.has('l', 'list')) {
    const pattern =
      name === undefined
        ? undefined
        : new RegExp(
            `^${name
              .replace(/[.+^${}()|[\]\\]/g, '\\$&')
              .replaceAll('*', '.*')
              .replaceAll('?', '.')}$`,
          )
    await workspace.io.print(
      names
        .filter((each) => !pattern || pattern.test(each))
        .map((each) => `${each}\n`)
        .join(''),
    )
    return 0
  }
  if (names.includes(name) && !words.has('f', 'force')) throw new Fatal(`fatal: tag '${name}' already exists`)
  const oid = await resolved(workspace, target ?? 'HEAD')
  const message = words.get('m', 'message')
  if (message !== undefined || words.has('a', 'annotate'))
    await git.annotatedTag({
      ...base,
      ref: name,
      object: oid,
      message: message ?? '',
      tagger: await workspace.identity('COMMITTER'),
      force: true,
    })
  else await git.tag({ ...base, ref: name, object: oid, force: true })
  return 0
}
