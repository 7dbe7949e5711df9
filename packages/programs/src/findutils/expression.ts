import {
  isDirectory,
  isErrno,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  type Stat,
  type Sys,
} from '@drydock/abi'
import type { Accounts } from '../account/accounts.ts'
import { parseMode } from '../coreutils/mode-change.ts'
import { basename } from '../paths.ts'
import { compileRegex } from '../regex/posix.ts'
import { globMatcher } from '../text/glob.ts'
import { formatFound } from './find-printf.ts'

/** A file as find looks at it. */
export interface Found {
  readonly path: string
  readonly stat: Stat
  readonly depth: number
  /** The operand it was found below. */
  readonly start: string
}

/** What a predicate may do besides saying yes or no. */
export interface Actions {
  readonly sys: Sys
  readonly accounts: Accounts
  readonly startMs: number
  print(text: string): void | Promise<void>
  fail(message: string): Promise<void>
  /** Runs a command. @returns its status */
  run(words: readonly string[], folder?: string): Promise<number>
  ask(question: string): Promise<boolean>
  prune(): void
  quit(): void
  remove(found: Found): Promise<boolean>
  toFile(path: string, text: string): Promise<void>
}

export type Predicate = (found: Found, actions: Actions) => boolean | Promise<boolean>

export class ExpressionError extends Error {}

/** What the expression says about the walk as a whole. */
export interface WalkOptions {
  minDepth: number
  maxDepth: number
  depthFirst: boolean
  oneFileSystem: boolean
}

export interface Parsed {
  readonly predicate: Predicate
  readonly options: WalkOptions
  /** Commands of `-exec … +` to be run with what was gathered. */
  readonly finish: ((actions: Actions) => Promise<boolean>)[]
}

const TYPES = new Map([
  ['f', S_IFREG],
  ['d', S_IFDIR],
  ['l', S_IFLNK],
  ['c', S_IFCHR],
  ['b', S_IFBLK],
  ['p', S_IFIFO],
  ['s', S_IFSOCK],
])
const SIZE_UNITS = new Map([
  ['', 512],
  ['b', 512],
  ['c', 1],
  ['w', 2],
  ['k', 1024],
  ['M', 1024 ** 2],
  ['G', 1024 ** 3],
])

/** `+N` more, `-N` less, `N` exactly. */
function comparison(text: string, what: string): (value: number) => boolean {
  const match = /^([+-]?)(\d+(?:\.\d+)?)$/.exec(text)
  if (!match) throw new ExpressionError(`invalid argument \`${text}' to \`${what}'`)
  const wanted = Number(match[2])
  if (match[1] === '+') return (value) => value > wanted
  return match[1] === '-' ? (value) => value < wanted : (value) => value === wanted
}

type Maker = (argument: string, name: string, parser: ExpressionParser) => Predicate

const time =
  (key: 'mtimeMs' | 'atimeMs' | 'ctimeMs', unitMs: number): Maker =>
  (argument, name) => {
    const compare = comparison(argument, name)
    return ({ stat }, { startMs }) => compare(Math.floor((startMs - stat[key]) / unitMs))
  }
const newer =
  (key: 'mtimeMs' | 'atimeMs' | 'ctimeMs'): Maker =>
  (argument) => {
    let reference: number | undefined
    return ({ stat }, { sys }) => {
      try {
        reference ??= sys.stat(argument).mtimeMs
        return stat[key] > reference
      } catch (error) {
        if (!isErrno(error)) throw error
        throw new ExpressionError(`'${argument}': ${error.message}`)
      }
    }
  }
const named =
  (ignoreCase: boolean): Maker =>
  (argument) => {
    const matches = globMatcher(argument, { ignoreCase })
    return ({ path }) => matches(basename(path))
  }
const pathed =
  (ignoreCase: boolean): Maker =>
  (argument) => {
    const matches = globMatcher(argument, { ignoreCase })
    return ({ path }) => matches(path)
  }
const linkName =
  (ignoreCase: boolean): Maker =>
  (argument) => {
    const matches = globMatcher(argument, { ignoreCase })
    return ({ path, stat }, { sys }) => (stat.mode & S_IFMT) === S_IFLNK && matches(sys.readlink(path))
  }
const matching =
  (ignoreCase: boolean): Maker =>
  (argument, _, parser) => {
    const regex = compileRegex(argument, parser.extended ? 'extended' : 'basic', { ignoreCase })
    const whole = new RegExp(`^(?:${regex.source})$`, regex.flags)
    return ({ path }) => whole.test(path)
  }

function permission(argument: string): Predicate {
  const mark = /^[-/]/.exec(argument)?.[0] ?? ''
  const change = parseMode(argument.slice(mark.length), 0)
  if (!change) throw new ExpressionError(`invalid mode \`${argument}'`)
  const wanted = change(0) & 0o7777
  if (mark === '-') return ({ stat }) => (stat.mode & wanted) === wanted
  if (mark === '/') return ({ stat }) => wanted === 0 || (stat.mode & wanted) !== 0
  return ({ stat }) => (stat.mode & 0o7777) === wanted
}

const access =
  (mode: number): Predicate =>
  ({ path }, { sys }) => {
    try {
      sys.access(path, mode)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

/** Predicates with one argument. */
const WITH_ARGUMENT = new Map<string, Maker>([
  ['-name', named(false)],
  ['-iname', named(true)],
  ['-path', pathed(false)],
  ['-wholename', pathed(false)],
  ['-ipath', pathed(true)],
  ['-lname', linkName(false)],
  ['-ilname', linkName(true)],
  ['-regex', matching(false)],
  ['-iregex', matching(true)],
  ['-mtime', time('mtimeMs', 86_400_000)],
  ['-atime', time('atimeMs', 86_400_000)],
  ['-ctime', time('ctimeMs', 86_400_000)],
  ['-mmin', time('mtimeMs', 60_000)],
  ['-amin', time('atimeMs', 60_000)],
  ['-cmin', time('ctimeMs', 60_000)],
  ['-newer', newer('mtimeMs')],
  ['-anewer', newer('atimeMs')],
  ['-cnewer', newer('ctimeMs')],
  ['-perm', (argument) => permission(argument)],
  [
    '-inum',
    (argument, name) => {
      const compare = comparison(argument, name)
      return ({ stat }) => compare(stat.ino)
    },
  ],
  [
    '-links',
    (argument, name) => {
      const compare = comparison(argument, name)
      return ({ stat }) => compare(stat.nlink)
    },
  ],
  [
    '-uid',
    (argument, name) => {
      const compare = comparison(argument, name)
      return ({ stat }) => compare(stat.uid)
    },
  ],
  [
    '-gid',
    (argument, name) => {
      const compare = comparison(argument, name)
      return ({ stat }) => compare(stat.gid)
    },
  ],
  [
    '-user',
    (argument, _, parser) => {
      const uid = parser.accounts.uid(argument)
      if (uid === undefined) throw new ExpressionError(`'${argument}' is not the name of a known user`)
      return ({ stat }) => stat.uid === uid
    },
  ],
  [
    '-group',
    (argument, _, parser) => {
      const gid = parser.accounts.gid(argument)
      if (gid === undefined) throw new ExpressionError(`'${argument}' is not the name of an existing group`)
      return ({ stat }) => stat.gid === gid
    },
  ],
  [
    '-type',
    (argument) => {
      const types = argument.split(',').map((letter) => TYPES.get(letter))
      if (types.includes(undefined)) throw new ExpressionError(`Unknown argument to -type: ${argument}`)
      return ({ stat }) => types.includes(stat.mode & S_IFMT)
    },
  ],
  [
    '-size',
    (argument, name) => {
      const match = /^([+-]?\d+)([bcwkMG]?)$/.exec(argument)
      if (!match) throw new ExpressionError(`Invalid argument \`${argument}' to -size`)
      const compare = comparison(match[1] ?? '', name)
      const unit = SIZE_UNITS.get(match[2] ?? '') ?? 512
      return ({ stat }) => compare(Math.ceil(stat.size / unit))
    },
  ],
  [
    '-samefile',
    (argument) =>
      ({ stat }, { sys }) => {
        const other = sys.stat(argument)
        return other.ino === stat.ino && other.dev === stat.dev
      },
  ],
  [
    '-printf',
    (argument) => async (found, actions) => {
      await actions.print(formatFound(argument, found, actions))
      return true
    },
  ],
  [
    '-fprint',
    (argument) =>
      async ({ path }, actions) => {
        await actions.toFile(argument, `${path}\n`)
        return true
      },
  ],
])

const done = async (work: unknown): Promise<boolean> => {
  await work
  return true
}
const WITHOUT_ARGUMENT = new Map<string, Predicate>([
  ['-true', () => true],
  ['-false', () => false],
  [
    '-empty',
    ({ stat, path }, { sys }) =>
      isDirectory(stat.mode) ? sys.readdir(path).length === 0 : (stat.mode & S_IFMT) === S_IFREG && stat.size === 0,
  ],
  ['-print', ({ path }, actions) => done(actions.print(`${path}\n`))],
  ['-print0', ({ path }, actions) => done(actions.print(`${path}\0`))],
  [
    '-ls',
    (found, actions) =>
      done(actions.print(formatFound('%9i %6k %M %3n %-8u %-8g %8s %Tb %Td %TH:%TM %p\n', found, actions))),
  ],
  [
    '-prune',
    (_, actions) => {
      actions.prune()
      return true
    },
  ],
  [
    '-quit',
    (_, actions) => {
      actions.quit()
      return true
    },
  ],
  ['-delete', (found, actions) => actions.remove(found)],
  ['-readable', access(4)],
  ['-writable', access(2)],
  ['-executable', access(1)],
  ['-nouser', ({ stat }, { accounts }) => accounts.userName(stat.uid) === undefined],
  ['-nogroup', ({ stat }, { accounts }) => accounts.groupName(stat.gid) === undefined],
])
const ACTIONS = new Set([
  '-print',
  '-print0',
  '-printf',
  '-fprint',
  '-ls',
  '-delete',
  '-exec',
  '-execdir',
  '-ok',
  '-okdir',
  '-quit',
])
const GLOBAL = new Set([
  '-depth',
  '-d',
  '-maxdepth',
  '-mindepth',
  '-mount',
  '-xdev',
  '-noleaf',
  '-regextype',
  '-daystart',
  '-warn',
  '-nowarn',
  '-follow',
  '-ignore_readdir_race',
])

export class ExpressionParser {
  readonly accounts: Accounts
  extended = false
  private readonly words: readonly string[]
  private at = 0
  private hasAction = false
  private readonly options: WalkOptions = { minDepth: 0, maxDepth: Infinity, depthFirst: false, oneFileSystem: false }
  private readonly finish: ((actions: Actions) => Promise<boolean>)[] = []

  constructor(words: readonly string[], accounts: Accounts) {
    this.words = words
    this.accounts = accounts
  }

  parse(): Parsed {
    const always: Predicate = () => true
    const predicate = this.words.length ? this.alternatives() : always
    if (this.at < this.words.length)
      throw new ExpressionError(
        this.words[this.at] === ')'
          ? "you have too many ')'"
          : `paths must precede expression: \`${this.words[this.at]}'`,
      )
    const print = WITHOUT_ARGUMENT.get('-print') ?? always
    const whole: Predicate = this.hasAction
      ? predicate
      : async (found, actions) => (await predicate(found, actions)) && print(found, actions)
    return { predicate: whole, options: this.options, finish: this.finish }
  }

  private peek(): string | undefined {
    return this.words[this.at]
  }

  private alternatives(): Predicate {
    let left = this.conjunction()
    for (;;) {
      const word = this.peek()
      if (word === '-o' || word === '-or') {
        this.at++
        const [a, b] = [left, this.conjunction()]
        left = async (found, actions) => (await a(found, actions)) || b(found, actions)
      } else if (word === ',') {
        this.at++
        const [a, b] = [left, this.conjunction()]
        left = async (found, actions) => {
          await a(found, actions)
          return b(found, actions)
        }
      } else return left
    }
  }

  private conjunction(): Predicate {
    let left = this.negation()
    for (;;) {
      const word = this.peek()
      if (word === undefined || word === '-o' || word === '-or' || word === ')' || word === ',') return left
      if (word === '-a' || word === '-and') this.at++
      const [a, b] = [left, this.negation()]
      left = (found, actions) => {
        const first = a(found, actions)
        if (first instanceof Promise) return first.then((yes) => (yes ? b(found, actions) : false))
        return first ? b(found, actions) : false
      }
    }
  }

  private negation(): Predicate {
    const word = this.peek()
    if (word === '!' || word === '-not') {
      this.at++
      const inner = this.negation()
      return async (found, actions) => !(await inner(found, actions))
    }
    if (word === '(') {
      this.at++
      if (this.peek() === ')') throw new ExpressionError('invalid expression; empty parentheses are not allowed.')
      const inner = this.alternatives()
      if (this.peek() !== ')')
        throw new ExpressionError("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
      this.at++
      return inner
    }
    return this.primary()
  }

  private primary(): Predicate {
    const name = this.words[this.at++]
    if (name === undefined)
      throw new ExpressionError(`expected an expression after \`${this.words[this.at - 2] ?? ''}'`)
    if (ACTIONS.has(name)) this.hasAction = true
    if (name === '-delete') this.options.depthFirst = true
    if (GLOBAL.has(name)) return this.global(name)
    if (name === '-exec' || name === '-execdir' || name === '-ok' || name === '-okdir') return this.execution(name)
    const plain = WITHOUT_ARGUMENT.get(name)
    if (plain) return plain
    const maker = WITH_ARGUMENT.get(name)
    if (!maker)
      throw new ExpressionError(
        name.startsWith('-') ? `unknown predicate \`${name}'` : `paths must precede expression: \`${name}'`,
      )
    return maker(this.argument(name), name, this)
  }

  private argument(name: string): string {
    const argument = this.words[this.at++]
    if (argument === undefined) throw new ExpressionError(`missing argument to \`${name}'`)
    return argument
  }

  private global(name: string): Predicate {
    if (name === '-depth' || name === '-d') this.options.depthFirst = true
    if (name === '-mount' || name === '-xdev') this.options.oneFileSystem = true
    if (name === '-maxdepth' || name === '-mindepth') {
      const text = this.argument(name)
      if (!/^\d+$/.test(text))
        throw new ExpressionError(`Expected a positive decimal integer argument to ${name}, but got '${text}'`)
      this.options[name === '-maxdepth' ? 'maxDepth' : 'minDepth'] = Number(text)
    }
    if (name === '-regextype') this.extended = /extended|egrep|awk/.test(this.argument(name))
    return () => true
  }

  private execution(name: string): Predicate {
    const end = this.words.findIndex(
      (word, i) => i >= this.at && (word === ';' || (word === '+' && this.words[i - 1] === '{}')),
    )
    if (end < 0) throw new ExpressionError(`missing argument to \`${name}'`)
    const template = this.words.slice(this.at, end)
    const batch = this.words[end] === '+'
    this.at = end + 1
    return batch ? this.batched(template.slice(0, -1)) : single(template, name)
  }

  private batched(command: readonly string[]): Predicate {
    let gathered: string[] = []
    const flush = async (actions: Actions): Promise<boolean> => {
      if (gathered.length === 0) return true
      const words = [...command, ...gathered]
      gathered = []
      return (await actions.run(words)) === 0
    }
    this.finish.push(flush)
    return async ({ path }, actions) => {
      gathered.push(path)
      if (gathered.length >= 4000) await flush(actions)
      return true
    }
  }
}

function single(template: readonly string[], name: string): Predicate {
  const inFolder = name.endsWith('dir')
  return async ({ path }, actions) => {
    const shown = inFolder ? `./${basename(path)}` : path
    const words = template.map((word) => word.replaceAll('{}', shown))
    if (name.startsWith('-ok') && !(await actions.ask(`< ${words[0]} ... ${shown} > ? `))) return false
    return (await actions.run(words, inFolder ? path.replace(/[^/]*\/*$/, '') || '.' : undefined)) === 0
  }
}
