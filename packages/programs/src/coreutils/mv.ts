import { EXDEV, isDirectory, isErrno, type Stat } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, value } from '@drydock/libc'
import { modeString } from '../format/mode-string.ts'
import { isTerminal } from '../text/terminal.ts'
import { makeBackup } from './backup-name.ts'
import { Confirm } from './confirm.ts'
import { statOr, TreeCopier } from './copy-tree.ts'
import { pairOperands, type Pair } from './destination.ts'
import { removeTree } from './remove-tree.ts'

const options = {
  backup: flag('b'),
  backupLong: optional('', 'backup'),
  suffix: value('S', 'suffix'),
  force: flag('f', 'force'),
  interactive: flag('i', 'interactive'),
  noClobber: flag('n', 'no-clobber'),
  target: value('t', 'target-directory'),
  noTarget: flag('T', 'no-target-directory'),
  update: flag('u', 'update'),
  verbose: flag('v', 'verbose'),
  strip: flag('', 'strip-trailing-slashes'),
}
type Context = ProgramContext<typeof options>

async function mayReplace(context: Context, confirm: Confirm, { from, to }: Pair, old: Stat): Promise<boolean> {
  const { options: o, sys, order } = context
  const asks = order.findLast((name) => name === 'force' || name === 'interactive' || name === 'noClobber')
  if (asks === 'noClobber') return false
  if (o.update && (sys.lstat(from).mtimeMs ?? 0) <= old.mtimeMs) return false
  if (asks === 'interactive') return confirm.ask(`mv: overwrite '${to}'? `)
  if (asks === 'force' || !isTerminal(sys, 0) || sys.geteuid() === 0 || (old.mode & 0o222) !== 0) return true
  const mode = modeString(old.mode)
  return confirm.ask(
    `mv: replace '${to}', overriding mode ${(old.mode & 0o7777).toString(8).padStart(4, '0')} (${mode.slice(1)})? `,
  )
}

/** Over a border of file systems: copy all with everything kept, then remove. */
async function moveAcross(context: Context, { from, to }: Pair): Promise<boolean> {
  const { sys } = context
  const copier = new TreeCopier(sys, {
    recursive: true,
    dereference: 'never',
    preserveMode: true,
    preserveOwner: true,
    preserveTimes: true,
    hardLinks: true,
    force: true,
    removeDestination: true,
    link: 'none',
    mayReplace: async () => true,
    backup: () => undefined,
    copied: async () => undefined,
    problem: (message) => context.fail(message),
  })
  await copier.copy(from, to)
  if (copier.failed) return false
  removeTree(sys, from)
  return true
}

async function move(context: Context, confirm: Confirm, pair: Pair): Promise<boolean> {
  const { sys, io, options: o } = context
  const { from, to } = pair
  try {
    const stat = statOr(sys, from, false)
    if (!stat) {
      await context.fail(`cannot stat '${from}': No such file or directory`)
      return false
    }
    const old = statOr(sys, to, false)
    const problem = old ? clash(pair, stat, old) : undefined
    if (problem) {
      await context.fail(problem)
      return false
    }
    if (old && !(await mayReplace(context, confirm, pair, old))) return true
    const backup = old ? makeBackup(sys, o, to) : undefined
    const moved = await rename(context, pair)
    if (moved && o.verbose) await io.print(`renamed '${from}' -> '${to}'${backup ? ` (backup: '${backup}')` : ''}\n`)
    return moved
  } catch (error) {
    if (!isErrno(error)) throw error
    const inside = error.code === 'EINVAL'
    await context.fail(
      inside
        ? `cannot move '${from}' to a subdirectory of itself, '${to}'`
        : `cannot move '${from}' to '${to}': ${error.message}`,
    )
    return false
  }
}

function clash({ from, to }: Pair, stat: Stat, old: Stat): string | undefined {
  if (old.ino === stat.ino && old.dev === stat.dev && !isDirectory(stat.mode))
    return `'${from}' and '${to}' are the same file`
  if (isDirectory(old.mode) && !isDirectory(stat.mode))
    return `cannot overwrite directory '${to}' with non-directory '${from}'`
  if (!isDirectory(old.mode) && isDirectory(stat.mode))
    return `cannot overwrite non-directory '${to}' with directory '${from}'`
  return undefined
}

async function rename(context: Context, pair: Pair): Promise<boolean> {
  try {
    context.sys.rename(pair.from, pair.to)
    return true
  } catch (error) {
    if (error !== EXDEV) throw error
    return moveAcross(context, pair)
  }
}

/** mv: move and rename files. GNU coreutils 9 mv. */
export const mv = defineProgram({
  name: 'coreutils/mv',
  paths: ['/bin/mv'],
  covers: 'full',
  summary: 'move (rename) files',
  sizeBytes: 142968,
  usage: 'mv [OPTION]... SOURCE... DEST',
  options,
  async main(context) {
    const { sys, io, operands, options: o } = context
    const named = o.strip ? operands.map((path) => path.replace(/(.)\/+$/, '$1')) : operands
    const pairs = pairOperands({ sys, operands: named, targetDirectory: o.target, noTargetDirectory: o.noTarget > 0 })
    if (typeof pairs === 'string') {
      const missing = operands.length > 2 && !statOr(sys, operands.at(-1) ?? '', true)
      if (context.flavour === 'busybox' && missing)
        for (const from of operands.slice(0, -1))
          await context.fail(`can't rename '${from}': No such file or directory`)
      else await context.fail(pairs)
      return 1
    }
    const confirm = new Confirm(sys, io)
    let good = true
    for (const pair of pairs) good = (await move(context, confirm, pair)) && good
    return good ? 0 : 1
  },
})
