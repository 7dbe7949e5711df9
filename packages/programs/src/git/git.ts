import { isErrno, type Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import type { GitCommand } from './command.ts'
import { catFile, clean, config, hashObject, init, lsFiles, stash } from './plumbing.ts'
import { add, commit, mv, reset, restore, rm } from './record.ts'
import { branch } from './branch.ts'
import { merge } from './merge.ts'
import { cherryPick, revert } from './pick.ts'
import { describe, revParse } from './rev-parse.ts'
import { checkout, switchBranch } from './switch.ts'
import { tag } from './tag.ts'
import { clone, fetch, pull, push, remote } from './remote.ts'
import { Fatal, isLibraryError, normal, Workspace } from './repository.ts'
import { diff, log, show } from './show.ts'
import { status } from './status.ts'

const COMMANDS: ReadonlyMap<string, GitCommand> = new Map([
  ['clone', clone],
  ['init', init],
  ['add', add],
  ['mv', mv],
  ['restore', restore],
  ['rm', rm],
  ['diff', diff],
  ['log', log],
  ['show', show],
  ['status', status],
  ['branch', branch],
  ['commit', commit],
  ['merge', merge],
  ['cherry-pick', cherryPick],
  ['revert', revert],
  ['reset', reset],
  ['switch', switchBranch],
  ['tag', tag],
  ['checkout', checkout],
  ['fetch', fetch],
  ['pull', pull],
  ['push', push],
  ['remote', remote],
  ['config', config],
  ['stash', stash],
  ['clean', clean],
  ['describe', describe],
  ['rev-parse', revParse],
  ['ls-files', lsFiles],
  ['cat-file', catFile],
  ['hash-object', hashObject],
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
  readonly cwd: string
  readonly name: string | undefined
  readonly argv: readonly string[]
  readonly early: string | undefined
}

function parse(process: Process): Line {
  let cwd = process.sys.getcwd()
  const words = process.argv.slice(1)
  let early: string | undefined
  while (words[0]?.startsWith('-')) {
    const word = words.shift() ?? ''
    if (word === '-C') cwd = normal(`${(words[0] ?? '').startsWith('/') ? '' : `${cwd}/`}${words.shift() ?? ''}`)
    else if (word === '-c') words.shift()
    else if (word === '--version' || word === '-v') early = 'git version 2.39.5\n'
    else if (word === '--help' || word === '-h') early = HELP
    else if (
      !['--no-pager', '-P', '-p', '--paginate', '--bare'].includes(word) &&
      !/^--(git-dir|work-tree)=/.test(word)
    )
      early = `unknown option: ${word}\n${HELP.slice(0, HELP.indexOf('\nThese'))}`
  }
  const [name, ...argv] = words
  return { cwd, name, argv, early }
}

export async function gitMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { cwd, name, argv, early } = parse(process)
  if (early !== undefined || name === undefined || name === 'help' || name === 'version') {
    const text = early ?? (name === 'version' ? 'git version 2.39.5\n' : HELP)
    await (text.startsWith('unknown') ? io.warn(text) : io.print(text))
    await io.out.flush()
    return text.startsWith('unknown') ? 129 : name === undefined && early === undefined ? 1 : 0
  }
  const workspace = await Workspace.open(process, cwd)
  const alias = COMMANDS.has(name) ? undefined : (await workspace.globalConfig()).get(`alias.${name}`)
  const [command = name, ...before] = alias?.split(/\s+/) ?? []
  const run = COMMANDS.get(command)
  if (!run) {
    await io.warn(unknown(name))
    return 1
  }
  try {
    const status = await run(workspace, [...before, ...argv])
    await workspace.io.out.flush()
    return status
  } catch (error) {
    await workspace.io.out.flush()
    if (error instanceof Fatal) {
      await io.warn(`${error.message}\n`)
      return error.status
    }
    if (isErrno(error)) await io.warn(`fatal: ${error.message}\n`)
    else if (isLibraryError(error)) await io.warn(`fatal: ${error.message}\n`)
    else throw error
    return 128
  }
}
