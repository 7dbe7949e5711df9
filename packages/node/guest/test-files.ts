import { childProcess } from './child-process.ts'
import type { TestEvent } from './test-events.ts'
import type { Report } from './test-runner.ts'

/** What a file's process tells the one that started it. */
interface Told {
  readonly cmd: 'NODE_TEST'
  readonly event: TestEvent
}
const VARIABLE = 'NODE_TEST_CONTEXT'

interface ChildProcess {
  readonly env: Record<string, string>
  send?(value: unknown): boolean
}

/** In the process of a file: hands what happens to the parent. Nothing when nobody asked for it. */
export function tellerOf(process: ChildProcess): ((event: TestEvent) => void) | undefined {
  if (process.env[VARIABLE] === undefined) return undefined
  return (event) => void process.send?.({ cmd: 'NODE_TEST', event } satisfies Told)
}

/**
 * Runs each file in a process of its own, one after the other.
 * @param options of node, which each is given as well
 */
export async function runTestFiles(
  files: readonly string[],
  options: readonly string[],
  env: Record<string, string>,
  report: Report,
): Promise<void> {
  let top = 0
  for (const file of files) top += await runFile(file, options, env, report, top)
  report.end(top)
}

/** @returns how many tests it had at its top, itself where it had none */
function runFile(
  file: string,
  options: readonly string[],
  env: Record<string, string>,
  report: Report,
  before: number,
): Promise<number> {
  const beganAt = Date.now()
  let tests = 0
  let failed = false
  const child = childProcess.fork(file, [], {
    execArgv: options,
    silent: true,
    env: { ...env, [VARIABLE]: 'child' },
  })
  const output = (text: unknown): void => report.hear({ type: 'output', text: String(text) })
  child.stdout?.on('data', output as never)
  child.stderr?.on('data', output as never)
  child.on('internalMessage', (({ cmd, event }: Told) => {
    if (cmd !== 'NODE_TEST') return
    const atTop = event.type === 'end' && event.nesting === 0
    if (atTop) tests++
    failed ||= event.type === 'end' && !event.passed && event.todo === undefined
    report.hear(atTop ? { ...event, number: before + tests } : event)
  }) as never)
  return new Promise((done) => {
    child.on('close', ((exitCode: number | null, signal: string | null) => {
      if (tests > 0 && (exitCode === 0 || failed)) return done(tests)
      const passed = exitCode === 0
      report.hear({ type: 'start', name: file, nesting: 0 })
      report.hear({
        type: 'end',
        ...{ name: file, nesting: 0, number: before + tests + 1, passed, isSuite: false, ms: Date.now() - beganAt },
        ...(!passed && { place: `${file}:1:1`, failure: fileFailure(exitCode, signal) }),
      })
      done(tests + 1)
    }) as never)
  })
}

const fileFailure = (exitCode: number | null, signal: string | null) =>
  ({
    kind: 'testCodeFailure',
    message: 'test failed',
    code: 'ERR_TEST_FAILURE',
    frames: [],
    ...(exitCode !== null && { exitCode }),
    signal,
    shown: "'test failed'",
  }) as const
