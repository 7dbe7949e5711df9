import { ENOENT, isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readAll, UsageError, value, writeAll } from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'
import { makeParentFolders } from '../parent-folders.ts'
import { Applier, type ApplyOptions, looksReversed, type Placed } from './apply.ts'
import { contextHunk, type Hunk, oldLines, reversed, unifiedHunk } from './hunk.ts'
import { type FilePatch, PatchError, PatchParser } from './parse.ts'

const options = {
  strip: value('p', 'strip'),
  fuzz: value('F', 'fuzz'),
  ignoreBlanks: flag('l', 'ignore-whitespace'),
  context: flag('c', 'context'),
  unified: flag('u', 'unified'),
  normal: flag('n', 'normal'),
  forward: flag('N', 'forward'),
  reverse: flag('R', 'reverse'),
  input: value('i', 'input'),
  output: value('o', 'output'),
  rejects: value('r', 'reject-file'),
  removeEmpty: flag('E', 'remove-empty-files'),
  directory: value('d', 'directory'),
  backup: flag('b', 'backup'),
  noMismatchBackup: flag('', 'no-backup-if-mismatch'),
  suffix: value('z', 'suffix'),
  prefix: value('B', 'prefix'),
  dryRun: flag('', 'dry-run'),
  batch: flag('t', 'batch'),
  force: flag('f', 'force'),
  silent: flag('s', 'quiet'),
  verbose: flag('', 'verbose'),
  binary: flag('', 'binary'),
  posix: flag('', 'posix'),
  times: flag('TZ'),
  version: flag('v', 'version'),
}
type Context = ProgramContext<typeof options>

/** It cannot go on: `patch: **** …`, status 2. */
class Fatal extends Error {}

const DEFAULT_FUZZ = 2
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

class Patcher {
  status = 0
  private readonly context: Context
  private readonly applying: ApplyOptions

  constructor(context: Context) {
    const { options: o } = context
    this.context = context
    this.applying = { mostFuzz: o.fuzz === undefined ? DEFAULT_FUZZ : Number(o.fuzz), ignoreBlanks: o.ignoreBlanks > 0 }
  }

  private say(text: string): Promise<void> {
    return this.context.options.silent ? Promise.resolve() : this.tell(text)
  }

  /** Also when it is to be silent. */
  private async tell(text: string): Promise<void> {
    await this.context.io.print(text)
  }

  private exists(path: string): boolean {
    try {
      this.context.sys.stat(path)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      return false
    }
  }

  /** -p: so many folders less; only the last name when nothing is said. */
  private stripped(name: string | undefined): string | undefined {
    if (name === undefined || name === '' || name === '/dev/null') return undefined
    const { strip } = this.context.options
    if (strip === undefined) return name.slice(name.lastIndexOf('/') + 1)
    const parts = name.replace(/\/+/g, '/').split('/')
    return parts.length > Number(strip) ? parts.slice(Number(strip)).join('/') : undefined
  }

  /** The file that a patch is for: of those that exist the one with the shortest name. */
  private target(patch: FilePatch): string | undefined {
    const names = [patch.oldName, patch.newName, patch.indexName].map((name) => this.stripped(name))
    const known = names.filter((name): name is string => name !== undefined)
    const there = known.filter((name) => this.exists(name))
    const candidates = there.length > 0 ? there : this.creates(patch) ? known : []
    const weight = (name: string): number[] => [
      name.split('/').length,
      name.slice(name.lastIndexOf('/') + 1).length,
      name.length,
    ]
    return candidates.toSorted((a, b) => {
      const [first, second] = [weight(a), weight(b)]
      return first.map((value, at) => value - (second[at] ?? 0)).find((difference) => difference !== 0) ?? 0
    })[0]
  }

  private creates({ hunks, oldName, newName }: FilePatch): boolean {
    const back = this.context.options.reverse > 0
    const [only] = hunks
    const hunk = only && (back ? reversed(only) : only)
    return (
      (back ? newName : oldName) === '/dev/null' ||
      (hunks.length === 1 && hunk !== undefined && oldLines(hunk).length === 0)
    )
  }

  async file(patch: FilePatch, operand: string | undefined): Promise<void> {
    const path = operand ?? this.target(patch) ?? (await this.askForFile(patch))
    if (path === undefined) return this.skip(patch)
    const { options: o } = this.context
    const to = o.output ?? path
    const input = linesOf(await this.read(path))
    const verb = o.dryRun ? 'checking' : 'patching'
    await this.say(`${verb} file ${to}${o.output === undefined || o.output === path ? '' : ` (read from ${path})`}\n`)
    const back = o.reverse > 0
    let hunks = back ? patch.hunks.map(reversed) : patch.hunks
    const [first] = hunks
    if (first && looksReversed(input, first, this.applying)) {
      const answer = await this.reverseAnyway(back)
      if (answer === 'skip') return this.ignored(path, patch, hunks)
      if (answer === 'turn') hunks = hunks.map(reversed)
    }
    await this.apply(path, to, input, patch, hunks)
  }

  private async read(path: string): Promise<string> {
    const { sys } = this.context
    try {
      const fd = sys.open(path, O_RDONLY)
      const text = decodeText(await readAll(sys, fd))
      sys.close(fd)
      return text
    } catch (error) {
      if (error === ENOENT) return ''
      if (!isErrno(error)) throw error
      throw new Fatal(`Can't open file ${path} : ${error.message}`)
    }
  }

  private async apply(
    path: string,
    to: string,
    input: string[],
    patch: FilePatch,
    hunks: readonly Hunk[],
  ): Promise<void> {
    const { options: o } = this.context
    const applier = new Applier(input, this.applying)
    const failed: Placed[] = []
    for (const [at, hunk] of hunks.entries()) {
      const placed = applier.apply(hunk)
      if (placed.where === undefined) failed.push(placed)
      await this.tellPlaced(at + 1, placed)
    }
    const exact = applier.placed.every(({ where, fuzz, offset }) => where !== undefined && fuzz === 0 && offset === 0)
    if (!o.dryRun) await this.write(path, to, applier.finish(), patch, exact)
    if (failed.length === 0) return
    this.status = 1
    const rejects = o.rejects ?? `${to}.rej`
    const saving = o.dryRun || rejects === '-' ? '' : ` -- saving rejects to file ${rejects}`
    await this.tell(`${failed.length} out of ${hunks.length} hunk${hunks.length === 1 ? '' : 's'} FAILED${saving}\n`)
    if (saving) await this.put(rejects, rejectText(patch, failed, o.reverse > 0))
  }

  private async tellPlaced(number: number, { where, fuzz, offset, shown }: Placed): Promise<void> {
    if (where === undefined) return this.tell(`Hunk #${number} FAILED at ${shown}.\n`)
    if (fuzz === 0 && offset === 0 && !this.context.options.verbose) return
    const fuzzy = fuzz > 0 ? ` with fuzz ${fuzz}` : ''
    const moved = offset === 0 ? '' : ` (offset ${offset} line${offset === 1 ? '' : 's'})`
    await this.say(`Hunk #${number} succeeded at ${shown}${fuzzy}${moved}.\n`)
  }

  private async write(
    path: string,
    to: string,
    lines: readonly string[],
    patch: FilePatch,
    exact: boolean,
  ): Promise<void> {
    const { sys, options: o } = this.context
    const there = this.exists(path)
    const mode = there ? sys.stat(path).mode & 0o7777 : 0o666
    const backup = o.backup > 0 || (!exact && !o.noMismatchBackup && !o.posix && o.output === undefined)
    if (backup && there) await this.put(this.backupName(path), await this.read(path), mode)
    const gone = (o.reverse ? patch.oldName : patch.newName) === '/dev/null'
    if (lines.length === 0 && (gone || o.removeEmpty > 0)) {
      if (there) sys.unlink(path)
      return
    }
    if (!there) makeParentFolders(sys, to)
    await this.put(to, lines.join(''), mode)
  }

  private backupName(path: string): string {
    const { options: o } = this.context
    const slash = path.lastIndexOf('/') + 1
    if (o.prefix !== undefined) return `${path.slice(0, slash)}${o.prefix}${path.slice(slash)}${o.suffix ?? ''}`
    return `${path}${o.suffix ?? '.orig'}`
  }

  private async put(path: string, text: string, mode = 0o666): Promise<void> {
    const { sys } = this.context
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    await writeAll(sys, fd, encodeText(text))
    sys.close(fd)
  }

  /** A question on the terminal; '' when there is none to ask. */
  private async ask(question: string): Promise<string> {
    const { sys, io } = this.context
    await this.tell(question)
    await io.out.flush()
    try {
      const fd = sys.open('/dev/tty', O_RDONLY)
      const line = decodeText(await sys.read(fd, 4096)).trim()
      sys.close(fd)
      return line
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.tell('\n')
      return ''
    }
  }

  private async reverseAnyway(back: boolean): Promise<'skip' | 'turn' | 'apply'> {
    const { options: o } = this.context
    const found = back ? 'Unreversed patch detected!' : 'Reversed (or previously applied) patch detected!'
    if (o.forward) {
      await this.tell(`${found}  Skipping patch.\n`)
      return 'skip'
    }
    if (o.force) return 'apply'
    if (o.batch) {
      await this.tell(`${found}  ${back ? 'Ignoring' : 'Assuming'} -R.\n`)
      return 'turn'
    }
    if ((await this.ask(`${found}  ${back ? 'Ignore' : 'Assume'} -R? [n] `)).startsWith('y')) return 'turn'
    if ((await this.ask('Apply anyway? [n] ')).startsWith('y')) return 'apply'
    await this.tell('Skipping patch.\n')
    return 'skip'
  }

  private async ignored(path: string, patch: FilePatch, hunks: readonly Hunk[]): Promise<void> {
    const { options: o } = this.context
    this.status = 1
    const rejects = o.rejects ?? `${path}.rej`
    const saving = o.dryRun ? '' : ` -- saving rejects to file ${rejects}`
    await this.tell(`${hunks.length} out of ${hunks.length} hunk${hunks.length === 1 ? '' : 's'} ignored${saving}\n`)
    if (!saving) return
    const placed = hunks.map((hunk) => ({ hunk, where: undefined, fuzz: 0, offset: 0, shown: hunk.oldStart }))
    await this.put(rejects, rejectText(patch, placed, o.reverse > 0))
  }

  private async askForFile(patch: FilePatch): Promise<string | undefined> {
    const { options: o } = this.context
    const text = patch.leading.map((line) => `|${line}\n`).join('')
    const dashes = '-'.repeat(26)
    await this.tell(
      `can't find file to patch at input line ${patch.line}\n${
        o.strip === undefined
          ? 'Perhaps you should have used the -p or --strip option?'
          : 'Perhaps you used the wrong -p or --strip option?'
      }\nThe text leading up to this was:\n${dashes}\n${text}${dashes}\n`,
    )
    if (o.force || o.batch) {
      await this.tell('No file to patch.  Skipping patch.\n')
      return undefined
    }
    const name = await this.ask('File to patch: ')
    if (name !== '' && this.exists(name)) return name
    if (name !== '') await this.tell(`${name}: No such file or directory\n`)
    await this.ask('Skip this patch? [y] ')
    await this.tell('Skipping patch.\n')
    return undefined
  }

  private async skip({ hunks }: FilePatch): Promise<void> {
    this.status = 1
    await this.tell(`${hunks.length} out of ${hunks.length} hunk${hunks.length === 1 ? '' : 's'} ignored\n`)
  }
}

function rejectText(patch: FilePatch, failed: readonly Placed[], back: boolean): string {
  const [from, to] = back ? [patch.newHeader, patch.oldHeader] : [patch.oldHeader, patch.newHeader]
  if (patch.format === 'unified')
    return `--- ${from || '/dev/null'}\n+++ ${to || '/dev/null'}\n${failed.map(({ hunk }) => unifiedHunk(hunk)).join('')}`
  return `*** ${from || '/dev/null'}\n--- ${to || '/dev/null'}\n${failed.map(({ hunk }) => contextHunk(hunk)).join('')}`
}

async function patchText({ sys, operands, options: o }: Context): Promise<string> {
  const path = o.input ?? operands[1]
  if (path === undefined || path === '-') return decodeText(await readAll(sys, 0))
  try {
    const fd = sys.open(path, O_RDONLY)
    const text = decodeText(await readAll(sys, fd))
    sys.close(fd)
    return text
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Fatal(`Can't open patch file ${path} : ${error.message}`)
  }
}

async function run(context: Context): Promise<number> {
  const { sys, operands, options: o } = context
  if (o.directory !== undefined) {
    try {
      sys.chdir(o.directory)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Fatal(`Can't change to directory ${o.directory} : ${error.message}`)
    }
  }
  const parser = new PatchParser(await patchText(context))
  const patcher = new Patcher(context)
  let count = 0
  for (let patch = parser.next(); patch; patch = parser.next(), count++) await patcher.file(patch, operands[0])
  if (count === 0) throw new Fatal('Only garbage was found in the patch input.')
  return patcher.status
}

/** patch: apply a diff file to an original. GNU patch 2.7.6. */
export const patch = defineProgram({
  name: 'patch/patch',
  paths: ['/usr/bin/patch'],
  covers: 'partial',
  lacks: ['ed scripts', '--merge', "git's renames and modes", '-D'],
  summary: 'apply a diff file to an original',
  usage: 'patch [OPTION]... [ORIGFILE [PATCHFILE]]',
  usageStatus: 2,
  sizeBytes: 190_680,
  options,
  async main(context) {
    const { io, operands, fail, options: o } = context
    if (o.version) {
      await io.print('GNU patch 2.7.6\n')
      return 0
    }
    if (operands.length > 2) throw new UsageError(`extra operand '${operands[2]}'`)
    try {
      return await run(context)
    } catch (error) {
      if (!(error instanceof Fatal || error instanceof PatchError)) throw error
      await io.out.flush()
      await fail(`**** ${error.message}`)
      return 2
    }
  },
})
