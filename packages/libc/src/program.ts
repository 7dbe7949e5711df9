import { EPIPE, isErrno, type MaybePromise, type Process, type Program, type Sys } from '@drydock/abi'
import { getopt, helpLines, optionForms, type OptionSpecs, type OptionValues, UsageError } from './getopt.ts'
import { programName, Stdio } from './stdio.ts'
import { type Voice, voiceOf } from './voice.ts'

export interface ProgramContext<S extends OptionSpecs> {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly env: ReadonlyMap<string, string>
  /** argv[0] without its folders: what the program calls itself in messages. */
  readonly name: string
  readonly options: OptionValues<S>
  readonly operands: readonly string[]
  /** Names of the options in the order given. */
  readonly order: readonly (keyof S & string)[]
  /** Whose program it is, where families differ in more than words. */
  readonly flavour: 'gnu' | Voice['family']
  /** Prints `name: message` on standard error. */
  fail(message: string): Promise<void>
}

export interface ProgramDefinition<S extends OptionSpecs> extends Omit<Program, 'main'> {
  /** What --help prints after "Usage: ". */
  readonly usage: string
  readonly options: S
  /** Options end at the first operand, as for env and xargs. */
  readonly stopAtOperand?: boolean
  /** Status of a wrong command line; default 1, 2 for ls, grep, sort… */
  readonly usageStatus?: number
  /** What follows the message about a wrong command line, where it is not GNU's usual "Try '…'" line. */
  readonly hint?: (name: string) => string
  main(context: ProgramContext<S>): MaybePromise<number>
}

/**
 * A program with getopt's command line and buffered streams. `--help` prints the usage. An Errno that main lets pass
 * ends it with one line and status 1.
 */
export function defineProgram<const S extends OptionSpecs>(definition: ProgramDefinition<S>): Program {
  const { usage, options: specs, stopAtOperand, usageStatus, hint = tryHelp, main, ...row } = definition
  const run = async (process: Process): Promise<number> => {
    const voice = voiceOf(process)
    const io = new Stdio(process.sys, voice)
    const name = programName(process)
    const flavour = voice?.family ?? 'gnu'
    const fail = (message: string): Promise<void> => io.warn(`${name}: ${message}\n`)
    try {
      const parsed = getopt(process.argv.slice(1), specs, {
        stopAtOperand: stopAtOperand ?? false,
        narrow: voice && ((spec) => voice.narrow(spec)),
      })
      const status = await main({ process, sys: process.sys, io, env: process.env, name, flavour, fail, ...parsed })
      await io.out.flush()
      return status
    } catch (error) {
      if (error instanceof UsageError && voice) return voicedUsage(process, io, error, voice)
      if (error instanceof UsageError)
        return usageFailure(process, io, error, name, { summary: row.summary, usage, specs, hint }, usageStatus ?? 1)
      if (!isErrno(error)) throw error
      if (error !== EPIPE) await fail(error.message)
      return 1
    }
  }
  const options = Object.values(specs).map(optionForms)
  return { ...row, manual: { synopsis: usage, options }, main: run }
}

const tryHelp = (name: string): string => `Try '${name} --help' for more information.\n`

async function voicedUsage({ argv }: Process, io: Stdio, error: UsageError, voice: Voice): Promise<number> {
  const help = argv.length === 2 && argv[1] === '--help'
  await io.out.flush()
  await io.err.write(voice.usage(help ? undefined : error.message))
  return help ? 0 : voice.usageStatus
}

async function usageFailure(
  process: Process,
  io: Stdio,
  error: UsageError,
  name: string,
  {
    summary,
    usage,
    specs,
    hint,
  }: { summary: string; usage: string; specs: OptionSpecs; hint: (name: string) => string },
  status: number,
): Promise<number> {
  if (process.argv.includes('--help')) {
    const options = helpLines(specs).map((line) => `${line}\n`)
    await io.print(`Usage: ${usage}\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n\n${options.join('')}`)
    await io.out.flush()
    return 0
  }
  await io.warn(`${error.message === '' ? '' : `${name}: ${error.message}\n`}${hint(name)}`)
  return status
}
