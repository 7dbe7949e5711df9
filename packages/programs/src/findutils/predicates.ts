/** What find asks of each file, by the words of its expression. find(1), TESTS and ACTIONS. */
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
import type { ExpressionParser } from './expression.ts'
import type { Accounts } from '../account/accounts.ts'
import { parseMode } from '../coreutils/mode-change.ts'
import { basename } from '../paths.ts'
import { compileRegex } from '../regex/posix.ts'
import { globMatcher } from '../text/glob.ts'
import { parseDate } from '../format/parse-date.ts'
import { formatFound } from './find-printf.ts'

/** A file as find looks at it. */
export interface Found {
  readonly path: string
  /** Looked up when it is asked for the first time. */
  readonly stat: Stat
  /** The bits of S_IFMT: known from the directory, as a rule. */
  readonly type: number
  readonly depth: number
  /** The operand it was found below. */
  readonly start: string
}

/** What a symbolic link stands for: a link where it leads nowhere. */
function typeBehind(sys: Sys, path: string): number {
  try {
    return sys.stat(path).mode & S_IFMT
  } catch (error) {
    if (isErrno(error)) return S_IFLNK
    throw error
  }
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
/** `-newerXY`: X of the file against Y of the reference; Y `t` takes a date in words. */
const newerXY: Maker = (argument, name, parser) => {
  const [x = '', y = ''] = name.slice('-newer'.length)
  const key = STAMPS.get(x)
  const other = STAMPS.get(y)
  if (!key || (!other && y !== 't')) throw new ExpressionError(`unknown predicate \`${name}'`)
  const given = y === 't' ? parseDate(argument, parser.nowMs) : undefined
  if (y === 't' && given === undefined)
    throw new ExpressionError(`I cannot figure out how to interpret '${argument}' as a date or time`)
  return ({ stat }, { sys }) => {
    try {
      return stat[key] > (given ?? sys.stat(argument)[other ?? key])
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ExpressionError(`'${argument}': ${error.message}`)
    }
  }
}
const STAMPS = new Map<string, 'mtimeMs' | 'atimeMs' | 'ctimeMs'>([
  ['m', 'mtimeMs'],
  ['a', 'atimeMs'],
  ['c', 'ctimeMs'],
  // Times of birth are not kept: the oldest that is.
  ['B', 'ctimeMs'],
])
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

/** How -ls shows a file. */
const LISTED = '%9i %6k %M %3n %-8u %-8g %8s %Tb %Td %TH:%TM %p\n'

/** Predicates with one argument. */
export const WITH_ARGUMENT = new Map<string, Maker>([
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
  ...[...STAMPS.keys()].flatMap((x) =>
    [...STAMPS.keys(), 't'].map((y): [string, Maker] => [`-newer${x}${y}`, newerXY]),
  ),
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
      return ({ type }) => types.includes(type)
    },
  ],
  [
    '-xtype',
    (argument) => {
      const types = argument.split(',').map((letter) => TYPES.get(letter))
      if (types.includes(undefined)) throw new ExpressionError(`Unknown argument to -xtype: ${argument}`)
      return ({ type, path }, { sys }) => types.includes(type === S_IFLNK ? typeBehind(sys, path) : type)
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
    '-fprint0',
    (argument) =>
      async ({ path }, actions) => {
        await actions.toFile(argument, `${path}\0`)
        return true
      },
  ],
  [
    '-fprintf',
    (argument, name, parser) => {
      const format = parser.argument(name)
      return async (found, actions) => {
        await actions.toFile(argument, formatFound(format, found, actions))
        return true
      }
    },
  ],
  [
    '-fls',
    (argument) => async (found, actions) => {
      await actions.toFile(argument, formatFound(LISTED, found, actions))
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
export const WITHOUT_ARGUMENT = new Map<string, Predicate>([
  ['-true', () => true],
  ['-false', () => false],
  [
    '-empty',
    ({ stat, path }, { sys }) =>
      isDirectory(stat.mode) ? sys.readdir(path).length === 0 : (stat.mode & S_IFMT) === S_IFREG && stat.size === 0,
  ],
  ['-print', ({ path }, actions) => done(actions.print(`${path}\n`))],
  ['-print0', ({ path }, actions) => done(actions.print(`${path}\0`))],
  ['-ls', (found, actions) => done(actions.print(formatFound(LISTED, found, actions)))],
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
