import { isDirectory, isErrno, isSymlink, type Stat } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, UsageError } from '@drydock/libc'
import { basename, join } from '../paths.ts'
import { isTerminal } from '../text/terminal.ts'
import { Confirm } from './confirm.ts'
import { describeFile } from './file-kind.ts'

const options = {
  force: flag('f', 'force'),
  interactive: flag('i'),
  once: flag('I'),
  interactiveLong: optional('', 'interactive'),
  oneFileSystem: flag('', 'one-file-system'),
  noPreserveRoot: flag('', 'no-preserve-root'),
  preserveRoot: optional('', 'preserve-root'),
  recursive: flag('rR', 'recursive'),
  dir: flag('d', 'dir'),
  verbose: flag('v', 'verbose'),
}
type Context = ProgramContext<typeof options>

class Remover {
  failed = false
  private readonly context: Context
  private readonly confirm: Confirm
  private readonly asks: boolean
  private readonly forced: boolean
  constructor(context: Context) {
    this.context = context
    this.confirm = new Confirm(context.sys, context.io)
    const last = context.order.findLast(
      (name) => name === 'force' || name === 'interactive' || name === 'interactiveLong',
    )
    const long = context.options.interactiveLong
    this.asks =
      last === 'interactive' || (last === 'interactiveLong' && (long === '' || long === 'always' || long === 'yes'))
    this.forced = last === 'force'
  }

  private async problem(message: string): Promise<void> {
    this.failed = true
    await this.context.fail(message)
  }

  private async allowed(path: string, stat: Stat, verb: string): Promise<boolean> {
    const { sys } = this.context
    const locked = !isSymlink(stat.mode) && !this.forced && isTerminal(sys, 0) && !this.writable(path)
    if (!this.asks && !locked) return true
    return this.confirm.ask(`rm: ${verb} ${locked ? 'write-protected ' : ''}${describeFile(stat)} '${path}'? `)
  }

  private writable(path: string): boolean {
    try {
      this.context.sys.access(path, 2)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** @returns whether the name is gone */
  async remove(path: string): Promise<boolean> {
    const { sys, options: o } = this.context
    try {
      const stat = sys.lstat(path)
      if (isDirectory(stat.mode)) return await this.folder(path, stat)
      if (!(await this.allowed(path, stat, 'remove'))) return false
      sys.unlink(path)
      if (o.verbose) await this.context.io.print(`removed '${path}'\n`)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
      if (!(missing && o.force)) await this.problem(`cannot remove '${path}': ${error.message}`)
      return missing
    }
  }

  private async folder(path: string, stat: Stat): Promise<boolean> {
    const { sys, options: o, io } = this.context
    const empty = sys.readdir(path).length === 0
    if (!o.recursive && !(o.dir && empty)) {
      await this.problem(`cannot remove '${path}': ${o.dir ? 'Directory not empty' : 'Is a directory'}`)
      return false
    }
    if (!empty) {
      if (!(await this.allowed(path, stat, 'descend into'))) return false
      let gone = true
      for (const { name } of sys.readdir(path)) {
        gone = (await this.remove(join(path, name))) && gone
        const pause = sys.tick()
        if (pause) await pause
      }
      if (!gone) return false
    }
    if (this.asks && !(await this.allowed(path, stat, 'remove'))) return false
    sys.rmdir(path)
    if (o.verbose) await io.print(`removed directory '${path}'\n`)
    return true
  }

  async operand(path: string): Promise<void> {
    const { options: o } = this.context
    const last = basename(path)
    if (last === '.' || last === '..')
      return this.problem(`refusing to remove '.' or '..' directory: skipping '${path}'`)
    if (o.recursive && !o.noPreserveRoot && /^\/+$/.test(path)) {
      await this.problem(`it is dangerous to operate recursively on '/'`)
      return this.problem(`use --no-preserve-root to override this failsafe`)
    }
    await this.remove(path)
  }
}

/** rm: remove files or directories. GNU coreutils 9 rm. */
export const rm = defineProgram({
  name: 'coreutils/rm',
  paths: ['/bin/rm'],
  covers: 'partial',
  lacks: ['--one-file-system'],
  summary: 'remove files or directories',
  sizeBytes: 72752,
  usage: 'rm [OPTION]... [FILE]...',
  options,
  async main(context) {
    const { operands, options: o, io, sys } = context
    if (operands.length === 0) {
      if (o.force) return 0
      throw new UsageError('missing operand')
    }
    const once = o.once > 0 || o.interactiveLong === 'once'
    if (once && (operands.length > 3 || o.recursive)) {
      const count = `${operands.length} argument${operands.length === 1 ? '' : 's'}`
      const how = o.recursive ? ' recursively' : ''
      if (!(await new Confirm(sys, io).ask(`rm: remove ${count}${how}? `))) return 0
    }
    const remover = new Remover(context)
    for (const path of operands) await remover.operand(path)
    return remover.failed ? 1 : 0
  },
})
