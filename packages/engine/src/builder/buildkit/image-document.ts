import type { Platform } from '@drydock/dockerfile'
import type { ImageConfig } from '@drydock/docker-api'
import type { LayerRecord } from '../../content/layer-store.ts'
import type { HistoryEntry, ImageDocument } from '../../images/image-config.ts'
import type { PlannedStage } from './plan.ts'

/** Empty fields are left out, as Go does with omitempty. */
function compact(config: ImageConfig): ImageConfig {
  const kept = Object.entries(config).filter(([, value]) => {
    if (value === null || value === undefined || value === '') return false
    return typeof value !== 'object' || Object.keys(value).length > 0
  })
  return Object.fromEntries(kept) as ImageConfig
}

/**
 * A step with a layer happened when the layer was made, others with the one before: an image that comes out of the cache is
 * the same image. A layer without a step gets one.
 */
function datedHistory({ state, base }: PlannedStage, chain: readonly LayerRecord[], madeAt: MadeAt): HistoryEntry[] {
  let layer = 0
  let last = base?.created
  const history = state.history.map((step): HistoryEntry => {
    const at = step.empty_layer ? undefined : chain[layer++]
    last = step.created ?? (at && madeAt(at.chainId)) ?? last ?? '1970-01-01T00:00:00Z'
    return { ...step, created: last }
  })
  const unknown = chain
    .slice(layer)
    .map(({ chainId }) => ({ created: madeAt(chainId) ?? last ?? '', comment: 'buildkit.exporter.image.v0' }))
  return [...history, ...unknown]
}

/** When a layer was made, by its chain id. */
type MadeAt = (chainId: string) => string | undefined

/** The configuration of the image that a stage comes to. OCI image spec, config.md */
export function imageDocument(
  stage: PlannedStage,
  chain: readonly LayerRecord[],
  platform: Platform,
  labels: Readonly<Record<string, string>>,
  madeAt: MadeAt,
): ImageDocument {
  const { state } = stage
  const config =
    Object.keys(labels).length > 0 ? { ...state.config, Labels: { ...state.config.Labels, ...labels } } : state.config
  const os = stage.base?.os ?? platform.os
  const history = datedHistory(stage, chain, madeAt)
  return {
    architecture: stage.base?.architecture ?? platform.architecture,
    ...(state.author ? { author: state.author } : {}),
    config: compact(config as ImageConfig),
    created: history.at(-1)?.created ?? '1970-01-01T00:00:00Z',
    history,
    os,
    rootfs: { type: 'layers', diff_ids: chain.map(({ diffId }) => diffId) },
    ...(platform.variant ? { variant: platform.variant } : {}),
  }
}
