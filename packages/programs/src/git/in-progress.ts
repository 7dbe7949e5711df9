/** What git status says of merges, rebases and the like that wait for the user. */
import { short } from './command.ts'
import type { Workspace } from './repository.ts'
import type { State } from './status.ts'

export interface Progress {
  readonly text: string
  readonly isMerge: boolean
  /** It says where HEAD stands itself. */
  readonly replacesHead: boolean
}

const tidy = (text: string | undefined): string => (text ?? '').trim()

export async function progressText(workspace: Workspace, state: Pick<State, 'staged' | 'unmerged'>): Promise<Progress> {
  const open = state.unmerged.length > 0
  if (workspace.hasState('rebase-merge'))
    return { text: await rebaseText(workspace, open), isMerge: false, replacesHead: true }
  if (workspace.hasState('rebase-apply/applying'))
    return {
      text: `You are in the middle of an am session.\n${open ? '  (fix conflicts and then run "git am --continue")\n' : ''}  (use "git am --skip" to skip this patch)\n  (use "git am --abort" to restore the original branch)\n\n`,
      isMerge: false,
      replacesHead: false,
    }
  let text = ''
  if (workspace.hasState('MERGE_HEAD'))
    text += open
      ? 'You have unmerged paths.\n  (fix conflicts and run "git commit")\n  (use "git merge --abort" to abort the merge)\n\n'
      : 'All conflicts fixed but you are still merging.\n  (use "git commit" to conclude merge)\n\n'
  for (const [name, verb, command] of [
    ['CHERRY_PICK_HEAD', 'cherry-picking', 'cherry-pick'],
    ['REVERT_HEAD', 'reverting', 'revert'],
  ] as const)
    if (workspace.hasState(name)) text += pickText(short(tidy(await workspace.state(name))), verb, command, open)
  const sequenced = text === '' && workspace.hasState('sequencer/todo')
  if (sequenced) {
    const command = tidy(await workspace.state('sequencer/todo')).startsWith('revert') ? 'revert' : 'cherry-pick'
    text += `${command === 'revert' ? 'Revert' : 'Cherry-pick'} currently in progress.\n  (run "git ${command} --continue" to continue)\n  (use "git ${command} --skip" to skip this patch)\n  (use "git ${command} --abort" to cancel the ${command} operation)\n\n`
  }
  if (workspace.hasState('BISECT_LOG'))
    text += `You are currently bisecting, started from branch '${tidy(await workspace.state('BISECT_START'))}'.\n  (use "git bisect reset" to get back to the original branch)\n\n`
  return {
    text,
    isMerge: workspace.hasState('MERGE_HEAD') || workspace.hasState('CHERRY_PICK_HEAD') || sequenced,
    replacesHead: false,
  }
}

const pickText = (oid: string, verb: string, command: string, open: boolean): string =>
  `You are currently ${verb} commit ${oid}.\n${open ? `  (fix conflicts and run "git ${command} --continue")\n` : `  (all conflicts fixed: run "git ${command} --continue")\n`}  (use "git ${command} --skip" to skip this patch)\n  (use "git ${command} --abort" to cancel the ${command} operation)\n\n`

/** Commits in a todo list are shown by short names. */
const shortened = (row: string): string =>
  row.replace(/\b[0-9a-f]{40}\b/, short).replace(/^(\w+) ([0-9a-f]+) # /, '$1 $2 ')

async function rebaseText(workspace: Workspace, open: boolean): Promise<string> {
  const rows = async (name: string): Promise<string[]> =>
    tidy(await workspace.state(`rebase-merge/${name}`))
      .split('\n')
      .filter((row) => row !== '' && !row.startsWith('#'))
  const [done, todo] = [await rows('done'), await rows('git-rebase-todo')]
  const onto = short(tidy(await workspace.state('rebase-merge/onto')))
  const branch = tidy(await workspace.state('rebase-merge/head-name')).replace('refs/heads/', '')
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  let out = `interactive rebase in progress; onto ${onto}\n`
  if (done.length > 0) {
    out += `Last command${done.length === 1 ? '' : 's'} done (${many(done.length, 'command')} done):\n`
    out += done
      .slice(-2)
      .map((row) => `   ${shortened(row)}\n`)
      .join('')
    if (done.length > 2) out += '  (see more in file .git/rebase-merge/done)\n'
  } else out += 'No commands done.\n'
  if (todo.length > 0) {
    out += `Next command${todo.length === 1 ? '' : 's'} to do (${many(todo.length, 'remaining command')}):\n`
    out += `${todo
      .slice(0, 2)
      .map((row) => `   ${shortened(row)}\n`)
      .join('')}  (use "git rebase --edit-todo" to view and edit)\n`
  } else out += 'No commands remaining.\n'
  const where = branch === 'detached HEAD' || branch === '' ? '' : ` branch '${branch}' on '${onto}'`
  if (open)
    return `${out}You are currently rebasing${where}.\n  (fix conflicts and then run "git rebase --continue")\n  (use "git rebase --skip" to skip this patch)\n  (use "git rebase --abort" to check out the original branch)\n\n`
  if (workspace.hasState('rebase-merge/amend'))
    return `${out}You are currently editing a commit while rebasing${where}.\n  (use "git commit --amend" to amend the current commit)\n  (use "git rebase --continue" once you are satisfied with your changes)\n\n`
  return `${out}You are currently rebasing${where}.\n  (all conflicts fixed: run "git rebase --continue")\n\n`
}
