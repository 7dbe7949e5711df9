import { isDirectory, isErrno } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { dirname } from '../paths.ts'
import { makeBackup } from './backup-name.ts'
import { statOr, TreeCopier } from './copy-tree.ts'
import { pairOperands } from './destination.ts'
import { parseMode } from './mode-change.ts'

const options = {
  backup: flag('b'),
  suffix: value('S', 'suffix'),
  compare: flag('C', 'compare'),
  ignored: flag('c'),
  directories: flag('d', 'directory'),
  parents: flag('D'),
  group: value('g', 'group'),
  mode: value('m', 'mode'),
  owner: value('o', 'owner'),
  preserve: flag('p', 'preserve-timestamps'),
  strip: flag('s', 'strip'),
  target: value('t', 'target-directory'),
  noTarget: flag('T', 'no-target-directory'),
  verbose: flag('v', 'verbose'),
}
type Context = ProgramContext<typeof options>

interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

async function attributes({ sys, options: o }: Context): Promise<Attributes | string> {
  const accounts = await Accounts.read(sys)
  const mode = o.mode === undefined ? 0o755 : parseMode(o.mode, 0)?.(0)
  if (mode === undefined) return `invalid mode '${o.mode}'`
  const uid = o.owner === undefined ? -1 : accounts.uid(o.owner)
  if (uid === undefined) return `invalid user '${o.owner}'`
  const gid = o.group === undefined ? -1 : accounts.gid(o.group)
  return gid === undefined ? `invalid group '${o.group}'` : { mode: mode & 0o7777, uid, gid }
}

function apply({ sys }: Context, path: string, { mode, uid, gid }: Attributes): void {
  if (uid >= 0 || gid >= 0) sys.chown(path, uid, gid)
  sys.chmod(path, mode)
}

/** Makes a folder and those above it, which get mode 0755. */
async function makeFolders(context: Context, path: string): Promise<void> {
  const missing: string[] = []
  for (let at = path; !statOr(context.sys, at, true) && at !== '/' && at !== '.'; at = dirname(at)) missing.unshift(at)
  for (const each of missing) {
    context.sys.mkdir(each, 0o755)
    if (context.options.verbose) await context.io.print(`install: creating directory '${each}'\n`)
  }
}

async function installFolders(context: Context, wanted: Attributes): Promise<number> {
  let status = 0
  for (const path of context.operands)
    try {
      await makeFolders(context, path)
      if (!isDirectory(context.sys.stat(path).mode)) throw new UsageError(`cannot create directory '${path}'`)
      apply(context, path, wanted)
    } catch (error) {
      if (!isErrno(error)) throw error
      await context.fail(`cannot create directory '${path}': ${error.message}`)
      status = 1
    }
  return status
}

function copier(context: Context): TreeCopier {
  const { sys, io, options: o, fail } = context
  return new TreeCopier(sys, {
    recursive: false,
    dereference: 'always',
    preserveMode: false,
    preserveOwner: false,
    preserveTimes: o.preserve > 0,
    hardLinks: false,
    force: true,
    removeDestination: true,
    link: 'none',
    mayReplace: async () => true,
    backup: (to) => makeBackup(sys, { backup: o.backup, backupLong: undefined, suffix: o.suffix }, to),
    async copied(from, to) {
      if (o.verbose) await io.print(`'${from}' -> '${to}'\n`)
    },
    problem: (message) => fail(message),
  })
}

async function installFiles(context: Context, wanted: Attributes): Promise<number> {
  const { sys, operands, options: o, fail } = context
  const [first] = operands
  if (o.parents && o.target !== undefined) await makeFolders(context, o.target)
  else if (o.parents && operands.length === 2) await makeFolders(context, dirname(operands[1] ?? ''))
  if (first === undefined) throw new UsageError('missing file operand')
  if (operands.length === 1 && o.target === undefined)
    throw new UsageError(`missing destination file operand after '${first}'`)
  const pairs = pairOperands({ sys, operands, targetDirectory: o.target, noTargetDirectory: o.noTarget > 0 })
  if (typeof pairs === 'string') {
    await fail(pairs)
    return 1
  }
  let status = 0
  for (const { from, to } of pairs) {
    const source = statOr(sys, from, true)
    if (source && isDirectory(source.mode)) {
      await fail(`omitting directory '${from}'`)
      status = 1
      continue
    }
    const copy = copier(context)
    await copy.copy(from, to)
    if (copy.failed) status = 1
    else apply(context, to, wanted)
  }
  return status
}

/** install: copy files and set their attributes. GNU coreutils 9. */
export const install = defineProgram({
  name: 'coreutils/install',
  paths: ['/usr/bin/install'],
  covers: 'partial',
  lacks: ['-s (there are no symbols to strip)', '-C', '-Z'],
  summary: 'copy files and set attributes',
  sizeBytes: 155520,
  usage: 'install [OPTION]... [-T] SOURCE DEST',
  options,
  async main(context) {
    const { options: o, operands, fail } = context
    const wanted = await attributes(context)
    if (typeof wanted === 'string') {
      await fail(wanted)
      return 1
    }
    if (o.directories && operands.length === 0) throw new UsageError('missing file operand')
    return o.directories ? installFolders(context, wanted) : installFiles(context, wanted)
  },
})
