/** A rebase under way: its steps, and where it stops. */
import { makeDirectories, writeFile } from '@drydock/libc'
import { removeAll } from './add.ts'
import { short } from './command.ts'
import { reportText } from './commit.ts'
import { Fatal } from './fatal.ts'
import { applyPick, commitPick, conflictComment, readPick } from './pick.ts'
import { type Commit, printPerson } from './objects.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { moveHead } from './reset.ts'
import { type Item, parseTodo, printItem } from './rebase-todo.ts'
import { editFile, runShell, stripped } from './terminal.ts'
import { compare, indexTree, treeOf, workTree, writeTree } from './trees.ts'
import { forceTree, switchTree } from './unpack.ts'

/** A rebase that is under way; its files are git's own, in `.git/rebase-merge`. */
export class Rebase {
  private readonly workspace: Workspace
  private readonly quiet: boolean

  constructor(workspace: Workspace, quiet: boolean) {
    this.workspace = workspace
    this.quiet = quiet
  }

  private path(name: string): string {
    return `${this.workspace.gitdir}/rebase-merge/${name}`
  }
  async read(name: string): Promise<string> {
    return ((await this.workspace.state(`rebase-merge/${name}`)) ?? '').trim()
  }
  write(name: string, text: string): Promise<void> {
    return writeFile(this.workspace.sys, this.path(name), text === '' ? '' : `${text}\n`)
  }
  private async say(text: string): Promise<void> {
    await this.workspace.io.out.flush()
    await this.workspace.io.warn(text)
  }
  /** The line of progress gives way to what comes. */
  private get wipe(): string {
    const dumb = (this.workspace.process.env.get('TERM') ?? 'dumb') === 'dumb'
    return dumb ? `\r${' '.repeat(80)}\r` : '\r\x1b[K'
  }

  async begin(
    branch: string | undefined,
    head: string,
    onto: string,
    ontoName: string,
    items: readonly Item[],
  ): Promise<number> {
    makeDirectories(this.workspace.sys, this.path(''))
    await this.write('head-name', branch === undefined ? 'detached HEAD' : `refs/heads/${branch}`)
    await this.write('onto', onto)
    await this.write('orig-head', head)
    await this.write('done', '')
    await this.write('git-rebase-todo', items.map(printItem).join('\n'))
    await this.write('end', String(items.length))
    const { workspace } = this
    try {
      await switchTree(
        workspace,
        await treeOf(workspace, await workspace.head()),
        await treeOf(workspace, onto),
        'checkout',
      )
    } catch (error) {
      removeAll(workspace, this.path('').slice(0, -1))
      if (error instanceof Fatal) throw new Fatal(`${error.message}\nerror: could not detach HEAD`, 1)
      throw error
    }
    await workspace.refs.put('ORIG_HEAD', head)
    await workspace.refs.setHead(onto, onto, {
      who: await workspace.identity('COMMITTER', true),
      message: `rebase (start): checkout ${ontoName}`,
    })
    return this.run()
  }

  async items(name: string): Promise<Item[]> {
    return parseTodo(this.workspace, (await this.workspace.state(`rebase-merge/${name}`)) ?? '')
  }

  /** Does what is left to do. */
  async run(): Promise<number> {
    for (;;) {
      const [next, ...left] = await this.items('git-rebase-todo')
      if (!next) return this.finish()
      const done = await this.items('done')
      await this.write('git-rebase-todo', left.map(printItem).join('\n'))
      await this.write('done', [...done, next].map(printItem).join('\n'))
      const skips = next.verb === 'pick' && (await this.isNext(next.oid))
      if (!this.quiet && !skips && next.verb !== 'drop' && next.verb !== 'break')
        await this.say(`Rebasing (${done.length + 1}/${done.length + 1 + left.length})\r`)
      const status = await this.act(next, left[0])
      if (status !== 0) return status
      if (workspaceBroke(next.verb)) return 0
    }
  }

  /** A commit that stands on HEAD already need not be made again. */
  private async isNext(oid: string): Promise<boolean> {
    return (
      (await this.workspace.objects.commit(oid)).parents[0] === (await this.workspace.head()) &&
      (await this.read('force')) === ''
    )
  }

  private async act(item: Item, after: Item | undefined): Promise<number> {
    const { workspace } = this
    if (item.verb === 'drop' || item.verb === 'label') return 0
    if (item.verb === 'break') {
      await this.say(
        `Stopped at ${short((await workspace.head()) ?? '')}... ${subjectOf((await workspace.objects.commit((await workspace.head()) ?? '')).message)}\n`,
      )
      return 0
    }
    if (item.verb === 'exec') return this.exec(item.text)
    const commit = await workspace.objects.commit(item.oid)
    const melds = item.verb === 'squash' || item.verb === 'fixup'
    if (!melds && (await this.isNext(item.oid))) {
      await forceTree(workspace, await treeOf(workspace, item.oid))
      await moveHead(
        workspace,
        item.oid,
        `rebase (${item.verb === 'pick' ? 'pick' : item.verb}): fast-forward`.replace(
          '(pick): fast-forward',
          `(pick): ${subjectOf(commit.message)}`,
        ),
        false,
      )
    } else {
      const pick = await readPick(workspace, 'cherry-pick', item.oid, {
        origin: false,
        mainline: commit.parents.length > 1 ? 1 : undefined,
      })
      if (await applyPick(workspace, pick, 'rebase')) return this.stopAtConflict(item, commit)
      if (melds) return this.meld(item, commit, after)
      const empty = compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace)).length === 0
      const wasEmpty =
        compare(await treeOf(workspace, commit.parents[0]), await treeOf(workspace, commit.tree)).length === 0
      if (empty && !wasEmpty) {
        await this.say(`dropping ${commit.oid} ${subjectOf(commit.message)} -- patch contents already upstream\n`)
        return 0
      }
      await commitPick(workspace, pick, commit.message, `rebase (${item.verb})`)
    }
    if (item.verb === 'reword') return this.reword()
    return item.verb === 'edit' ? this.stopToEdit(commit) : 0
  }

  private async exec(line: string): Promise<number> {
    await this.say(`${this.wipe}Executing: ${line}\n`)
    const status = await runShell(this.workspace, line, [])
    if (status === 0) return 0
    await this.say(
      `warning: execution failed: ${line}\nYou can fix the problem, and then run\n\n  git rebase --continue\n\n\n`,
    )
    return 1
  }

  private async amendHead(message: string, verb: string): Promise<string> {
    const { workspace } = this
    const head = await workspace.objects.commit((await workspace.head()) ?? '')
    const tree = await writeTree(workspace.objects, await indexTree(workspace))
    const oid = await workspace.objects.writeCommit({
      ...head,
      tree,
      message,
      committer: await workspace.identity('COMMITTER'),
    })
    await moveHead(workspace, oid, `${verb}: ${subjectOf(message)}`, false)
    return oid
  }

  private async reword(): Promise<number> {
    const { workspace } = this
    const head = await workspace.objects.commit((await workspace.head()) ?? '')
    const text = stripped(await editFile(workspace, `${workspace.gitdir}/COMMIT_EDITMSG`, head.message))
    if (text === '') throw new Fatal('Aborting commit due to empty commit message.', 1)
    await workspace.io.print(await reportText(workspace, await this.amendHead(text, 'rebase (reword)'), true))
    return 0
  }

  /** Squash and fixup put their change, and perhaps their words, into the commit before. */
  private async meld(item: Item, commit: Commit, after: Item | undefined): Promise<number> {
    const { workspace } = this
    const head = await workspace.objects.commit((await workspace.head()) ?? '')
    const parts =
      (await this.read('message-squash')) === ''
        ? [head.message.trimEnd()]
        : (await this.read('message-squash')).split('\0')
    if (item.verb === 'squash') parts.push(commit.message.trimEnd())
    const squashes = item.verb === 'squash' || (await this.read('squashes')) !== ''
    if (after?.verb === 'squash' || after?.verb === 'fixup') {
      await this.write('message-squash', parts.join('\0'))
      if (squashes) await this.write('squashes', 'yes')
      await this.amendHead(parts.join('\n\n').concat('\n'), `rebase (${item.verb})`)
      return 0
    }
    workspace.dropState('rebase-merge/message-squash', 'rebase-merge/squashes')
    if (!squashes) {
      await this.amendHead(head.message, `rebase (${item.verb})`)
      return 0
    }
    const names = ['1st', ...parts.slice(1).map((_, at) => `#${at + 2}`)]
    const text = `# This is a combination of ${parts.length} commits.\n${parts.map((part, at) => `# This is the ${at === 0 ? '1st commit message' : `commit message ${names[at]}`}:\n\n${part}\n`).join('\n')}`
    const message = stripped(await editFile(workspace, `${workspace.gitdir}/COMMIT_EDITMSG`, text))
    if (message === '') throw new Fatal('Aborting commit due to empty commit message.', 1)
    await workspace.io.print(await reportText(workspace, await this.amendHead(message, `rebase (${item.verb})`), true))
    return 0
  }

  private async stopToEdit(commit: Commit): Promise<number> {
    await this.write('amend', (await this.workspace.head()) ?? '')
    await this.write('stopped-sha', commit.oid)
    await this.say(
      `${this.wipe}Stopped at ${short(commit.oid)}...  ${subjectOf(commit.message)}\nYou can amend the commit now, with\n\n  git commit --amend \n\nOnce you are satisfied with your changes, run\n\n  git rebase --continue\n`,
    )
    await this.workspace.io.out.flush()
    throw new Fatal('', 0)
  }

  private async stopAtConflict(item: Item, commit: Commit): Promise<number> {
    const { workspace } = this
    await this.write('stopped-sha', commit.oid)
    await this.write('author-script', printPerson(commit.author))
    await this.write('verb', item.verb)
    await writeFile(workspace.sys, this.path('message'), commit.message)
    await writeFile(workspace.sys, `${workspace.gitdir}/MERGE_MSG`, commit.message + (await conflictComment(workspace)))
    await workspace.refs.put('REBASE_HEAD', commit.oid)
    await this.say(`error: could not apply ${short(commit.oid)}... ${subjectOf(commit.message)}
hint: Resolve all conflicts manually, mark them as resolved with
hint: "git add/rm <conflicted_files>", then run "git rebase --continue".
hint: You can instead skip this commit: run "git rebase --skip".
hint: To abort and get back to the state before "git rebase", run "git rebase --abort".
`)
    await this.say(`Could not apply ${short(commit.oid)}... ${subjectOf(commit.message)}\n`)
    return 1
  }

  private async finish(): Promise<number> {
    const { workspace } = this
    const [name, head, before, onto] = [
      await this.read('head-name'),
      (await workspace.head()) ?? '',
      await this.read('orig-head'),
      await this.read('onto'),
    ]
    const who = await workspace.identity('COMMITTER', true)
    if (name.startsWith('refs/')) {
      await workspace.refs.put(name, head)
      await workspace.refs.append(name, before, head, who, `rebase (finish): ${name} onto ${onto}`)
      await workspace.refs.setHead(name, head, { who, message: `rebase (finish): returning to ${name}` })
    }
    await this.drop()
    if (!this.quiet)
      await this.say(
        `${this.wipe}Successfully rebased and updated ${name.startsWith('refs/') ? name : 'detached HEAD'}.\n`,
      )
    return 0
  }

  private async drop(): Promise<void> {
    const { workspace } = this
    const stash = await this.read('autostash')
    removeAll(workspace, `${workspace.gitdir}/rebase-merge`)
    workspace.dropState('REBASE_HEAD', 'MERGE_MSG', 'CHERRY_PICK_HEAD')
    if (stash) await this.applyStash(stash)
  }

  private async applyStash(oid: string): Promise<void> {
    const { applyStash, keepStash } = await import('./stash.ts')
    if (await applyStash(this.workspace, oid, false)) {
      await keepStash(this.workspace, oid, 'autostash')
      await this.say(
        'Applying autostash resulted in conflicts.\nYour changes are safe in the stash.\nYou can run "git stash pop" or "git stash drop" at any time.\n',
      )
    } else await this.say('Applied autostash.\n')
  }

  async abort(): Promise<number> {
    const { workspace } = this
    const [name, before] = [await this.read('head-name'), await this.read('orig-head')]
    await forceTree(workspace, await treeOf(workspace, before))
    const who = await workspace.identity('COMMITTER', true)
    await workspace.refs.setHead(name.startsWith('refs/') ? name : before, before, {
      who,
      message: `rebase (abort): returning to ${name.startsWith('refs/') ? name : before}`,
    })
    await this.drop()
    return 0
  }

  async skip(): Promise<number> {
    await forceTree(this.workspace, await treeOf(this.workspace, await this.workspace.head()))
    this.workspace.dropState('rebase-merge/amend', 'rebase-merge/stopped-sha', 'MERGE_MSG')
    return this.run()
  }

  async goOn(): Promise<number> {
    const { workspace } = this
    const open = (await workspace.index()).unmerged()
    if (open.length > 0) {
      await workspace.io.print(open.map((path) => `${path}: needs merge\n`).join(''))
      await workspace.io.out.flush()
      await workspace.io.print('You must edit all merge conflicts and then\nmark them as resolved using git add\n')
      return 1
    }
    if (compare(await indexTree(workspace), await workTree(workspace)).length > 0) {
      await workspace.io.print(`error: cannot rebase: You have unstaged changes.\n`)
      return 1
    }
    const stopped = await this.read('stopped-sha')
    const staged = compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace)).length > 0
    if (stopped && staged) await this.commitResolved(stopped)
    workspace.dropState(
      'rebase-merge/stopped-sha',
      'rebase-merge/amend',
      'rebase-merge/verb',
      'MERGE_MSG',
      'REBASE_HEAD',
    )
    return this.run()
  }

  private async commitResolved(stopped: string): Promise<void> {
    const { workspace } = this
    const commit = await workspace.objects.commit(stopped)
    const verb = await this.read('verb')
    if (workspace.hasState('rebase-merge/amend') || verb === 'squash' || verb === 'fixup') {
      const head = await workspace.objects.commit((await workspace.head()) ?? '')
      const text = verb === 'squash' ? `${head.message.trimEnd()}\n\n${commit.message}` : head.message
      await workspace.io.print(
        await reportText(
          workspace,
          await this.amendHead(
            stripped(await editFile(workspace, `${workspace.gitdir}/COMMIT_EDITMSG`, text)),
            'rebase (continue)',
          ),
          true,
        ),
      )
      return
    }
    const message = stripped(
      await editFile(
        workspace,
        `${workspace.gitdir}/COMMIT_EDITMSG`,
        (await workspace.state('MERGE_MSG')) ?? commit.message,
      ),
    )
    const pick = await readPick(workspace, 'cherry-pick', stopped, {
      origin: false,
      mainline: commit.parents.length > 1 ? 1 : undefined,
    })
    const oid = await commitPick(workspace, pick, message, 'rebase (continue)')
    await workspace.io.print(await reportText(workspace, oid, false))
  }
}

const workspaceBroke = (verb: string): boolean => verb === 'break'
