import type { Accounts } from '../account/accounts.ts'
import { basename } from '../paths.ts'
import { type Actions, ExpressionError, type Predicate, WITH_ARGUMENT, WITHOUT_ARGUMENT } from './predicates.ts'

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

const ACTIONS = new Set([
  '-print',
  '-print0',
  '-printf',
  '-fprint',
  '-fprint0',
  '-fprintf',
  '-fls',
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

type Answer = ReturnType<Predicate>

/** `next` at once where the answer is there: a promise for each file would cost more than the look at it. */
const then = (answer: Answer, next: (yes: boolean) => Answer): Answer =>
  answer instanceof Promise ? answer.then(next) : next(answer)

export class ExpressionParser {
  readonly accounts: Accounts
  extended = false
  readonly nowMs: number
  private readonly words: readonly string[]
  private at = 0
  private hasAction = false
  private readonly options: WalkOptions = { minDepth: 0, maxDepth: Infinity, depthFirst: false, oneFileSystem: false }
  private readonly finish: ((actions: Actions) => Promise<boolean>)[] = []

  constructor(words: readonly string[], accounts: Accounts, nowMs: number) {
    this.nowMs = nowMs
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
      : (found, actions) => then(predicate(found, actions), (yes) => yes && print(found, actions))
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
        left = (found, actions) => then(a(found, actions), (yes) => yes || b(found, actions))
      } else if (word === ',') {
        this.at++
        const [a, b] = [left, this.conjunction()]
        left = (found, actions) => then(a(found, actions), () => b(found, actions))
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
      left = (found, actions) => then(a(found, actions), (yes) => yes && b(found, actions))
    }
  }

  private negation(): Predicate {
    const word = this.peek()
    if (word === '!' || word === '-not') {
      this.at++
      const inner = this.negation()
      return (found, actions) => then(inner(found, actions), (yes) => !yes)
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

  argument(name: string): string {
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
