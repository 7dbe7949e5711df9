/** What a reporter hears, in order; plain values, so that a file's process can tell its parent. */
export type TestEvent =
  | { readonly type: 'start'; readonly name: string; readonly nesting: number }
  | ({ readonly type: 'end' } & Ended)
  | { readonly type: 'plan'; readonly nesting: number; readonly count: number }
  | { readonly type: 'diagnostic'; readonly nesting: number; readonly text: string }
  | { readonly type: 'output'; readonly text: string }

export interface Ended {
  readonly name: string
  readonly nesting: number
  readonly number: number
  readonly passed: boolean
  readonly isSuite: boolean
  readonly ms: number
  readonly skip?: string | true
  readonly todo?: string | true
  readonly cancelled?: boolean
  readonly place?: string
  readonly failure?: Failure
}

export interface Failure {
  readonly kind: 'testCodeFailure' | 'subtestsFailed' | 'testTimeoutFailure' | 'hookFailed' | 'cancelledByParent'
  readonly message: string
  readonly code: string
  readonly name?: string
  /** Rows of YAML. */
  readonly expected?: string
  readonly actual?: string
  readonly operator?: string
  readonly frames: readonly string[]
  readonly exitCode?: number
  readonly signal?: string | null
  /** As the console shows the error; nothing for what only says that a part failed. */
  readonly shown: string
}

export interface Counts {
  tests: number
  suites: number
  pass: number
  fail: number
  cancelled: number
  skipped: number
  todo: number
}
export const noCounts = (): Counts => ({ tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 })

export function count(counts: Counts, { isSuite, passed, skip, todo, cancelled }: Ended): void {
  if (isSuite) {
    counts.suites++
    return
  }
  counts.tests++
  if (cancelled) counts.cancelled++
  else if (skip !== undefined) counts.skipped++
  else if (todo !== undefined) counts.todo++
  else if (passed) counts.pass++
  else counts.fail++
}
