import { digestOf, type Digest } from './digest.ts'

/** How containers of an image start, spelled as in JSON. OCI image-spec, config.md; Healthcheck and the like are Docker's. */
export interface ExecutionConfig {
  readonly User?: string
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly StopSignal?: string
  readonly ArgsEscaped?: boolean
  readonly Healthcheck?: Healthcheck
  readonly Shell?: readonly string[]
  readonly OnBuild?: readonly string[]
}

/** Durations in nanoseconds. */
export interface Healthcheck {
  readonly Test?: readonly string[]
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly comment?: string
  readonly author?: string
  readonly empty_layer?: boolean
}

export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly variant?: string
  readonly created?: string
  readonly author?: string
  readonly config: ExecutionConfig
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] }
  readonly history?: readonly HistoryEntry[]
}

/**
 * Ids of the stacks of layers, lowest first: the first is the diffID itself, each other one the digest of the one below, a
 * blank and its own diffID. OCI image-spec, config.md, "Layer ChainID".
 */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = []
  for (const diffId of diffIds) {
    const below = chain.at(-1)
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`))
  }
  return chain
}
