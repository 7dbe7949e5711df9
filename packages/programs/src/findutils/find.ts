import { isDirectory, isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Program, type Stat } from '@drydock/abi'
import { Output, programName, Stdio, voiceOf } from '@drydock/libc'
import type { Process, Sys } from '@drydock/abi'
import { Accounts } from '../account/accounts.ts'
import { Confirm } from '../coreutils/confirm.ts'
import { runCommand } from '../exec/run-command.ts'
import { join } from '../paths.ts'
import { RegexError } from '../regex/posix.ts'
import { encodeText } from '../text/encoding.ts'
import { ExpressionParser, type Parsed } from './expression.ts'
import { type Actions, ExpressionError, type Found } from './predicates.ts'

type Follow = 'never' | 'operands' | 'always'

/** Walks the trees and asks the expression about each file. */
class Walk implements Actions {
  readonly sys: Sys
  readonly accounts: Accounts
  readonly startMs: number
  status = 0
  private pruned = false
  private stopped = false
  private readonly io: Stdio
  private readonly process: Process
  private readonly name: string
  private readonly parsed: Parsed
  private readonly follow: Follow
  private readonly files = new Map<string, Output>()

  constructor(process: Process, io: Stdio, accounts: Accounts, parsed: Parsed, follow: Follow) {
    this.sys = process.sys
    this.process = process
    this.name = programName(process)
    this.io = io
    this.accounts = accounts
    this.parsed = parsed
    this.follow = follow
    this.startMs = process.sys.clock.now()
  }

  print(text: string): void | Promise<void> {
    return this.io.print(encodeText(text))
  }
  async fail(message: string): Promise<void> {
    this.status = 1
    await this.io.warn(`${this.name}: ${message}\n`)
  }
  prune(): void {
    this.pruned = true
  }
  quit(): void {
    this.stopped = true
  }
  ask(question: string): Promise<boolean> {
    return new Confirm(this.sys, this.io).ask(question)
  }

  async run(words: readonly string[], folder?: string): Promise<number> {
    await this.io.out.flush()
    const outcome = await runCommand(this.sys, words, this.process.env, folder === undefined ? {} : { cwd: folder })
    if (outcome.kind === 'ended') return outcome.status
    await this.io.warn(`${this.name}: '${words[0]}': ${outcome.message}\n`)
    return 1
  }

  async toFile(path: string, text: string): Promise<void> {
    const known =
      this.files.get(path) ?? new Output(this.sys, this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666), 0)
    this.files.set(path, known)
    await known.write(encodeText(text))
  }

  async remove({ path, stat }: Found): Promise<boolean> {
    try {
      if (path === '.') return true
      if (isDirectory(stat.mode)) this.sys.rmdir(path)
      else this.sys.unlink(path)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.fail(`cannot delete '${path}': ${error.message}`)
      return false
    }
  }

  private stat(path: string, operand: boolean): Stat {
    if (this.follow === 'never' || (this.follow === 'operands' && !operand)) return this.sys.lstat(path)
    try {
      return this.sys.stat(path)
    } catch (error) {
      if (isErrno(error)) return this.sys.lstat(path)
      throw error
    }
  }

  async start(path: string): Promise<void> {
    await this.visit(path, path, 0, -1)
  }

  private async visit(path: string, start: string, depth: number, device: number): Promise<void> {
    if (this.stopped) return
    const pause = this.sys.tick()
    if (pause) await pause
    let stat: Stat
    try {
      stat = this.stat(path, depth === 0)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.fail(`'${path}': ${error.message}`)
    }
    const { predicate, options } = this.parsed
    const found: Found = { path, stat, depth, start }
    const test = async (): Promise<void> => {
      if (depth < options.minDepth || this.stopped) return
      const answer = predicate(found, this)
      if (answer instanceof Promise) await answer
    }
    this.pruned = false
    if (!options.depthFirst) await test()
    const enter = isDirectory(stat.mode) && !this.pruned && depth < options.maxDepth
    if (enter && !(options.oneFileSystem && device >= 0 && stat.dev !== device))
      await this.children(path, start, depth, stat)
    if (options.depthFirst) await test()
  }

  private async children(path: string, start: string, depth: number, stat: Stat): Promise<void> {
    let names: readonly string[]
    try {
      names = this.sys.readdir(path).map((entry) => entry.name)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.fail(`'${path}': ${error.message}`)
    }
    for (const name of names) await this.visit(join(path, name), start, depth + 1, stat.dev)
  }

  async finish(): Promise<void> {
    for (const each of this.parsed.finish) if (!(await each(this))) this.status = 1
  }
}

/** Options before the paths, then paths, then the expression. */
function splitWords(words: readonly string[]): { follow: Follow; paths: string[]; expression: readonly string[] } {
  let at = 0
  let follow: Follow = 'never'
  const follows = new Map<string, Follow>([
    ['-P', 'never'],
    ['-H', 'operands'],
    ['-L', 'always'],
  ])
  for (; ; at++) {
    const chosen = follows.get(words[at] ?? '')
    if (chosen) follow = chosen
    else if (!/^-(O\d|D)$/.test(words[at] ?? '')) break
  }
  const paths: string[] = []
  while (at < words.length && !/^(-.|[(!,)])/.test(words[at] ?? '')) paths.push(words[at++] ?? '')
  return { follow, paths, expression: words.slice(at) }
}

/** find: search for files in a hierarchy. GNU findutils 4.9. */
export const find: Program = {
  name: 'findutils/find',
  paths: ['/usr/bin/find'],
  covers: 'partial',
  lacks: ['-newerXY', '-fprintf', '-fls', '-context', '-daystart'],
  summary: 'search for files in a directory hierarchy',
  sizeBytes: 224848,
  async main(process) {
    const io = new Stdio(process.sys, voiceOf(process))
    const { follow, paths, expression } = splitWords(process.argv.slice(1))
    const accounts = await Accounts.read(process.sys)
    let parsed: Parsed
    try {
      parsed = new ExpressionParser(expression, accounts).parse()
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof RegexError)) throw error
      await io.warn(`${programName(process)}: ${error.message}\n`)
      return 1
    }
    const walk = new Walk(process, io, accounts, parsed, follow)
    try {
      for (const path of paths.length ? paths : ['.']) await walk.start(path)
      await walk.finish()
      await io.out.flush()
    } catch (error) {
      if (!isErrno(error) && !(error instanceof ExpressionError)) throw error
      await io.warn(`${programName(process)}: ${error.message}\n`)
      return 1
    }
    return walk.status
  },
}
