import path from 'path-browserify'
import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { errorText } from './inspect.ts'

declare function __now(): number

type Body = (context: TestContext, done?: (error?: unknown) => void) => unknown
interface Options {
  readonly skip?: boolean | string
  readonly todo?: boolean | string
  readonly only?: boolean
  readonly timeout?: number
}
type Outcome = 'pass' | 'fail' | 'skip' | 'todo'
type Hook = () => unknown
const HOOKS = ['before', 'after', 'beforeEach', 'afterEach'] as const
type HookName = (typeof HOOKS)[number]

/** A test or a suite, with those that were declared in it. */
class Test {
  readonly name: string
  readonly suite: boolean
  readonly options: Options
  readonly body: Body
  readonly parent: Test | undefined
  readonly children: Test[] = []
  readonly hooks: Record<HookName, Hook[]> = { before: [], after: [], beforeEach: [], afterEach: [] }
  outcome: Outcome = 'pass'
  error: unknown
  ms = 0

  constructor(name: string, suite: boolean, options: Options, body: Body, parent: Test | undefined) {
    Object.assign(this, { name, suite, options, body, parent })
    ;[this.name, this.suite, this.options, this.body, this.parent] = [name, suite, options, body, parent]
  }

  get depth(): number {
    return this.parent ? this.parent.depth + 1 : -1
  }
}

/** What a test is given. */
class TestContext {
  readonly name: string
  private readonly own: Test
  private readonly runner: TestRunner
  readonly mock = { fn: mockFunction, method: mockMethod }
  constructor(own: Test, runner: TestRunner) {
    this.name = own.name
    this.own = own
    this.runner = runner
  }
  test(...args: unknown[]): Promise<void> {
    return this.runner.runNow(this.runner.declare(args, false, this.own))
  }
  skip(): void {
    this.own.outcome = 'skip'
  }
  todo(): void {
    this.own.outcome = 'todo'
  }
  diagnostic(text: string): void {
    write(`${'  '.repeat(this.own.depth)}ℹ ${text}\n`)
  }
  before(hook: Hook): void {
    this.own.hooks.before.push(hook)
  }
  after(hook: Hook): void {
    this.own.hooks.after.push(hook)
  }
  beforeEach(hook: Hook): void {
    this.own.hooks.beforeEach.push(hook)
  }
  afterEach(hook: Hook): void {
    this.own.hooks.afterEach.push(hook)
  }
}

const write = (text: string): void => void callSync('write', [1], Buffer.from(text))
const MARKS: Readonly<Record<Outcome, string>> = { pass: '✔', fail: '✖', skip: '﹣', todo: '⚠' }

/** node:test, reported as its reporter `spec` does. */
export class TestRunner {
  private readonly root = new Test('', true, {}, () => undefined, undefined)
  private current = this.root
  private started: Promise<void> | undefined
  private readonly beganAt = __now()
  private readonly failed: Test[] = []
  private readonly counts = { tests: 0, suites: 0, pass: 0, fail: 0, skip: 0, todo: 0 }
  private readonly ended: (failed: boolean) => void

  /** @param ended told when everything has run */
  constructor(ended: (failed: boolean) => void) {
    this.ended = ended
  }

  readonly exports = (() => {
    const declared =
      (suite: boolean, more: Options = {}) =>
      (...args: unknown[]): Promise<void> => {
        this.declare(args, suite, this.current, more)
        return this.begin()
      }
    const family = (suite: boolean) =>
      Object.assign(declared(suite), {
        skip: declared(suite, { skip: true }),
        todo: declared(suite, { todo: true }),
        only: declared(suite, { only: true }),
      })
    const [test, describe] = [family(false), family(true)]
    const hooks = HOOKS.map((name) => [name, (hook: Hook) => void this.current.hooks[name].push(hook)] as const)
    const mock = { fn: mockFunction, method: mockMethod }
    return Object.assign(test, { test, it: test, describe, suite: describe, mock, ...Object.fromEntries(hooks) })
  })()

  declare(args: readonly unknown[], suite: boolean, parent: Test, more: Options = {}): Test {
    const body = args.find((arg) => typeof arg === 'function') as Body | undefined
    const name = typeof args[0] === 'string' ? args[0] : body?.name || '<anonymous>'
    const options = args.find((arg) => typeof arg === 'object' && arg !== null) as Options | undefined
    const test = new Test(name, suite, { ...options, ...more }, body ?? (() => undefined), parent)
    parent.children.push(test)
    return test
  }

  /** What was declared runs when the file that declares it has been read. */
  private begin(): Promise<void> {
    this.started ??= Promise.resolve().then(() => this.runAll())
    return this.started
  }

  private async runAll(): Promise<void> {
    await new Promise<void>((later) =>
      (globalThis as unknown as { setImmediate(call: () => void): void }).setImmediate(later),
    )
    await this.runChildren(this.root)
    this.summarize()
    this.ended(this.failed.length > 0)
  }

  private async runChildren(test: Test): Promise<void> {
    const only = test.children.some(({ options }) => options.only)
    for (const hook of test.hooks.before) await hook()
    for (let i = 0; i < test.children.length; i++) {
      const child = test.children[i] as Test
      if (!only || child.options.only) await this.runNow(child)
    }
    for (const hook of test.hooks.after) await hook()
  }

  async runNow(test: Test): Promise<void> {
    const { options, depth } = test
    const from = __now()
    const indent = '  '.repeat(depth)
    if (options.skip) test.outcome = 'skip'
    else await this.attempt(test)
    if (test.outcome === 'pass' && options.todo) test.outcome = 'todo'
    test.ms = __now() - from
    this.count(test)
    const why =
      test.outcome === 'skip'
        ? ` # ${typeof options.skip === 'string' ? options.skip : 'SKIP'}`
        : test.outcome === 'todo'
          ? ' # TODO'
          : ''
    write(`${indent}${MARKS[test.outcome]} ${test.name} (${test.ms.toFixed(6).replace(/0+$/, '')}ms)${why}\n`)
  }

  private async attempt(test: Test): Promise<void> {
    const before = this.current
    const chain: Test[] = []
    for (let each = test.parent; each; each = each.parent) chain.unshift(each)
    try {
      if (!test.suite) for (const each of chain) for (const hook of each.hooks.beforeEach) await hook()
      this.current = test
      if (test.suite) {
        await test.body(new TestContext(test, this))
        this.current = before
        write(`${'  '.repeat(test.depth)}▶ ${test.name}\n`)
        await this.runChildren(test)
      } else await called(test.body, new TestContext(test, this), test.options.timeout)
      for (const hook of test.suite ? [] : test.hooks.after) await hook()
      if (test.children.some(({ outcome }) => outcome === 'fail')) {
        test.outcome = 'fail'
        test.error = undefined
      }
    } catch (error) {
      test.outcome = 'fail'
      test.error = error
    } finally {
      this.current = before
      if (!test.suite) for (const each of chain) for (const hook of each.hooks.afterEach) await hook()
    }
  }

  private count(test: Test): void {
    if (test.suite) this.counts.suites++
    else {
      this.counts.tests++
      this.counts[test.outcome]++
    }
    if (test.outcome === 'fail') this.failed.push(test)
  }

  private summarize(): void {
    const { tests, suites, pass, fail, skip, todo } = this.counts
    const rows = { tests, suites, pass, fail, cancelled: 0, skipped: skip, todo, duration_ms: __now() - this.beganAt }
    write(
      Object.entries(rows)
        .map(([name, value]) => `ℹ ${name} ${value}\n`)
        .join(''),
    )
    const failures = this.failed.filter(({ error }) => error !== undefined)
    if (failures.length > 0) write('\n✖ failing tests:\n')
    for (const { name, ms, error } of failures) {
      const text = error instanceof Error ? errorText(error) : String(error)
      write(
        `\n✖ ${name} (${ms.toFixed(6)}ms)\n${text
          .split('\n')
          .map((line) => `  ${line}`)
          .join('\n')}\n`,
      )
    }
  }
}

function called(body: Body, context: TestContext, timeout: number | undefined): Promise<unknown> {
  const run =
    body.length < 2
      ? Promise.resolve(body(context))
      : new Promise((resolve, reject) =>
          body(context, (error) => (error ? reject(error as Error) : resolve(undefined))),
        )
  if (timeout === undefined) return run
  const late = new Promise((_, reject) => {
    const timers = globalThis as unknown as { setTimeout(call: () => void, ms: number): { unref(): void } }
    timers.setTimeout(() => reject(new Error(`test timed out after ${timeout}ms`)), timeout).unref()
  })
  return Promise.race([run, late])
}

interface Call {
  readonly arguments: readonly unknown[]
  readonly result: unknown
}
function mockFunction(
  original: (...args: never[]) => unknown = () => undefined,
  replaced?: (...args: never[]) => unknown,
) {
  const calls: Call[] = []
  function mocked(this: unknown, ...args: unknown[]): unknown {
    const result = (replaced ?? original).apply(this, args as never)
    calls.push({ arguments: args, result })
    return result
  }
  return Object.assign(mocked, {
    mock: { calls, callCount: () => calls.length, resetCalls: () => void calls.splice(0) },
  })
}
function mockMethod(object: Record<string, unknown>, name: string, replaced?: (...args: never[]) => unknown) {
  const original = object[name] as (...args: never[]) => unknown
  const mocked = mockFunction(original, replaced)
  object[name] = mocked
  return Object.assign(mocked, { mock: { ...mocked.mock, restore: () => void (object[name] = original) } })
}

const IS_TEST = /(^|[._-])test\.[cm]?js$|^test-.*\.[cm]?js$/

/** The files that `node --test` runs when none is named. */
export function testFiles(folder: string, inTest = false): string[] {
  const entries = callSync('readdir', [folder]).value as { name: string; type?: string }[]
  return entries
    .map(({ name }) => name)
    .toSorted()
    .flatMap((name) => {
      const file = path.join(folder, name)
      const { mode } = callSync('stat', [file]).value as { mode: number }
      if ((mode & 0o170000) === 0o040000)
        return name === 'node_modules' ? [] : testFiles(file, inTest || name === 'test')
      return IS_TEST.test(name) || (inTest && /\.[cm]?js$/.test(name)) ? [file] : []
    })
}
