import { isErrno, type Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import type { GitCommand } from './command.ts'
import { Fatal } from './fatal.ts'
import { isLibraryError } from './library-packs.ts'
import { normal } from './paths.ts'
import { type Given, NOT_A_REPOSITORY, Workspace } from './repository.ts'
import { runShell } from './terminal.ts'

type Load = () => Promise<GitCommand>

/** Commands by their names; each is loaded when it is first used. */
const COMMANDS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['add', async () => (await import('./add.ts')).add],
  ['stage', async () => (await import('./add.ts')).add],
  ['annotate', async () => (await import('./blame.ts')).annotate],
  ['archive', async () => (await import('./archive.ts')).archive],
  ['bisect', async () => (await import('./bisect.ts')).bisect],
  ['blame', async () => (await import('./blame.ts')).blame],
  ['branch', async () => (await import('./branch.ts')).branch],
  ['cat-file', async () => (await import('./plumbing.ts')).catFile],
  ['check-ignore', async () => (await import('./plumbing.ts')).checkIgnore],
  ['checkout', async () => (await import('./checkout.ts')).checkout],
  ['cherry', async () => (await import('./names.ts')).cherry],
  ['cherry-pick', async () => (await import('./pick.ts')).cherryPick],
  ['clean', async () => (await import('./add.ts')).clean],
  ['clone', async () => (await import('./clone.ts')).clone],
  ['commit', async () => (await import('./commit.ts')).commit],
  ['commit-tree', async () => (await import('./plumbing.ts')).commitTree],
  ['config', async () => (await import('./configure.ts')).config],
  ['count-objects', async () => (await import('./plumbing.ts')).countObjects],
  ['describe', async () => (await import('./names.ts')).describe],
  ['diff', async () => (await import('./diff.ts')).diff],
  ['diff-files', async () => (await import('./diff.ts')).diffFiles],
  ['diff-index', async () => (await import('./diff.ts')).diffIndex],
  ['diff-tree', async () => (await import('./diff.ts')).diffTree],
  ['fetch', async () => (await import('./fetch.ts')).fetch],
  ['for-each-ref', async () => (await import('./list-refs.ts')).forEachRef],
  ['fsck', async () => (await import('./plumbing.ts')).fsck],
  ['gc', async () => (await import('./plumbing.ts')).gc],
  ['grep', async () => (await import('./grep.ts')).grep],
  ['hash-object', async () => (await import('./plumbing.ts')).hashObject],
  ['init', async () => (await import('./configure.ts')).init],
  ['log', async () => (await import('./log.ts')).log],
  ['ls-files', async () => (await import('./plumbing.ts')).lsFiles],
  ['ls-remote', async () => (await import('./fetch.ts')).lsRemote],
  ['ls-tree', async () => (await import('./plumbing.ts')).lsTree],
  ['merge', async () => (await import('./merge.ts')).merge],
  ['merge-base', async () => (await import('./names.ts')).mergeBase],
  ['mktree', async () => (await import('./plumbing.ts')).mktree],
  ['mv', async () => (await import('./add.ts')).mv],
  ['name-rev', async () => (await import('./names.ts')).nameRev],
  ['notes', async () => (await import('./notes.ts')).notes],
  ['pack-refs', async () => (await import('./list-refs.ts')).packRefs],
  ['pull', async () => (await import('./fetch.ts')).pull],
  ['push', async () => (await import('./push.ts')).push],
  ['rebase', async () => (await import('./rebase.ts')).rebase],
  ['receive-pack', async () => (await import('./serve.ts')).receivePack],
  ['reflog', async () => (await import('./names.ts')).reflog],
  ['remote', async () => (await import('./remote.ts')).remote],
  ['reset', async () => (await import('./reset.ts')).reset],
  ['restore', async () => (await import('./checkout.ts')).restore],
  ['rev-list', async () => (await import('./names.ts')).revList],
  ['rev-parse', async () => (await import('./names.ts')).revParse],
  ['revert', async () => (await import('./pick.ts')).revert],
  ['rm', async () => (await import('./add.ts')).rm],
  ['shortlog', async () => (await import('./names.ts')).shortlog],
  ['show', async () => (await import('./log.ts')).show],
  ['show-ref', async () => (await import('./list-refs.ts')).showRef],
  ['stash', async () => (await import('./stash.ts')).stash],
  ['status', async () => (await import('./status.ts')).status],
  ['switch', async () => (await import('./checkout.ts')).switchBranch],
  ['symbolic-ref', async () => (await import('./list-refs.ts')).symbolicRef],
  ['tag', async () => (await import('./tag.ts')).tag],
  ['update-index', async () => (await import('./plumbing.ts')).updateIndex],
  ['update-ref', async () => (await import('./list-refs.ts')).updateRef],
  ['upload-pack', async () => (await import('./serve.ts')).uploadPack],
  ['var', async () => (await import('./plumbing.ts')).variable],
  ['worktree', async () => (await import('./worktree.ts')).worktree],
  ['write-tree', async () => (await import('./plumbing.ts')).writeTreeCommand],
])
/** What works where there is no repository. */
const ANYWHERE = new Set([
  'clone',
  'config',
  'diff',
  'hash-object',
  'init',
  'ls-remote',
  'receive-pack',
  'upload-pack',
  'var',
])

const HELP = `usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]
           [--exec-path[=<path>]] [--html-path] [--man-path] [--info-path]
           [-p | --paginate | -P | --no-pager] [--no-replace-objects] [--bare]
           [--git-dir=<path>] [--work-tree=<path>] [--namespace=<name>]
           [--super-prefix=<path>] [--config-env=<name>=<envvar>]
           <command> [<args>]

These are common Git commands used in various situations:

start a working area (see also: git help tutorial)
   clone     Clone a repository into a new directory
   init      Create an empty Git repository or reinitialize an existing one

work on the current change (see also: git help everyday)
   add       Add file contents to the index
   mv        Move or rename a file, a directory, or a symlink
   restore   Restore working tree files
   rm        Remove files from the working tree and from the index

examine the history and state (see also: git help revisions)
   diff      Show changes between commits, commit and working tree, etc
   log       Show commit logs
   show      Show various types of objects
   status    Show the working tree status

grow, mark and tweak your common history
   branch    List, create, or delete branches
   commit    Record changes to the repository
   merge     Join two or more development histories together
   reset     Reset current HEAD to the specified state
   switch    Switch branches
   tag       Create, list, delete or verify a tag object signed with GPG

collaborate (see also: git help workflows)
   fetch     Download objects and refs from another repository
   pull      Fetch from and integrate with another repository or a local branch
   push      Update remote refs along with associated objects

'git help -a' and 'git help -g' list available subcommands and some
concept guides. See 'git help <command>' or 'git help <concept>'
to read about a specific subcommand or concept.
See 'git help git' for an overview of the system.
`

function nearest(name: string): string[] {
  const distance = (a: string, b: string): number => {
    const row = Array.from({ length: b.length + 1 }, (_, i) => i)
    for (let i = 1; i <= a.length; i++) {
      let diagonal = row[0] ?? 0
      row[0] = i
      for (let j = 1; j <= b.length; j++) {
        const above = row[j] ?? 0
        row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.length] ?? 0
  }
  return [...COMMANDS.keys()].filter((each) => distance(name, each) <= 2 || each.startsWith(name)).sort()
}

function unknown(name: string): string {
  const found = nearest(name)
  const first = `git: '${name}' is not a git command. See 'git --help'.\n`
  if (found.length === 0) return first
  return `${first}\nThe most similar command${found.length > 1 ? 's are' : ' is'}\n${found.map((each) => `\t${each}\n`).join('')}`
}

interface Line {
  readonly given: Given
  readonly name: string | undefined
  readonly argv: readonly string[]
  readonly early: string | undefined
  readonly status: number
}

const VERSION = 'git version 2.39.5\n'
const USAGE = HELP.slice(0, HELP.indexOf('\nThese'))

/** What is said at once, without a repository. */
const EARLY: Readonly<Record<string, string>> = {
  '--version': VERSION,
  '-v': VERSION,
  '--help': HELP,
  '-h': HELP,
  '--exec-path': '/usr/lib/git-core\n',
  '--html-path': '/usr/share/doc/git/html\n',
  '--man-path': '/usr/share/man\n',
  '--info-path': '/usr/share/info\n',
}

function parse(process: Process): Line {
  const { sys, env } = process
  let cwd = sys.getcwd()
  const config: string[] = []
  let [gitdir, workTree] = [env.get('GIT_DIR'), env.get('GIT_WORK_TREE')]
  const program = process.argv[0]?.split('/').pop() ?? 'git'
  const words = [...(program.startsWith('git-') ? [program.slice(4)] : []), ...process.argv.slice(1)]
  let early: string | undefined
  let status = 0
  while (words[0]?.startsWith('-') && early === undefined) {
    const word = words.shift() ?? ''
    if (word === '-C') cwd = normal(`${(words[0] ?? '').startsWith('/') ? '' : `${cwd}/`}${words.shift() ?? ''}`)
    else if (word === '-c') config.push(words.shift() ?? '')
    else if (word === '--git-dir') gitdir = words.shift()
    else if (word === '--work-tree') workTree = words.shift()
    else if (word.startsWith('--git-dir=')) gitdir = word.slice(10)
    else if (word.startsWith('--work-tree=')) workTree = word.slice(12)
    else if (EARLY[word] !== undefined) early = EARLY[word]
    else if (word === '--bare') gitdir ??= cwd
    else if (
      ![
        '--no-pager',
        '-P',
        '-p',
        '--paginate',
        '--no-optional-locks',
        '--literal-pathspecs',
        '--no-replace-objects',
      ].includes(word)
    ) {
      early = `unknown option: ${word}\n${USAGE}`
      status = 129
    }
  }
  const [name, ...argv] = words
  const tree =
    workTree === undefined ? {} : { workTree: normal(workTree.startsWith('/') ? workTree : `${cwd}/${workTree}`) }
  return { given: { cwd, config, ...(gitdir === undefined ? {} : { gitdir }), ...tree }, name, argv, early, status }
}

/** An alias in its words: quotes keep them together. */
const aliasWords = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ''))

async function expand(
  workspace: Workspace,
  name: string,
  argv: readonly string[],
): Promise<{ command: string; argv: readonly string[] } | number> {
  const seen = new Set<string>()
  let [command, words] = [name, argv]
  while (!COMMANDS.has(command) && !seen.has(command)) {
    seen.add(command)
    const alias = await workspace.config.get(`alias.${command}`)
    if (alias === undefined) break
    if (alias.startsWith('!')) return runShell(workspace, alias.slice(1), words)
    const [first = command, ...before] = aliasWords(alias)
    command = first
    words = [...before, ...words]
  }
  return { command, argv: words }
}

async function run(process: Process, given: Given, name: string, argv: readonly string[]): Promise<number> {
  const workspace = await Workspace.open(process, given)
  const io = new Stdio(process.sys)
  try {
    if (!workspace.exists(given.cwd))
      throw new Fatal(`fatal: cannot change to '${given.cwd.split('/').pop()}': No such file or directory`)
    const expanded = await expand(workspace, name, argv)
    if (typeof expanded === 'number') return expanded
    const load = COMMANDS.get(expanded.command)
    if (!load) {
      await io.warn(unknown(expanded.command))
      return 1
    }
    if (!ANYWHERE.has(expanded.command) && !workspace.inRepository)
      throw new Fatal(given.gitdir === undefined ? NOT_A_REPOSITORY : `fatal: not a git repository: '${given.gitdir}'`)
    const status = await (await load())(workspace, expanded.argv)
    await workspace.io.out.flush()
    return status
  } catch (error) {
    await workspace.io.out.flush()
    if (error instanceof Fatal) {
      if (error.message !== '') await io.warn(`${error.message}\n`)
      return error.status
    }
    if (isErrno(error) || isLibraryError(error)) await io.warn(`fatal: ${error.message}\n`)
    else throw error
    return 128
  }
}

const TOPICS = "The command 'git help' shows no manual pages here: try 'man git'\n"

export async function gitMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { given, name, argv, early, status } = parse(process)
  if (early === undefined && name !== undefined && name !== 'help' && name !== 'version')
    return run(process, given, name, argv)
  const text = early ?? (name === 'version' ? VERSION : name === 'help' && argv.length > 0 ? TOPICS : HELP)
  await (status === 0 ? io.print(text) : io.warn(text))
  await io.out.flush()
  return status !== 0 ? status : name === undefined && early === undefined ? 1 : 0
}
