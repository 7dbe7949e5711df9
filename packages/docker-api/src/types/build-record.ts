/** A build that was done, as buildx keeps it: a file of JSON below `~/.docker/buildx/history`, named by its ref. */
export interface BuildRecord {
  readonly ref: string
  readonly name: string
  readonly context: string
  readonly dockerfile: string
  readonly target: string
  readonly platform: string
  readonly status: 'Completed' | 'Error'
  readonly error: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly completedAt: number
  readonly steps: number
  readonly cached: number
  readonly args: readonly string[]
  readonly tags: readonly string[]
  readonly vertexes: readonly BuildStep[]
  readonly source: BuildSource
  /** As `--progress=plain` shows it. */
  readonly log: string
}

/** A vertex of the build's graph that was begun. */
export interface BuildStep {
  /** Its lines in the log begin with `#index`. */
  readonly index: number
  readonly name: string
  readonly cached: boolean
  readonly error: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly completedAt: number
}

/** A Dockerfile, and the lines in which the build failed; both 0 where it did not. The first line is 1. */
export interface BuildSource {
  readonly filename: string
  readonly data: string
  readonly start: number
  readonly end: number
}
