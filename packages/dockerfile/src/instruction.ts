import type { LineRange } from './dockerfile-error.ts'
import type { Heredoc } from './heredoc.ts'
import type { RunMount } from './run-mount.ts'
import type { Pair } from './split.ts'

/** What every instruction has. */
export interface Written {
  /** As written: `From`. */
  readonly keyword: string
  /** The whole instruction on one line, trimmed. */
  readonly code: string
  readonly range: LineRange
  /** Comment lines right above it. */
  readonly comments: readonly string[]
  /** The JSON form was used. */
  readonly json: boolean
  readonly heredocs: readonly Heredoc[]
}

export interface From extends Written {
  readonly kind: 'FROM'
  readonly base: string
  /** Lower case; empty when it has none. */
  readonly name: string
  /** As written. */
  readonly writtenName: string
  /** `AS` as written. */
  readonly as: string
  readonly platform: string
}

export interface Env extends Written {
  readonly kind: 'ENV' | 'LABEL'
  readonly pairs: readonly Pair[]
}

export interface ArgDefinition {
  readonly key: string
  /** Undefined: declared without a default. */
  readonly value: string | undefined
}

export interface Arg extends Written {
  readonly kind: 'ARG'
  readonly args: readonly ArgDefinition[]
}

/** In shell form `words` is the one line. */
export interface Command extends Written {
  readonly kind: 'CMD' | 'ENTRYPOINT'
  readonly words: readonly string[]
}

export interface Run extends Written {
  readonly kind: 'RUN'
  readonly words: readonly string[]
  /** `type=cache,target=/x` as written: variables are replaced later. */
  readonly mounts: readonly string[]
  readonly network: 'default' | 'none' | 'host'
  readonly security: 'sandbox' | 'insecure'
  readonly flags: readonly string[]
}

export interface Copy extends Written {
  readonly kind: 'COPY' | 'ADD'
  readonly sources: readonly string[]
  readonly contents: readonly Heredoc[]
  readonly destination: string
  readonly from: string
  readonly chown: string
  readonly chmod: string
  readonly checksum: string
  readonly link: boolean
  readonly parents: boolean
  readonly keepGitDir: boolean
  /** Whether archives are unpacked; undefined: as ADD does. */
  readonly unpack: boolean | undefined
  readonly exclude: readonly string[]
  readonly flags: readonly string[]
}

/** One argument taken as it stands. */
export interface Simple extends Written {
  readonly kind: 'WORKDIR' | 'USER' | 'STOPSIGNAL' | 'MAINTAINER'
  readonly value: string
}

export interface Many extends Written {
  readonly kind: 'EXPOSE' | 'VOLUME' | 'SHELL'
  readonly values: readonly string[]
}

/** Durations in nanoseconds, 0 is inherited. */
export interface Healthcheck extends Written {
  readonly kind: 'HEALTHCHECK'
  readonly test: readonly string[]
  readonly interval: number
  readonly timeout: number
  readonly startPeriod: number
  readonly startInterval: number
  readonly retries: number
}

export interface OnBuild extends Written {
  readonly kind: 'ONBUILD'
  /** The instruction that waits. */
  readonly trigger: string
}

export type Instruction = From | Env | Arg | Command | Run | Copy | Simple | Many | Healthcheck | OnBuild
export type { RunMount }
