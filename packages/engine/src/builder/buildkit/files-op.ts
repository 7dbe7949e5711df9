import type { CopyStep, MkdirStep, Platform, RunMount, RunStep } from '@drydock/dockerfile'
import type { LayerRecord } from '../../content/layer-store.ts'
import type { Image } from '../../images/image-store.ts'
import type { PullPlan } from '../../images/pull.ts'

/** A node of the build's graph: files, and how they come about. */
export type FilesOp = ScratchOp | ImageOp | LocalOp | RunOp | CopyOp | MkdirOp

export interface ScratchOp {
  readonly kind: 'scratch'
}

export interface ImageOp {
  readonly kind: 'image'
  readonly name: string
  /** Here already, or to be pulled. */
  readonly image: Image | undefined
  readonly plan: PullPlan | undefined
  readonly reference: string
}

/** Files that the client sent. */
export interface LocalOp {
  readonly kind: 'local'
  /** `context`, or the name of `--build-context`. */
  readonly context: string
  readonly root: string
}

interface LayeredOp {
  readonly name: string
  readonly base: FilesOp
  /** The cache is not looked at. */
  readonly ignoreCache: boolean
}

export interface RunOp extends LayeredOp {
  readonly kind: 'run'
  readonly step: RunStep
  readonly platform: Platform
  readonly mounts: readonly { readonly mount: RunMount; readonly source: FilesOp | undefined }[]
}

export interface CopyOp extends LayeredOp {
  readonly kind: 'copy'
  readonly step: CopyStep
  readonly source: FilesOp
}

export interface MkdirOp extends LayeredOp {
  readonly kind: 'mkdir'
  readonly step: MkdirStep
}

/** What an operation came to. */
export interface Files {
  readonly chain: readonly LayerRecord[]
  /** Key in the build cache. */
  readonly key: string
  /** The files themselves, where they are no layers. */
  readonly root?: string
}
