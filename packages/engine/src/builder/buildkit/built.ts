import type { Platform } from '@drydock/dockerfile'
import type { LayerRecord } from '../../content/layer-store.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { BuildOptions } from '../build-options.ts'
import { imageDocument } from './image-document.ts'
import type { PlannedStage } from './plan.ts'

/** What a build came to for one platform. */
export interface Built {
  readonly platform: Platform
  readonly stage: PlannedStage
  readonly chain: readonly LayerRecord[]
}

/** The image's configuration. @param cache what `--cache-to type=inline` puts beside it */
export function documentOf({ buildCache }: DaemonParts, options: BuildOptions, built: Built, cache?: string): string {
  const madeAt = (chainId: string): string | undefined => buildCache.madeAt(chainId)
  const document = imageDocument(built.stage, built.chain, built.platform, options.labels, madeAt)
  return JSON.stringify(cache === undefined ? document : { ...document, 'moby.buildkit.cache.v0': cache })
}
