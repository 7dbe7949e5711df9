/** git notes: words about commits that do not change them. */
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import type { Workspace } from './repository.ts'
import { editFile, cleaned, stripped } from './terminal.ts'
import { type FileState, treeOf, writeTree } from './trees.ts'

const REF = 'refs/notes/commits'

async function all(workspace: Workspace): Promise<Map<string, FileState>> {
  const oid = await workspace.refs.read(REF)
  return new Map([...(await treeOf(workspace, oid))].map(([path, state]) => [path.replaceAll('/', ''), state]))
}

export async function noteOf(workspace: Workspace, oid: string): Promise<string | undefined> {
  if (!(await workspace.refs.read(REF))) return undefined
  const state = (await all(workspace)).get(oid)
  return state && new TextDecoder().decode(await workspace.objects.blob(state.oid))
}

async function save(workspace: Workspace, notes: ReadonlyMap<string, FileState>, verb: string): Promise<void> {
  const tree = await writeTree(
    workspace.objects,
    [...notes].sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  const parent = await workspace.refs.read(REF)
  const who = await workspace.identity('COMMITTER')
  const message = `Notes ${verb} by 'git notes ${verb === 'removed' ? 'remove' : verb === 'added' ? 'add' : 'append'}'\n`
  const oid = await workspace.objects.writeCommit({
    tree,
    parents: parent ? [parent] : [],
    author: await workspace.identity('AUTHOR'),
    committer: who,
    message,
  })
  await workspace.refs.write(REF, oid, { who, message: `notes: ${message}` })
}

export const notes: GitCommand = async (workspace, argv) => {
  const [verb = 'list', ...rest] = argv
  const words = new Words(`notes ${verb}`, rest, {
    values: ['m', 'message', 'F', 'file', 'ref', 'C'],
    flags: ['f', 'force', 'allow-empty', 'ignore-missing'],
    usage: 'usage: git notes [--ref <notes-ref>] [list [<object>]]',
  })
  const found = await all(workspace)
  if (verb === 'list' && words.operands.length === 0) {
    for (const [oid, state] of found) await workspace.io.print(`${state.oid} ${oid}\n`)
    return 0
  }
  const name = words.operands[0] ?? 'HEAD'
  const oid = await workspace.resolve(name)
  if (!oid) throw new Fatal(`fatal: failed to resolve '${name}' as a valid ref.`)
  const old = found.get(oid)
  const text = old && new TextDecoder().decode(await workspace.objects.blob(old.oid))
  if (verb === 'list' || verb === 'show') {
    if (!old || text === undefined) throw new Fatal(`error: no note found for object ${oid}.`, 1)
    await workspace.io.print(verb === 'list' ? `${old.oid}\n` : text)
    return 0
  }
  if (verb === 'remove') {
    if (!old) throw new Fatal(`Object ${oid} has no note`, 1)
    await workspace.io.warn(`Removing note for object ${name}\n`)
    found.delete(oid)
    await save(workspace, found, 'removed')
    return 0
  }
  if (!['add', 'append', 'edit'].includes(verb))
    throw new Fatal(
      `error: unknown subcommand: \`${verb}'\nusage: git notes [--ref <notes-ref>] [list [<object>]]`,
      129,
    )
  if (verb === 'add' && old && !words.has('f', 'force'))
    throw new Fatal(
      `error: Cannot add notes. Found existing notes for object ${oid}. Use '-f' to overwrite existing notes`,
      1,
    )
  const given = words.all('m', 'message')
  const fresh =
    given.length > 0
      ? cleaned(given.join('\n\n'))
      : stripped(
          await editFile(
            workspace,
            `${workspace.gitdir}/NOTES_EDITMSG`,
            `${text ?? ''}\n#\n# Write/edit the notes for the following object:\n`,
          ),
        )
  const whole = verb === 'append' && text ? `${text}\n${fresh}` : fresh
  found.set(oid, { oid: await workspace.objects.write('blob', whole), mode: '100644' })
  await save(workspace, found, verb === 'append' ? 'appended' : 'added')
  return 0
}
