import { isDirectory, isErrno, type Stat } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, UsageError, value } from '@drydock/libc'
import { basename, dirname, join, normalize, relative } from '../paths.ts'
import { makeBackup } from './backup-name.ts'
import { Confirm } from './confirm.ts'
import { statOr } from './copy-tree.ts'
import type { Pair } from './destination.ts'

const options = {
  symbolic: flag('s', 'symbolic'),
  force: flag('f', 'force'),
  interactive: flag('i', 'interactive'),
  noDereference: flag('n', 'no-dereference'),
  noTarget: flag('T', 'no-target-directory'),
  target: value('t', 'target-directory'),
  verbose: flag('v', 'verbose'),
  relative: flag('r', 'relative'),
  logical: flag('L', 'logical'),
  physical: flag('P', 'physical'),
  backup: flag('b'),
  backupLong: optional('', 'backup'),
  suffix: value('S', 'suffix'),
}
type Context = ProgramContext<typeof options>

function pairs({ sys, operands, options: o }: Context): readonly Pair[] | string {
  if (operands.length === 0) throw new UsageError('missing file operand')
  const folder = (path: string): boolean =>
    isDirectory(statOr(sys, path, true)?.mode ?? 0) &&
    !(o.noDereference && !isDirectory(statOr(sys, path, false)?.mode ?? 0))
  const into = (target: string, names: readonly string[]): Pair[] =>
    names.map((from) => ({ from, to: join(target, basename(from)) }))
  if (o.target !== undefined)
    return folder(o.target) ? into(o.target, operands) : `target directory '${o.target}': No such file or directory`
  const [first = ''] = operands
  const last = operands.at(-1) ?? ''
  if (operands.length === 1) return into('.', operands).map(({ from, to }) => ({ from, to: to.replace(/^\.\//, './') }))
  if (!o.noTarget && folder(last)) return into(last, operands.slice(0, -1))
  if (operands.length > 2)
    return `target '${last}': ${statOr(sys, last, true) ? 'Not a directory' : 'No such file or directory'}`
  return [{ from: first, to: last }]
}

async function cleared(
  context: Context,
  confirm: Confirm,
  to: string,
  old: Stat | undefined,
): Promise<boolean | string> {
  const { sys, options: o } = context
  if (!old) return true
  const backup = makeBackup(sys, o, to)
  if (backup !== undefined) return true
  if (o.interactive && !o.force) {
    if (!(await confirm.ask(`ln: replace '${to}'? `))) return false
  } else if (!o.force) return true
  if (isDirectory(old.mode)) return `${to}: cannot overwrite directory`
  sys.unlink(to)
  return true
}

async function makeLink(context: Context, confirm: Confirm, { from, to }: Pair): Promise<boolean> {
  const { sys, io, options: o } = context
  const kind = o.symbolic ? 'symbolic link' : 'hard link'
  const cwd = sys.getcwd()
  const source = o.relative ? relative(normalize(dirname(to), cwd), normalize(from, cwd)) : from
  try {
    if (!o.symbolic) {
      const stat = statOr(sys, from, o.logical > 0)
      if (!stat) throw new LinkProblem(`failed to access '${from}': No such file or directory`)
      if (isDirectory(stat.mode))
        throw new LinkProblem(
          context.flavour === 'gnu' ? `${from}: hard link not allowed for directory` : `${to}: Operation not permitted`,
        )
      const old = statOr(sys, to, false)
      if (o.force && old && old.ino === stat.ino && old.dev === stat.dev)
        throw new LinkProblem(`'${from}' and '${to}' are the same file`)
    }
    const clear = await cleared(context, confirm, to, statOr(sys, to, false))
    if (typeof clear === 'string') throw new LinkProblem(clear)
    if (!clear) return true
    if (o.symbolic) sys.symlink(source, to)
    else sys.link(o.logical ? sys.realpath(from) : from, to)
    if (o.verbose) await io.print(`'${to}' ${o.symbolic || context.flavour === 'busybox' ? '->' : '=>'} '${source}'\n`)
    return true
  } catch (error) {
    if (error instanceof LinkProblem) await context.fail(error.message)
    else if (isErrno(error))
      await context.fail(
        `failed to create ${kind} '${to}'${o.symbolic || error.code === 'EEXIST' ? '' : ` => '${from}'`}: ${error.message}`,
      )
    else throw error
    return false
  }
}
class LinkProblem extends Error {}

/** ln: make links between files. GNU coreutils 9 ln. */
export const ln = defineProgram({
  name: 'coreutils/ln',
  paths: ['/bin/ln'],
  covers: 'full',
  summary: 'make links between files',
  sizeBytes: 72656,
  usage: 'ln [OPTION]... TARGET LINK_NAME',
  options,
  async main(context) {
    const plan = pairs(context)
    if (typeof plan === 'string') {
      await context.fail(plan)
      return 1
    }
    const confirm = new Confirm(context.sys, context.io)
    let good = true
    for (const pair of plan) good = (await makeLink(context, confirm, pair)) && good
    return good ? 0 : 1
  },
})
