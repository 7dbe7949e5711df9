import type { MaybePromise } from './stream.ts'
import type { Sys } from './sys.ts'

/** What a program finds when it starts. Descriptors 0, 1 and 2 are open or not, as the parent left them. */
export interface Process {
  readonly sys: Sys
  /** argv[0] included. */
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
}

/** A row of the program table: what a stub names. */
export interface Program {
  /** As stubs name it: `coreutils/ls`, `bash`, `nginx`. */
  readonly name: string
  /** Where it lives when an image has it: the first is the file, others are links to it. */
  readonly paths: readonly string[]
  /** `full`, or `partial` with what is missing: SUPPORT.md is made from this. */
  readonly covers: 'full' | 'partial'
  readonly lacks?: readonly string[]
  /** One line for SUPPORT.md and whatis. */
  readonly summary: string
  /** Bytes of the file in real life, for ls -l and du; default 40 KiB. */
  readonly sizeBytes?: number
  /** Resident memory in real life, for ps and the gauges; default 1 MiB. */
  readonly rssBytes?: number
  /** The command line, for man; a program without one is asked for its --help. */
  readonly manual?: Manual
  /** Returns the exit status. Errors that are no Errno are bugs: the process dies by SIGSEGV and dmesg tells. */
  readonly main: (process: Process) => MaybePromise<number>
}

/** A command line as a manual page shows it. */
export interface Manual {
  readonly synopsis: string
  /** An option each, with its forms: `-n, --interval=VALUE`. */
  readonly options: readonly string[]
}

/** How the kernel finds programs; a promise where a heavy one is loaded when first used. */
export interface ProgramTable {
  find(name: string): MaybePromise<Program | undefined>
}
