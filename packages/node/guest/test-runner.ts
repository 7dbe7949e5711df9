import path from 'path-browserify'
import { Buffer } from 'buffer'
import { callerFrames } from './errors.ts'
import { callSync } from './host.ts'
import { lastOption, runOptions } from './run-options.ts'
import { count, type Counts, type Ended, type Failure, noCounts, type TestEvent } from './test-events.ts'
import { failureOf, isFailed } from './test-failures.ts'
import { MockTracker } from './test-mocks.ts'
import { dot, junit, type Reporter, spec, tap } from './test-reporters.ts'

declare function __now(): number

type Body = (context: TestContext, done?: (error?: unknown) => void) => unknown
interface Options {
  readonly skip?: boolean | string
  readonly todo?: boolean | string
  readonly only?: boolean
  readonly timeout?: number
}
type Hook = (...args: never[]) => unknown
const HOOKS = ['before', 'after', 'beforeEach', 'afterEach'] as const
type HookName = (typeof HOOKS)[number]

/** A test or a suite, with those that were declared in it. */
class Test {
  readonly name: string
  readonly suite: boolean
  readonly options: Options
  readonly body: Body
  readonly parent: Test | undefined
  readonly place: string
  readonly children: Test[] = []
  readonly hooks: Record<HookName, Hook[]> = { before: [], after: [], beforeEach: [], afterEach: [] }
  readonly notes: string[] = []
  readonly mock = new MockTracker()
  skip: string | true | undefined
  todo: string | true | undefined
  failure: Failure | undefined
  ended = false
  reported = 0

  constructor(name: string, suite: boolean, options: Options, body: Body, parent: Test | undefined) {
    ;[this.name, this.suite, this.options, this.body, this.parent] = [name, suite, options, body, parent]
    this.place = parent ? placeOfCall() : ''
    this.skip = options.skip === true ? true : options.skip || undefined
    this.todo = options.todo === true ? true : options.todo || undefined
  }
  get nesting(): number {
    return this.parent ? this.parent.nesting + 1 : -1
  }
}

/** Where the script declares it. */
function placeOfCall(): string {
  const frame = callerFrames().find((each) => /(?:file:\/\/)?\/[^()]*:\d+:\d+\)?$/.test(each)) ?? ''
  return /((?:file:\/\/)?\/[^()\s]*:\d+:\d+)\)?$/.exec(frame)?.[1]?.replace('file://', '') ?? ''
}

/** What a test is given. */
class TestContext {
  readonly name: string
  readonly fullName: string
  readonly mock: MockTracker
  readonly signal = new (globalThis as unknown as { AbortController: new () => { signal: object } }).AbortController()
    .signal
  private readonly own: Test
  private readonly runner: TestRunner
  constructor(own: Test, runner: TestRunner) {
    this.name = own.name
    this.mock = own.mock
    this.own = own
    this.runner = runner
    const names: string[] = []
    for (let at: Test | undefined = own; at?.parent; at = at.parent) names.unshift(at.name)
    this.fullName = names.join(' > ')
  }
  test(...args: unknown[]): Promise<void> {
    return this.runner.runNow(this.runner.declare(args, false, this.own))
  }
  skip(why?: string): void {
    this.own.skip = why ?? true
  }
  todo(why?: string): void {
    this.own.todo = why ?? true
  }
  diagnostic(text: string): void {
    this.own.notes.push(String(text))
  }
  plan(): void {}
  runOnly(): void {}
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

type Output = (text: string) => void

/** Where a reporter's text goes. node(1), --test-reporter-destination */
function outputTo(destination: string): Output {
  const fd = destination === 'stderr' ? 2 : 1
  if (destination === 'stdout' || destination === 'stderr')
    return (text) => void callSync('write', [fd], Buffer.from(text))
  let appends = false
  return (text) => {
    callSync('writeFile', [path.resolve(destination), appends, 0o666], Buffer.from(text))
    appends = true
  }
}

/** Hands what happens to the reporters that were asked for, and counts. */
export class Report {
  readonly counts: Counts = noCounts()
  failed = false
  private readonly reporters: readonly (readonly [Reporter, Output])[]
  private readonly beganAt = __now()

  constructor(usual: 'spec' | 'tap', cwd: string, tty: boolean) {
    const names = runOptions.get('test-reporter') ?? [usual]
    const destinations = runOptions.get('test-reporter-destination') ?? []
    const kinds: Readonly<Record<string, () => Reporter>> = { spec: () => spec(tty, cwd), tap, dot, junit }
    this.reporters = names.map((name, at) => {
      const make = kinds[name]
      if (!make) throw new Error(`The test reporter '${name}' is not to be had here: spec, tap, dot and junit are`)
      return [make(), outputTo(destinations[at] ?? 'stdout')] as const
    })
  }

  hear(event: TestEvent): void {
    if (event.type === 'end') {
      count(this.counts, event)
      this.failed ||= !event.passed && event.todo === undefined
    }
    for (const [reporter, write] of this.reporters) {
      const text = reporter.hear(event)
      if (text !== '') write(text)
    }
  }

  /** @param top how many tests there were at the top */
  end(top: number): void {
    this.hear({ type: 'plan', nesting: 0, count: top })
    for (const [reporter, write] of this.reporters) write(reporter.end(this.counts, __now() - this.beganAt))
  }
}

/** node:test: declared tests run one after the other when the file that declares them has been read. */
export class TestRunner {
  private readonly root = new Test('', true, {}, () => undefined, undefined)
  private current = this.root
  private started: Promise<void> | undefined
  private readonly tell: (event: TestEvent) => void
  private readonly ended: (top: number) => void

  /** @param ended told when everything has run */
  constructor(tell: (event: TestEvent) => void, ended: (top: number) => void) {
    this.tell = tell
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
    const more = { it: test, describe, suite: describe, mock: new MockTracker(), ...Object.fromEntries(hooks) }
    return Object.assign(test, { test, ...more })
  })()

  declare(args: readonly unknown[], suite: boolean, parent: Test, more: Options = {}): Test {
    const body = args.find((arg) => typeof arg === 'function') as Body | undefined
    const name = typeof args[0] === 'string' && args[0] !== '' ? args[0] : body?.name || '<anonymous>'
    const options = args.find((arg) => typeof arg === 'object' && arg !== null) as Options | undefined
    const test = new Test(name, suite, { ...options, ...more }, body ?? (() => undefined), parent)
    parent.children.push(test)
    return test
  }

  private begin(): Promise<void> {
    this.started ??= Promise.resolve().then(() => this.runAll())
    return this.started
  }

  private async runAll(): Promise<void> {
    await new Promise<void>((later) =>
      (globalThis as unknown as { setImmediate(call: () => void): void }).setImmediate(later),
    )
    const broken = await this.runChildren(this.root)
    if (broken)
      this.tell(
        endOf(Object.assign(new Test('<root>', false, {}, () => undefined, this.root), { failure: broken }), 0, 0),
      )
    this.ended(this.root.reported)
  }

  /** @returns what a hook threw */
  private async runChildren(test: Test): Promise<Failure | undefined> {
    const broken = await runHooks(test.hooks.before)
    for (let at = 0; at < test.children.length; at++) {
      const child = test.children[at] as Test
      if (broken) this.cancel(child)
      else await this.runNow(child)
    }
    return broken ?? (await runHooks(test.hooks.after))
  }

  private cancel(test: Test): void {
    for (const child of test.children) this.cancel(child)
    const message = 'test did not finish before its parent and was cancelled'
    test.failure = { kind: 'cancelledByParent', message, code: 'ERR_TEST_FAILURE', frames: [], shown: `'${message}'` }
    this.report(test, 0)
  }

  /** What an option leaves out. */
  private leftOut(test: Test): string | undefined {
    if (test.suite) return undefined
    const patterns = runOptions.get('test-name-pattern') ?? []
    const skipped = runOptions.get('test-skip-pattern') ?? []
    const isMeant = (pattern: string): boolean => patternOf(pattern).test(test.name)
    if (patterns.length > 0 && !patterns.some(isMeant)) return 'test name does not match pattern'
    if (skipped.some(isMeant)) return 'test name matches skip pattern'
    return runOptions.has('test-only') && !test.options.only ? "'only' option not set" : undefined
  }

  async runNow(test: Test): Promise<void> {
    const from = __now()
    test.skip ??= this.leftOut(test)
    if (test.skip === undefined) await this.attempt(test)
    test.mock.restoreAll()
    this.report(test, __now() - from)
  }

  private report(test: Test, ms: number): void {
    if (test.ended) return
    test.ended = true
    this.open(test)
    if (test.reported > 0) this.tell({ type: 'plan', nesting: test.nesting + 1, count: test.reported })
    const number = test.parent ? ++test.parent.reported : 0
    this.tell(endOf(test, number, ms))
    for (const text of test.notes) this.tell({ type: 'diagnostic', nesting: test.nesting, text })
  }

  /** A test that begins is told with the first thing that is told of it. */
  private readonly opened = new Set<Test>([this.root])
  private open(test: Test): void {
    if (this.opened.has(test)) return
    if (test.parent) this.open(test.parent)
    this.opened.add(test)
    this.tell({ type: 'start', name: test.name, nesting: test.nesting })
  }

  private async attempt(test: Test): Promise<void> {
    const before = this.current
    const chain: Test[] = []
    for (let each = test.parent; each; each = each.parent) chain.unshift(each)
    const context = new TestContext(test, this)
    try {
      if (test.suite) await this.attemptSuite(test, context, before)
      else {
        const hooks = chain.flatMap((each) => each.hooks.beforeEach)
        test.failure = await runHooks(hooks, context)
        this.current = test
        if (!test.failure) await called(test.body, context, test.options.timeout)
        test.failure ??= await runHooks(test.hooks.after)
      }
      const failed = test.children.filter((each) => isFailed(each)).length
      if (failed > 0) {
        const message = `${failed} subtest${failed > 1 ? 's' : ''} failed`
        test.failure ??= { kind: 'subtestsFailed', message, code: 'ERR_TEST_FAILURE', frames: [], shown: '' }
      }
    } catch (error) {
      test.failure = failureOf(error, 'testCodeFailure')
    } finally {
      this.current = before
      if (!test.suite)
        test.failure ??= await runHooks(
          chain.toReversed().flatMap((each) => each.hooks.afterEach),
          context,
        )
    }
  }

  private async attemptSuite(test: Test, context: TestContext, before: Test): Promise<void> {
    this.current = test
    await test.body(context)
    this.current = before
    test.failure = await this.runChildren(test)
  }
}

const CANCELLED: ReadonlySet<Failure['kind']> = new Set(['cancelledByParent', 'testTimeoutFailure'])

const endOf = (test: Test, number: number, ms: number): TestEvent & Ended => ({
  type: 'end',
  ...{ name: test.name, nesting: test.nesting, number, passed: !test.failure, isSuite: test.suite, ms },
  ...(test.skip !== undefined && { skip: test.skip }),
  ...(test.todo !== undefined && { todo: test.todo }),
  ...(test.failure && { failure: test.failure, place: test.place }),
  ...(test.failure && CANCELLED.has(test.failure.kind) && { cancelled: true }),
})

async function runHooks(hooks: readonly Hook[], context?: TestContext): Promise<Failure | undefined> {
  try {
    for (const hook of hooks) await called(hook as Body, context as TestContext, undefined)
    return undefined
  } catch (error) {
    return failureOf(error, 'hookFailed')
  }
}

/** `/text/flags` or a text. */
function patternOf(pattern: string): RegExp {
  const [, text, flags] = /^\/(.*)\/([a-z]*)$/.exec(pattern) ?? []
  return text === undefined ? new RegExp(pattern) : new RegExp(text, flags)
}

class TimedOut extends Error {}

function called(body: Body, context: TestContext, timeout: number | undefined): Promise<unknown> {
  const run =
    body.length < 2
      ? Promise.resolve(body(context))
      : new Promise((resolve, reject) =>
          body(context, (error) => (error ? reject(error as Error) : resolve(undefined))),
        )
  const most = timeout ?? Number(lastOption('test-timeout') ?? Infinity)
  if (most === Infinity) return run
  const late = new Promise((_, reject) => {
    const timers = globalThis as unknown as { setTimeout(call: () => void, ms: number): { unref(): void } }
    timers.setTimeout(
      () =>
        reject(Object.assign(new TimedOut(`test timed out after ${most}ms`), { failureType: 'testTimeoutFailure' })),
      most,
    )
  })
  return Promise.race([run, late])
}

const IS_TEST = /(^|[._-])test\.[cm]?js$|^test-.*\.[cm]?js$|^test\.[cm]?js$/

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
