import { isDirectory, isErrno, isSymlink, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { modeString } from '../format/mode-string.ts'
import { withArgv } from '../package-version.ts'
import { join } from '../paths.ts'
import { type ModeChange, parseMode } from './mode-change.ts'

const options = {
  changes: flag('c', 'changes'),
  quiet: flag('f', 'silent'),
  quietLong: flag('', 'quiet'),
  verbose: flag('v', 'verbose'),
  noPreserveRoot: flag('', 'no-preserve-root'),
  preserveRoot: flag('', 'preserve-root'),
  reference: value('', 'reference'),
  recursive: flag('R', 'recursive'),
  mode: value('', 'mode-of-rewrite'),
}
type Context = ProgramContext<typeof options>

const bits = (mode: number): string => `${(mode & 0o7777).toString(8).padStart(4, '0')} (${modeString(mode).slice(1)})`

async function change(context: Context, path: string, apply: ModeChange, operand: boolean): Promise<boolean> {
  const { sys, io, options: o, operands } = context
  const text = o.mode ?? operands[0] ?? ''
  const digits = o.reference === undefined && /^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : undefined
  let good = true
  try {
    const link = isSymlink(sys.lstat(path).mode)
    if (link && !operand) return true
    const old = sys.stat(path).mode
    // Only GNU's keeps the set-id bits of folders when digits say nothing of them.
    const mode = context.flavour === 'busybox' && digits !== undefined ? (old & ~0o7777) | digits : apply(old)
    sys.chmod(path, mode & 0o7777)
    if (mode !== old && (o.verbose || o.changes))
      await io.print(
        `mode of '${path}' changed ${context.flavour === 'gnu' ? `from ${bits(old)} ` : ''}to ${bits(mode)}\n`,
      )
    else if (o.verbose) await io.print(`mode of '${path}' retained as ${bits(mode)}\n`)
    if (o.recursive && isDirectory(old) && !link)
      for (const { name } of sys.readdir(path)) good = (await change(context, join(path, name), apply, false)) && good
  } catch (error) {
    if (!isErrno(error)) throw error
    if (!o.quiet && !o.quietLong) await context.fail(problem(sys, path, error.code, error.message))
    return false
  }
  return good
}

function problem(sys: Sys, path: string, code: string, message: string): string {
  if (code === 'ENOENT') {
    try {
      sys.lstat(path)
      return `cannot operate on dangling symlink '${path}'`
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  return code === 'EPERM' || code === 'EROFS'
    ? `changing permissions of '${path}': ${message}`
    : `cannot access '${path}': ${message}`
}

/** `-w`, `-x`, `-rwx`: a mode, though it looks like options. */
const modeWords = (words: readonly string[]): readonly string[] => {
  const at = words.findIndex((word) => /^-[rwxXstugo,+=-]+$/.test(word) && word !== '--')
  return at < 0 || words.slice(0, at).includes('--')
    ? words
    : [...words.slice(0, at), `--mode-of-rewrite=${words[at]}`, ...words.slice(at + 1)]
}

/** chmod: change file modes. GNU coreutils 9 chmod. */
export const chmod = withArgv(
  defineProgram({
    name: 'coreutils/chmod',
    paths: ['/bin/chmod'],
    covers: 'full',
    summary: 'change file mode bits',
    sizeBytes: 64448,
    usage: 'chmod [OPTION]... MODE[,MODE]... FILE...',
    options,
    async main(context) {
      const { operands, options: o, sys } = context
      const spoken = o.mode !== undefined || o.reference !== undefined
      const text = o.mode ?? operands[0]
      const files = spoken ? operands : operands.slice(1)
      if (text === undefined && !spoken) throw new UsageError('missing operand')
      if (files.length === 0) throw new UsageError(`missing operand after '${text}'`)
      const reference = o.reference
      const apply =
        reference === undefined
          ? parseMode(text ?? '', sys.umask())
          : (mode: number) => (mode & ~0o7777) | (sys.stat(reference).mode & 0o7777)
      if (!apply) throw new UsageError(`invalid mode: '${text}'`)
      let good = true
      for (const path of files) good = (await change(context, path, apply, true)) && good
      return good ? 0 : 1
    },
  }),
  modeWords,
)
