import { EEXIST, isDirectory, isErrno } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { statOr } from './copy-tree.ts'
import { parseMode } from './mode-change.ts'

const options = {
  mode: value('m', 'mode'),
  parents: flag('p', 'parents'),
  verbose: flag('v', 'verbose'),
  context: flag('Z'),
}
type Context = ProgramContext<typeof options>

const WORDS = {
  gnu: (path: string): string => `mkdir: created directory '${path}'\n`,
  busybox: (path: string): string => `created directory: '${path}'\n`,
}

async function make(context: Context, path: string, mode: number | undefined): Promise<void> {
  context.sys.mkdir(path)
  if (mode !== undefined) context.sys.chmod(path, mode)
  if (context.options.verbose) await context.io.print(WORDS[context.flavour](path))
}

async function makeParents(context: Context, path: string): Promise<void> {
  const parts = path.replace(/\/+$/, '').split('/')
  for (let i = 1; i < parts.length; i++) {
    const parent = parts.slice(0, i).join('/')
    if (parent === '' || isDirectory(statOr(context.sys, parent, true)?.mode ?? 0)) continue
    try {
      await make(context, parent, undefined)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ParentError(
        `cannot create directory '${parent}': ${error === EEXIST ? 'Not a directory' : error.message}`,
      )
    }
  }
}
class ParentError extends Error {}

async function operand(context: Context, path: string, mode: number | undefined): Promise<boolean> {
  const { options: o, sys } = context
  try {
    if (o.parents) await makeParents(context, path)
    if (o.parents && isDirectory(statOr(sys, path, true)?.mode ?? 0)) return true
    await make(context, path, mode)
    return true
  } catch (error) {
    if (error instanceof ParentError) await context.fail(error.message)
    else if (isErrno(error)) await context.fail(`cannot create directory '${path}': ${error.message}`)
    else throw error
    return false
  }
}

/** mkdir: make directories. POSIX.1-2024 mkdir; GNU coreutils 9. */
export const mkdir = defineProgram({
  name: 'coreutils/mkdir',
  paths: ['/bin/mkdir'],
  covers: 'full',
  summary: 'make directories',
  sizeBytes: 97512,
  usage: 'mkdir [OPTION]... DIRECTORY...',
  options,
  async main(context) {
    const { operands, options: o, sys } = context
    if (operands.length === 0) throw new UsageError('missing operand')
    const change = o.mode === undefined ? undefined : parseMode(o.mode, sys.umask())
    if (o.mode !== undefined && !change) {
      await context.fail(`invalid mode '${o.mode}'`)
      return 1
    }
    const mode = change?.(0o777)
    let good = true
    for (const path of operands) good = (await operand(context, path, mode)) && good
    return good ? 0 : 1
  },
})

const rmdirOptions = {
  parents: flag('p', 'parents'),
  verbose: flag('v', 'verbose'),
  ignore: flag('', 'ignore-fail-on-non-empty'),
}

/** rmdir: remove empty directories. GNU coreutils 9. */
export const rmdir = defineProgram({
  name: 'coreutils/rmdir',
  paths: ['/bin/rmdir'],
  covers: 'full',
  summary: 'remove empty directories',
  sizeBytes: 47952,
  usage: 'rmdir [OPTION]... DIRECTORY...',
  options: rmdirOptions,
  async main({ operands, options: o, sys, io, fail }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    let good = true
    for (const operand of operands) {
      let path = operand.replace(/(.)\/+$/, '$1')
      for (;;) {
        try {
          if (o.verbose) await io.print(`rmdir: removing directory, '${path}'\n`)
          sys.rmdir(path)
        } catch (error) {
          if (!isErrno(error)) throw error
          if (o.ignore && error.code === 'ENOTEMPTY') break
          await fail(`failed to remove ${path === operand ? '' : 'directory '}'${path}': ${error.message}`)
          good = false
          break
        }
        const slash = path.lastIndexOf('/')
        if (!o.parents || slash <= 0) break
        path = path.slice(0, slash)
      }
    }
    return good ? 0 : 1
  },
})
