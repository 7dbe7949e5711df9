import type { Program, Sys } from '@drydock/abi'
import { defineProgram, type ProgramContext, type Stdio } from '@drydock/libc'
import { installed, sectionOf } from './catalogue.ts'

export type Search = 'whatis' | 'apropos'
const NOT_FOUND = 16
const NAME_COLUMN = 20

const MATCHES: Readonly<Record<Search, (word: string) => (name: string, summary: string) => boolean>> = {
  whatis: (word) => (name) => name === word,
  apropos: (word) => {
    const pattern = new RegExp(word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i')
    return (name, summary) => pattern.test(name) || pattern.test(summary)
  },
}

/** A line for each command that matches: `ls (1)               - list directory contents`. whatis(1), apropos(1). */
export async function printMatches(
  { io, sys }: { readonly io: Stdio; readonly sys: Sys },
  rows: readonly Program[],
  words: readonly string[],
  search: Search,
): Promise<number> {
  if (words.length === 0) {
    await io.warn(`${search} what?\n`)
    return 1
  }
  const commands = installed(sys, rows)
  let status = 0
  for (const word of words) {
    const matches = MATCHES[search](word)
    const found = commands.filter(({ name, row }) => matches(name, row?.summary ?? ''))
    for (const command of found)
      await io.print(
        `${`${command.name} (${sectionOf(command)})`.padEnd(NAME_COLUMN)} - ${command.row?.summary ?? ''}\n`,
      )
    if (found.length > 0) continue
    await io.warn(`${word}: nothing appropriate.\n`)
    status = NOT_FOUND
  }
  return status
}

const searcher = (search: Search, summary: string, rows: () => readonly Program[]): Program =>
  defineProgram({
    name: `man-db/${search}`,
    paths: [`/usr/bin/${search}`],
    covers: 'partial',
    lacks: ['every option', 'programs of the shell, docker and node'],
    summary,
    sizeBytes: 48_416,
    usage: `${search} [OPTION...] KEYWORD...`,
    options: {},
    main: ({ io, sys, operands }: ProgramContext<Record<never, never>>) =>
      printMatches({ io, sys }, rows(), operands, search),
  })

export const whatis = (rows: () => readonly Program[]): Program =>
  searcher('whatis', 'display one-line manual page descriptions', rows)
export const apropos = (rows: () => readonly Program[]): Program =>
  searcher('apropos', 'search the manual page names and descriptions', rows)
