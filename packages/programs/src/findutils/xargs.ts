import { exitStatus, isErrno, O_RDONLY, type Sys } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, readAll, value } from '@drydock/libc'
import { type Outcome, startCommand } from '../exec/run-command.ts'
import { decodeText } from '../text/encoding.ts'
import { Confirm } from '../coreutils/confirm.ts'

const options = {
  null: flag('0', 'null'),
  file: value('a', 'arg-file'),
  delimiter: value('d', 'delimiter'),
  eof: value('E'),
  replace: value('I'),
  replaceLong: optional('i', 'replace'),
  maxLines: value('L', 'max-lines'),
  maxArgs: value('n', 'max-args'),
  openTty: flag('o', 'open-tty'),
  procs: value('P', 'max-procs'),
  interactive: flag('p', 'interactive'),
  noRun: flag('r', 'no-run-if-empty'),
  maxChars: value('s', 'max-chars'),
  verbose: flag('t', 'verbose'),
  exit: flag('x', 'exit'),
  showLimits: flag('', 'show-limits'),
}
type Context = ProgramContext<typeof options>

class XargsError extends Error {}

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['0', '\0'],
  ['r', '\r'],
  ['\\', '\\'],
])

/** Words as the shell would read them: blanks part, quotes and backslashes protect. @returns lines of words */
function quotedWords(text: string, eof: string | undefined, byLine: boolean): string[][] {
  const lines: string[][] = []
  for (const line of joinContinued(text.split('\n'), byLine)) {
    const words = wordsOf(line, byLine)
    const end = eof === undefined ? -1 : words.indexOf(eof)
    if (end >= 0) return [...lines, words.slice(0, end)]
    if (words.length) lines.push(words)
  }
  return lines
}
/** A line that ends with a blank goes on with the next (for -L only). */
function joinContinued(lines: readonly string[], byLine: boolean): string[] {
  if (byLine) return [...lines]
  const joined: string[] = []
  for (const line of lines)
    if (joined.length && /[ \t]$/.test(joined.at(-1) ?? '')) joined[joined.length - 1] += line
    else joined.push(line)
  return joined
}

function wordsOf(line: string, whole: boolean): string[] {
  if (!/['"\\]/.test(line)) return whole ? [line.trimStart()].filter(Boolean) : line.split(/\s+/).filter(Boolean)
  const words: string[] = []
  let word: string | undefined
  const text = whole ? line.trimStart() : line
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, i + 1)
      if (end < 0)
        throw new XargsError(
          `unmatched ${char === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option`,
        )
      word = (word ?? '') + text.slice(i + 1, end)
      i = end
    } else if (char === '\\' && i + 1 < text.length) word = (word ?? '') + text.charAt(++i)
    else if (!whole && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return words
}

async function readItems(context: Context, byLine: boolean): Promise<string[][]> {
  const { options: o, sys } = context
  const fd = o.file === undefined ? 0 : sys.open(o.file, O_RDONLY)
  const text = decodeText(await readAll(sys, fd))
  if (fd > 0) sys.close(fd)
  const delimiter = o.null
    ? '\0'
    : o.delimiter === undefined
      ? undefined
      : o.delimiter.replace(/^\\(.)$/, (_, c: string) => ESCAPES.get(c) ?? c)
  if (delimiter === undefined) return quotedWords(text, o.eof, byLine)
  const items = text.split(delimiter)
  if (items.at(-1) === '') items.pop()
  return items.map((item) => [item])
}

/** How the words are shared out among commands. */
function batches(context: Context, lines: readonly (readonly string[])[], command: readonly string[]): string[][] {
  const { options: o, order } = context
  const replace = o.replace ?? (o.replaceLong === undefined ? undefined : o.replaceLong || '{}')
  if (replace !== undefined) return lines.flat().map((item) => command.map((word) => word.replaceAll(replace, item)))
  const last = order.findLast((name) => name === 'maxLines' || name === 'maxArgs')
  const groups =
    last === 'maxLines'
      ? chunk(lines, Number(o.maxLines)).map((group) => group.flat())
      : chunk(lines.flat(), Number(o.maxArgs ?? Infinity))
  const limit = Number(o.maxChars ?? 131_072)
  const split = groups.flatMap((group) => bySize(group, limit - command.join(' ').length))
  return (split.length === 0 && !o.noRun ? [[]] : split).map((group) => [...command, ...group])
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  if (!Number.isFinite(size)) return items.length ? [[...items]] : []
  const groups: T[][] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  return groups
}
function bySize(words: readonly string[], limit: number): string[][] {
  const groups: string[][] = [[]]
  let size = 0
  for (const word of words) {
    if (size + word.length + 1 > limit && groups.at(-1)?.length) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(word)
    size += word.length + 1
  }
  return groups
}

/** Runs commands, at most `max` at a time, and gathers the worst status. */
class Runner {
  status = 0
  stop = false
  private readonly running = new Map<number, string>()
  private readonly context: Context
  private readonly max: number
  private readonly stdin: number
  constructor(context: Context, max: number, stdin: number) {
    this.context = context
    this.max = max
    this.stdin = stdin
  }

  async start(words: readonly string[]): Promise<void> {
    const { sys, env } = this.context
    while (this.running.size >= this.max) await this.reap()
    if (this.stop) return
    const pid = await startCommand(sys, words, env, { stdin: this.stdin })
    if (typeof pid === 'number') this.running.set(pid, words[0] ?? '')
    else await this.notRun(words[0] ?? '', pid)
  }

  private async notRun(name: string, outcome: Outcome): Promise<void> {
    if (outcome.kind !== 'not-run') return
    await this.context.fail(`${name}: ${outcome.message}`)
    this.status = outcome.code === 'ENOENT' ? 127 : 126
    this.stop = true
  }

  private async reap(): Promise<void> {
    const result = await this.context.sys.wait(-1)
    if (!result) return
    const name = this.running.get(result.pid) ?? ''
    this.running.delete(result.pid)
    if (result.status.kind === 'signaled') {
      await this.context.fail(`${name}: terminated by signal ${result.status.signal}`)
      this.status = 125
      this.stop = true
    } else if (exitStatus(result.status) === 255) {
      await this.context.fail(`${name}: exited with status 255; aborting`)
      this.status = 124
      this.stop = true
    } else if (exitStatus(result.status) !== 0) this.status ||= 123
  }

  async finish(): Promise<void> {
    while (this.running.size) await this.reap()
  }
}

function openNull(sys: Sys): number {
  try {
    return sys.open('/dev/null', O_RDONLY)
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}

/** xargs: build and run command lines from standard input. GNU findutils 4.9. */
export const xargs = defineProgram({
  name: 'findutils/xargs',
  paths: ['/usr/bin/xargs'],
  covers: 'partial',
  lacks: ['--process-slot-var', '--show-limits'],
  summary: 'build and execute command lines from standard input',
  sizeBytes: 68240,
  usage: 'xargs [OPTION]... COMMAND [INITIAL-ARGS]...',
  stopAtOperand: true,
  options,
  async main(context) {
    const { options: o, operands, sys, io } = context
    for (const [letter, text] of [
      ['n', o.maxArgs],
      ['L', o.maxLines],
    ] as const)
      if (text !== undefined && !(Number(text) >= 1)) {
        await context.fail(
          /^-?\d+$/.test(text)
            ? `value ${text} for -${letter} option should be >= 1`
            : `invalid number "${text}" for -${letter} option`,
        )
        return 1
      }
    try {
      const command = operands.length ? operands : ['echo']
      const replace = o.replace !== undefined || o.replaceLong !== undefined
      const lines = await readItems(context, replace)
      const runner = new Runner(
        context,
        o.procs === undefined ? 1 : Number(o.procs) || Infinity,
        o.file === undefined ? openNull(sys) : 0,
      )
      const confirm = o.interactive ? new Confirm(sys, io) : undefined
      for (const words of batches(context, lines, command)) {
        if (runner.stop) break
        const shown = words.join(' ')
        if (confirm ? !(await confirm.ask(`${shown}?...`)) : false) continue
        if (o.verbose && !confirm) await io.warn(`${shown}\n`)
        await runner.start(words)
      }
      await runner.finish()
      return runner.status
    } catch (error) {
      if (isErrno(error) && o.file !== undefined) {
        await context.fail(`Cannot open input file '${o.file}': ${error.message}`)
        return 1
      }
      if (!(error instanceof XargsError)) throw error
      await context.fail(error.message)
      return 1
    }
  },
})
