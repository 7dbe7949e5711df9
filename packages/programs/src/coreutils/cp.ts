import { isDirectory } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, value } from '@drydock/libc'
import { basename, dirname, join } from '../paths.ts'
import { makeBackup } from './backup-name.ts'
import { Confirm } from './confirm.ts'
import { type CopyOptions, statOr, TreeCopier } from './copy-tree.ts'
import { pairOperands } from './destination.ts'

const options = {
  archive: flag('a', 'archive'),
  backup: flag('b'),
  backupLong: optional('', 'backup'),
  suffix: value('S', 'suffix'),
  d: flag('d'),
  force: flag('f', 'force'),
  interactive: flag('i', 'interactive'),
  followArgs: flag('H'),
  link: flag('l', 'link'),
  dereference: flag('L', 'dereference'),
  noClobber: flag('n', 'no-clobber'),
  noDereference: flag('P', 'no-dereference'),
  p: flag('p'),
  preserve: optional('', 'preserve'),
  noPreserve: value('', 'no-preserve'),
  parents: flag('', 'parents'),
  recursive: flag('Rr', 'recursive'),
  reflink: optional('', 'reflink'),
  sparse: value('', 'sparse'),
  removeDestination: flag('', 'remove-destination'),
  symbolic: flag('s', 'symbolic-link'),
  target: value('t', 'target-directory'),
  noTarget: flag('T', 'no-target-directory'),
  update: flag('u', 'update'),
  verbose: flag('v', 'verbose'),
  oneFileSystem: flag('x', 'one-file-system'),
  stripSlashes: flag('', 'strip-trailing-slashes'),
}
type Context = ProgramContext<typeof options>

function preserved({ options: o }: Context): Set<string> {
  const words = new Set<string>()
  if (o.archive) words.add('mode').add('ownership').add('timestamps').add('links')
  if (o.d) words.add('links')
  if (o.p) words.add('mode').add('ownership').add('timestamps')
  for (const word of (o.preserve === '' ? 'mode,ownership,timestamps' : (o.preserve ?? '')).split(',')) words.add(word)
  if (words.has('all')) words.add('mode').add('ownership').add('timestamps').add('links')
  for (const word of (o.noPreserve ?? '').split(',')) words.delete(word)
  return words
}

function dereference({ order }: Context, recursive: boolean): CopyOptions['dereference'] {
  const chosen = order.findLast((name) => ['dereference', 'noDereference', 'followArgs', 'archive', 'd'].includes(name))
  if (chosen === 'dereference') return 'always'
  if (chosen === 'followArgs') return 'operands'
  return chosen !== undefined || recursive ? 'never' : 'always'
}

function copyOptions(context: Context): CopyOptions {
  const { options: o, sys, io, order } = context
  const confirm = new Confirm(sys, io)
  const kept = preserved(context)
  const recursive = o.recursive > 0 || o.archive > 0
  const asks = order.findLast((name) => name === 'interactive' || name === 'noClobber')
  return {
    recursive,
    dereference: dereference(context, recursive),
    preserveMode: kept.has('mode'),
    preserveOwner: kept.has('ownership'),
    preserveTimes: kept.has('timestamps'),
    hardLinks: kept.has('links'),
    force: o.force > 0,
    removeDestination: o.removeDestination > 0,
    link: o.link ? 'hard' : o.symbolic ? 'symbolic' : 'none',
    async mayReplace(from, to, old) {
      if (asks === 'noClobber') return false
      const newer = statOr(sys, from, true)
      if (o.update && newer && newer.mtimeMs <= old.mtimeMs) return false
      if (asks !== 'interactive') return true
      return confirm.ask(`cp: overwrite '${to}'? `)
    },
    backup: (to) => makeBackup(sys, o, to),
    async copied(from, to, backup) {
      if (o.verbose) await io.print(`'${from}' -> '${to}'${backup ? ` (backup: '${backup}')` : ''}\n`)
    },
    problem: (message) => context.fail(message),
  }
}

/** --parents: the folders of the source's name are made below the destination. */
function withParents(context: Context, from: string, folder: string): string {
  const to = join(folder, from.replace(/^\/+/, ''))
  const missing: string[] = []
  for (let at = dirname(to); !statOr(context.sys, at, true) && at !== '/' && at !== '.'; at = dirname(at))
    missing.unshift(at)
  for (const path of missing) context.sys.mkdir(path)
  return to
}

/** cp: copy files and directories. GNU coreutils 9 cp. */
export const cp = defineProgram({
  name: 'coreutils/cp',
  paths: ['/bin/cp'],
  covers: 'partial',
  lacks: ['--attributes-only', '-Z'],
  summary: 'copy files and directories',
  sizeBytes: 151152,
  usage: 'cp [OPTION]... SOURCE... DEST',
  options,
  async main(context) {
    const { sys, options: o } = context
    const operands = o.stripSlashes ? context.operands.map((path) => path.replace(/(.)\/+$/, '$1')) : context.operands
    const pairs = pairOperands({ sys, operands, targetDirectory: o.target, noTargetDirectory: o.noTarget > 0 })
    if (typeof pairs === 'string') {
      const last = operands.at(-1) ?? ''
      if (context.flavour === 'busybox' && operands.length > 2 && !statOr(sys, last, true))
        for (const from of operands.slice(0, -1))
          await context.fail(`can't create '${join(last, basename(from))}': No such file or directory`)
      else await context.fail(pairs)
      return 1
    }
    const copier = new TreeCopier(sys, copyOptions(context))
    const folder = o.target ?? operands.at(-1) ?? '.'
    const seen = new Set<string>()
    for (const { from, to } of pairs) {
      if (pairs.length > 1 && seen.has(to) && !o.backup && o.backupLong === undefined) {
        const stat = statOr(sys, from, true)
        if (stat && isDirectory(stat.mode))
          await context.fail(`warning: source directory '${from}' specified more than once`)
        else {
          copier.failed = true
          await context.fail(`will not overwrite just-created '${to}' with '${from}'`)
        }
        continue
      }
      seen.add(to)
      await copier.copy(from, o.parents ? withParents(context, from, folder) : to)
    }
    return copier.failed ? 1 : 0
  },
})
