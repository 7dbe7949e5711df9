import { isErrno } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, readFile } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import { AwkSyntaxError } from './ast.ts'
import { unescape } from './lexer.ts'
import { AwkError, Machine } from './machine.ts'
import { MainInput } from './main-input.ts'
import { parseAwk } from './parser.ts'
import { AwkRegexError, Regexes } from './regexes.ts'
import { runAwk } from './run.ts'
import { CannotOpen, Streams } from './streams.ts'
import { fromInput } from './values.ts'

const options = {
  separator: list('F', 'field-separator'),
  assignments: list('v', 'assign'),
  files: list('f', 'file'),
  /** mawk's -W; other words are taken without effect. */
  words: list('W'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

const VERSION =
  'mawk 1.3.4 20250131\nCopyright 2008-2024,2025, Thomas E. Dickey\nCopyright 1991-1996,2014, Michael D. Brennan\n'

/** A lone `t` means a tab, as POSIX keeps it for the sake of history. */
const separatorOf = (text: string): string => (text === 't' ? '\t' : unescape(text))

async function programText({ options: o, operands, sys, name }: Context): Promise<string> {
  if (o.files.length === 0) return operands[0] ?? ''
  const parts: string[] = []
  for (const path of o.files)
    try {
      parts.push(decodeText(await readFile(sys, path === '-' ? '/dev/stdin' : path)))
    } catch (error) {
      if (isErrno(error)) throw new AwkError(`${name === 'gawk' ? 'fatal: ' : ''}couldn't open file ${path}`)
      throw error
    }
  return parts.join('\n')
}

function prepare(machine: Machine, { options: o, env, name }: Context, operands: readonly string[]): void {
  const { ARGC, ARGV, ENVIRON, FS } = machine.specials
  for (const [key, value] of env) ENVIRON.array.set(key, fromInput(value))
  for (const [i, word] of [name, ...operands].entries()) ARGV.array.set(String(i), fromInput(word))
  ARGC.scalar = operands.length + 1
  const separator = o.separator.at(-1)
  if (separator !== undefined) FS.scalar = separatorOf(separator)
  for (const text of o.assignments) {
    const match = /^([A-Za-z_]\w*)=([^]*)$/.exec(text)
    if (!match) throw new AwkError(`improper assignment: -v ${text}`)
    machine.assign(match[1] ?? '', unescape(match[2] ?? ''))
  }
}

async function awkMain(context: Context): Promise<number> {
  const { options: o, operands, sys, io, env, fail } = context
  if (o.version || o.words.some((word) => word.startsWith('v'))) {
    await io.print(VERSION)
    return 0
  }
  if (o.files.length === 0 && operands.length === 0) {
    await io.warn('Usage: awk [Options] [Program] [file ...]\n')
    return 2
  }
  const regexes = new Regexes()
  const streams = new Streams(sys, io, env, regexes)
  try {
    const machine = new Machine(sys, streams, regexes)
    const input = new MainInput(machine, fail)
    machine.input = input
    prepare(machine, context, o.files.length ? operands : operands.slice(1))
    const status = await runAwk(parseAwk(await programText(context)), machine)
    await streams.closeAll()
    return status || (input.failed ? 2 : 0)
  } catch (error) {
    if (!isProblem(error)) throw error
    await fail(error.message)
    return 2
  }
}

const isProblem = (error: unknown): error is Error =>
  error instanceof AwkSyntaxError ||
  error instanceof AwkError ||
  error instanceof AwkRegexError ||
  error instanceof CannotOpen

/** awk: pattern scanning and processing. POSIX.1-2024 awk, with the additions that mawk and busybox have. */
export const awk = defineProgram({
  name: 'mawk/awk',
  paths: ['/usr/bin/awk', '/usr/bin/mawk', '/usr/bin/gawk'],
  covers: 'partial',
  lacks: [
    'gawk: asort, printf %n$, @include, network files, co-processes',
    'alternatives take the first match, not the longest',
  ],
  summary: 'pattern scanning and text processing language',
  sizeBytes: 162_808,
  usage: "awk [-F value] [-v var=value] [--] 'program text' [file ...]",
  usageStatus: 2,
  stopAtOperand: true,
  options,
  main: awkMain,
})
