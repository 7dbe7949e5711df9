import {
  type DirectoryEntry,
  isDirectory,
  isErrno,
  type MaybePromise,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  type Program,
  S_IFDIR,
  S_IFMT,
  type Stat,
} from '@drydock/abi'
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
    return this.io.print(text)
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

  /** @param mode as the directory has it; undefined where the file itself has to be asked */
  private find(path: string, start: string, depth: number, mode?: number): Found {
    let known: Stat | undefined
    const look = (): Stat => (known ??= this.stat(path, depth === 0))
    return {
      path,
      start,
      depth,
      get stat() {
        return look()
      },
      get type() {
        return (known?.mode ?? mode ?? look().mode) & S_IFMT
      },
    }
  }

  async start(path: string): Promise<void> {
    await this.visit(this.find(path, path, 0), -1)
  }

  /** A promise only where something has to wait. */
  private visit(found: Found, device: number): MaybePromise<void> {
    if (this.stopped) return
    const pause = this.sys.tick()
    if (pause) return pause.then(() => this.look(found, device))
    return this.look(found, device)
  }

  private look(found: Found, device: number): MaybePromise<void> {
    const { options } = this.parsed
    try {
      // What a directory lists is there; operands, and what links point to, may not be.
      if (found.depth === 0 || this.follow !== 'never' || options.oneFileSystem) void found.stat
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.fail(`'${found.path}': ${error.message}`)
    }
    this.pruned = false
    if (options.depthFirst) return after(this.enter(found, device), () => this.test(found))
    return after(this.test(found), () => this.enter(found, device))
  }

  private test(found: Found): MaybePromise<void> {
    if (found.depth < this.parsed.options.minDepth || this.stopped) return
    const answer = this.parsed.predicate(found, this)
    if (answer instanceof Promise) return answer.then(() => undefined)
  }

  private enter(found: Found, device: number): MaybePromise<void> {
    const { options } = this.parsed
    if (found.type !== S_IFDIR || this.pruned || found.depth >= options.maxDepth) return
    if (options.oneFileSystem && device >= 0 && found.stat.dev !== device) return
    let entries: readonly DirectoryEntry[]
    try {
      entries = this.sys.readdir(found.path)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.fail(`'${found.path}': ${error.message}`)
    }
    return this.children(found, entries, 0)
  }

  private children(folder: Found, entries: readonly DirectoryEntry[], from: number): MaybePromise<void> {
    const { path, start, depth } = folder
    const device = this.parsed.options.oneFileSystem ? folder.stat.dev : -1
    for (let at = from; at < entries.length; at++) {
      const entry = entries[at]
      if (!entry) break
      const mode = this.follow === 'always' ? undefined : entry.mode
      const visited = this.visit(this.find(join(path, entry.name), start, depth + 1, mode), device)
      if (visited instanceof Promise) return visited.then(() => this.children(folder, entries, at + 1))
    }
  }

  async finish(): Promise<void> {
    for (const each of this.parsed.finish) if (!(await each(this))) this.status = 1
  }
}

/** `next` at once, or when what goes on has ended. */
const after = (first: MaybePromise<void>, next: () => MaybePromise<void>): MaybePromise<void> =>
  first instanceof Promise ? first.then(next) : next()

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
  const expression = words.slice(at)
  return { follow: expression.includes('-follow') ? 'always' : follow, paths, expression }
}

/** find: search for files in a hierarchy. GNU findutils 4.9. */
export const find: Program = {
  name: 'findutils/find',
  paths: ['/usr/bin/find'],
  covers: 'partial',
  lacks: ['-context', '-daystart'],
  summary: 'search for files in a directory hierarchy',
  sizeBytes: 224848,
  async main(process) {
    const io = new Stdio(process.sys, voiceOf(process))
    const { follow, paths, expression } = splitWords(process.argv.slice(1))
    const accounts = await Accounts.read(process.sys)
    let parsed: Parsed
    try {
      parsed = new ExpressionParser(expression, accounts, process.sys.clock.now()).parse()
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
