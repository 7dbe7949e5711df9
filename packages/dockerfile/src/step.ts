import type { LineRange } from './dockerfile-error.ts'
import type { Copy, Run } from './instruction.ts'
import type { Heredoc } from './heredoc.ts'
import type { RunMount } from './run-mount.ts'

interface Step {
  /** As the progress shows it: `RUN echo 1`. */
  readonly name: string
  readonly range: LineRange
}

/** A command in a container. */
export interface RunStep extends Step {
  readonly kind: 'run'
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: string
  readonly mounts: readonly RunMount[]
  readonly network: Run['network']
  /** A script that a here-document brought, and its file name. */
  readonly script: { readonly name: string; readonly content: string } | undefined
}

export interface CopyStep extends Step {
  readonly kind: 'copy'
  readonly add: boolean
  readonly sources: readonly string[]
  readonly contents: readonly Heredoc[]
  /** Absolute; with a slash at the end it is a directory. */
  readonly destination: string
  /** As written, variables replaced. */
  readonly writtenDestination: string
  readonly instruction: Copy
  readonly chown: string
  readonly chmod: string
  readonly checksum: string
  readonly exclude: readonly string[]
}

/** The directory that WORKDIR makes. */
export interface MkdirStep extends Step {
  readonly kind: 'mkdir'
  readonly path: string
  readonly user: string
}

export type BuildStep = RunStep | CopyStep | MkdirStep
