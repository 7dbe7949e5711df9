import { defineProgram, flag, type ProgramContext, readTextFile } from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'
import { BcQuit, BcSyntaxError, BcUnfinished, type Statement } from './ast.ts'
import { BcRuntimeError, Machine } from './machine.ts'
import { Parser } from './parser.ts'

const options = {
  math: flag('l', 'mathlib'),
  quiet: flag('q', 'quiet'),
  standard: flag('s', 'standard'),
  warn: flag('w', 'warn'),
  interactive: flag('i', 'interactive'),
  version: flag('v', 'version'),
}
type Context = ProgramContext<typeof options>

const VERSION = `bc 1.07.1
Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.
`
const GREETING = `${VERSION}This is free software with ABSOLUTELY NO WARRANTY.
For details type \`warranty'.
`

/** @returns undefined when more lines are needed */
function parse(text: string): readonly Statement[] | undefined {
  try {
    return new Parser(text).program()
  } catch (error) {
    if (error instanceof BcUnfinished) return undefined
    throw error
  }
}

async function execute({ io, sys }: Context, machine: Machine, statements: readonly Statement[]): Promise<void> {
  for (const text of machine.run(statements)) {
    if (text !== '') await io.print(text)
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** Feeds lines as they come, each run as soon as it is whole. @returns false after quit */
async function runLines(
  context: Context,
  machine: Machine,
  lines: AsyncIterable<string> | Iterable<string>,
  title: string,
): Promise<boolean> {
  let text = ''
  let number = 0
  for await (const line of lines) {
    number++
    text += `${line}\n`
    try {
      const statements = parse(text)
      if (!statements) continue
      text = ''
      await execute(context, machine, statements)
    } catch (error) {
      text = ''
      if (error instanceof BcQuit) return false
      if (error instanceof BcSyntaxError) await context.io.warn(`${title} ${number}: ${error.message}\n`)
      else if (error instanceof BcRuntimeError)
        await context.io.warn(`Runtime error (func=(main), adr=3): ${error.message}\n`)
      else throw error
    }
  }
  return true
}

/** bc: GNU bc 1.07. bc(1). */
export const bc = defineProgram({
  name: 'bc/bc',
  paths: ['/usr/bin/bc'],
  covers: 'partial',
  lacks: [
    'read(), j(), random()',
    'parameters by reference (*a[])',
    'addresses in run-time errors',
    'editing of lines',
  ],
  summary: 'an arbitrary precision calculator language',
  sizeBytes: 96_048,
  usage: 'bc [options] [file ...]',
  options,
  async main(context) {
    const { options: o, operands, io, sys } = context
    if (o.version) {
      await io.print(VERSION)
      return 0
    }
    const machine = new Machine(o.math > 0)
    if (!o.quiet && isTerminal(sys, 0) && isTerminal(sys, 1)) await io.print(GREETING)
    for (const path of operands) {
      const lines = (await readTextFile(sys, path)).split('\n')
      if (!(await runLines(context, machine, lines, path))) return 0
    }
    await runLines(context, machine, io.lines(), '(standard_in)')
    return 0
  },
})
