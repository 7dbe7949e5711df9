/** The list of things that a rebase does. git-rebase(1), INTERACTIVE MODE. */
import { Fatal } from './fatal.ts'
import type { Workspace } from './repository.ts'

export const TODO_HELP = `# Commands:
# p, pick <commit> = use commit
# r, reword <commit> = use commit, but edit the commit message
# e, edit <commit> = use commit, but stop for amending
# s, squash <commit> = use commit, but meld into previous commit
# f, fixup [-C | -c] <commit> = like "squash" but keep only the previous
#                    commit's log message, unless -C is used, in which case
#                    keep only this commit's message; -c is same as -C but
#                    opens the editor
# x, exec <command> = run command (the rest of the line) using shell
# b, break = stop here (continue rebase later with 'git rebase --continue')
# d, drop <commit> = remove commit
# l, label <label> = label current HEAD with a name
# t, reset <label> = reset HEAD to a label
# m, merge [-C <commit> | -c <commit>] <label> [# <oneline>]
#         create a merge commit using the original merge commit's
#         message (or the oneline, if no original merge commit was
#         specified); use -c <commit> to reword the commit message
# u, update-ref <ref> = track a placeholder for the <ref> to be updated
#                       to this position in the new commits. The <ref> is
#                       updated at the end of the rebase
#
# These lines can be re-ordered; they are executed from top to bottom.
#
# If you remove a line here THAT COMMIT WILL BE LOST.
#
# However, if you remove everything, the rebase will be aborted.
#
`
const LETTERS: Readonly<Record<string, string>> = {
  p: 'pick',
  r: 'reword',
  e: 'edit',
  s: 'squash',
  f: 'fixup',
  x: 'exec',
  b: 'break',
  d: 'drop',
  l: 'label',
  t: 'reset',
}

export interface Item {
  readonly verb: string
  readonly oid: string
  /** Of exec and label: what follows; else the subject. */
  readonly text: string
}

export const printItem = ({ verb, oid, text }: Item): string =>
  `${verb}${oid ? ` ${oid}` : ''}${text ? ` ${text}` : ''}`

/** @throws Fatal for a line that is none */
export async function parseTodo(workspace: Workspace, text: string): Promise<Item[]> {
  const items: Item[] = []
  for (const row of text.split('\n').map((line) => line.trim())) {
    if (row === '' || row.startsWith('#')) continue
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(row) ?? []
    const verb = LETTERS[word] ?? word
    if (['exec', 'break', 'label', 'reset', 'noop'].includes(verb)) {
      if (verb !== 'noop') items.push({ verb, oid: '', text: rest })
      continue
    }
    const [, name = '', subject = ''] = /^(?:-[Cc] )?(\S+)\s*(.*)$/.exec(rest) ?? []
    const oid = Object.values(LETTERS).includes(verb) ? await workspace.resolve(name) : undefined
    if (!oid)
      throw new Fatal(
        `error: invalid line ${items.length + 1}: ${row}\nYou can fix this with 'git rebase --edit-todo' and then run 'git rebase --continue'.\nOr you can abort the rebase with 'git rebase --abort'.`,
        1,
      )
    items.push({ verb, oid, text: subject })
  }
  return items
}

/** fixup! and squash! go behind the commits they name. */
export function autosquashed(items: readonly Item[]): Item[] {
  const out: Item[] = []
  for (const item of items) {
    const [, kind, target] = /^(fixup|squash|amend)! (?:(?:fixup|squash|amend)! )*(.*)$/s.exec(item.text) ?? []
    const at =
      target === undefined
        ? -1
        : out.findIndex((each) => each.text === target || each.oid.startsWith(target) || each.text.startsWith(target))
    if (at < 0 || kind === undefined) {
      out.push(item)
      continue
    }
    let end = at + 1
    while (out[end]?.verb === 'fixup' || out[end]?.verb === 'squash') end++
    out.splice(end, 0, { ...item, verb: kind === 'squash' ? 'squash' : 'fixup' })
  }
  return out
}
