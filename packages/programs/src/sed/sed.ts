import { isErrno, isRegular } from '@drydock/abi'
import {
  defineProgram,
  flag,
  list,
  optional,
  Output,
  type ProgramContext,
  readTextFile,
  UsageError,
  value,
  writeFile,
  concat,
} from '@drydock/libc'
import { encodeText } from '../text/encoding.ts'
import { dirname, basename, join } from '../paths.ts'
import { RegexError } from '../regex/posix.ts'
import { FileLines } from './line-source.ts'
import { Machine, SedError } from './machine.ts'
import { shellOutput } from './shell-output.ts'
import { type Command, ScriptError, ScriptParser } from './script.ts'

const options = {
  quiet: flag('n', 'quiet'),
  silent: flag('', 'silent'),
  debug: flag('', 'debug'),
  expressions: list('e', 'expression'),
  files: list('f', 'file'),
  extended: flag('Er', 'regexp-extended'),
  inPlace: optional('i', 'in-place'),
  lineLength: value('l', 'line-length'),
  posix: flag('', 'posix'),
  separate: flag('s', 'separate'),
  sandbox: flag('', 'sandbox'),
  unbuffered: flag('u', 'unbuffered'),
  nullData: flag('z', 'null-data'),
  followSymlinks: flag('', 'follow-symlinks'),
}
type Context = ProgramContext<typeof options>

async function scriptOf({ options: o, operands, sys }: Context): Promise<{ text: string; files: readonly string[] }> {
  if (o.expressions.length === 0 && o.files.length === 0) {
    const [text, ...files] = operands
    if (text === undefined) throw new UsageError('')
    return { text, files }
  }
  const parts = [...o.expressions]
  for (const path of o.files) parts.push((await readTextFile(sys, path)).replace(/\n$/, ''))
  return { text: parts.join('\n'), files: operands }
}

async function parse(context: Context, text: string): Promise<Command[] | undefined> {
  try {
    return new ScriptParser(text, context.options.extended ? 'extended' : 'basic', context.flavour === 'gnu').parse()
  } catch (error) {
    if (error instanceof ScriptError) await context.fail(`-e expression #1, char ${error.at}: ${error.message}`)
    else if (error instanceof RegexError) await context.fail(`-e expression #1, char ${text.length}: ${error.message}`)
    else throw error
    return undefined
  }
}

const machineOptions = ({ options: o, sys, env }: Context, text: string) => ({
  quiet: o.quiet > 0 || o.silent > 0 || /^#n(\n|$)/.test(text),
  separator: o.nullData ? '\0' : '\n',
  lineLength: Number(o.lineLength ?? 70),
  posix: o.posix > 0,
  shell: (command: string) => shellOutput(sys, env, command),
})

/** -i: each file by itself, its result put in its place. */
async function editInPlace(
  context: Context,
  commands: readonly Command[],
  text: string,
  path: string,
): Promise<number> {
  const { sys, options: o } = context
  let mode: number
  try {
    mode = sys.stat(path).mode
  } catch (error) {
    if (!isErrno(error)) throw error
    await context.fail(`can't read ${path}: ${error.message}`)
    return 2
  }
  if (!isRegular(mode)) {
    await context.fail(`couldn't edit ${path}: not a regular file`)
    return 4
  }
  const parts: Uint8Array[] = []
  const source = new FileLines(
    sys,
    [path],
    o.nullData ? 0 : 10,
    (data) => void parts.push(typeof data === 'string' ? encodeText(data) : data),
    context.fail,
  )
  const machine = new Machine(sys, commands, source, machineOptions(context, text))
  await machine.run()
  for (let rest = await source.next(); rest; rest = await source.next()) {
    parts.push(encodeText(rest.text + (rest.terminated ? '\n' : '')))
  }
  const suffix = o.inPlace ?? ''
  const backup =
    suffix === ''
      ? undefined
      : join(dirname(path), suffix.includes('*') ? suffix.replace(/\*/g, basename(path)) : basename(path) + suffix)
  if (backup !== undefined) sys.rename(path, backup)
  const fresh = join(dirname(path), `sed${sys.getpid()}tmp`)
  await writeFile(sys, fresh, concat(parts), mode & 0o777)
  sys.chmod(fresh, mode & 0o7777)
  sys.rename(fresh, path)
  return machine.status
}

/** -s: each file is a stream of its own, with its own line numbers and last line. */
async function separately(
  context: Context,
  commands: readonly Command[],
  text: string,
  paths: readonly string[],
): Promise<number> {
  const { sys, io, options: o } = context
  let status = 0
  for (const path of paths) {
    const source = new FileLines(sys, [path], o.nullData ? 0 : 10, (bytes) => io.out.write(bytes), context.fail)
    const machine = new Machine(sys, commands, source, machineOptions(context, text))
    await machine.run()
    status = machine.status || (source.failed ? 2 : status)
  }
  return status
}

async function sedMain(context: Context): Promise<number> {
  const { sys, options: o, io } = context
  let script: { text: string; files: readonly string[] }
  try {
    script = await scriptOf(context)
  } catch (error) {
    if (isErrno(error)) {
      await context.fail(`couldn't open file ${o.files[0]}: ${error.message}`)
      return 1
    }
    if (!(error instanceof UsageError)) throw error
    await io.warn(`Usage: ${context.name} [OPTION]... {script-only-if-no-other-script} [input-file]...\n`)
    return 1
  }
  const commands = await parse(context, script.text)
  if (!commands) return 1
  try {
    if (o.inPlace !== undefined) {
      let status = 0
      for (const path of script.files) status = (await editInPlace(context, commands, script.text, path)) || status
      return status
    }
    const output = o.unbuffered ? new Output(sys, 1, 0) : io.out
    const paths = script.files.length ? script.files : ['-']
    if (o.separate) return await separately(context, commands, script.text, paths)
    const source = new FileLines(sys, paths, o.nullData ? 0 : 10, (bytes) => output.write(bytes), context.fail)
    const machine = new Machine(sys, commands, source, machineOptions(context, script.text))
    await machine.run()
    return machine.status || (source.failed ? 2 : 0)
  } catch (error) {
    if (!(error instanceof SedError)) throw error
    await context.fail(error.message)
    return 4
  }
}

/** sed: the stream editor. GNU sed 4.9: its script language. */
export const sed = defineProgram({
  name: 'sed/sed',
  paths: ['/bin/sed'],
  covers: 'partial',
  lacks: ['--debug'],
  summary: 'stream editor for filtering and transforming text',
  sizeBytes: 126424,
  usage: 'sed [OPTION]... {script-only-if-no-other-script} [input-file]...',
  options,
  main: sedMain,
})
