import type { JsonMessage } from '@drydock/docker-api'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import type { LayerRecord } from '../../content/layer-store.ts'
import { ProgressStream } from '../../images/progress.ts'
import { fetchLayers } from '../../images/pull.ts'
import { notFound } from '../../problem.ts'
import type { ImageOp } from './files-op.ts'
import type { OpenVertex } from './vertex-feed.ts'

/**
 * Fetches the layers of an image whose manifest is known; they show inside the step. The image gets no name: builds leave
 * none behind. @throws Problem
 */
export async function pullChain(
  parts: DaemonParts,
  { plan, reference }: ImageOp,
  vertex: OpenVertex,
): Promise<readonly LayerRecord[]> {
  if (!plan) throw notFound(`${reference}: not found`)
  await vertex.status(`resolve ${reference}`)
  const digests = plan.manifest.layers.map(({ digest }) => digest)
  await fetchLayers(parts, plan, new LayerStatuses(vertex, digests))
  return parts.images.layers.chain((JSON.parse(plan.config) as ImageDocument).rootfs.diff_ids)
}

/** Turns the lines of a pull into what goes on inside a step. */
class LayerStatuses extends ProgressStream {
  private readonly vertex: OpenVertex
  private readonly digests: readonly string[]

  constructor(vertex: OpenVertex, digests: readonly string[]) {
    super({ write: () => undefined })
    this.vertex = vertex
    this.digests = digests
  }

  override async send({ id = '', status = '', progressDetail }: JsonMessage): Promise<void> {
    const digest = this.digests.find((each) => each.startsWith(`sha256:${id}`))
    if (digest === undefined || id === '') return
    const { current = 0, total = 0 } = progressDetail ?? {}
    if (status === 'Downloading') await this.tell(digest, current, total, current >= total)
    else if (status === 'Extracting') await this.tell(`extracting ${digest}`, 0, 0, current >= total)
  }

  private async tell(id: string, current: number, total: number, done: boolean): Promise<void> {
    await this.vertex.status(id, { current, total, ...(done ? {} : { completed: undefined }) })
  }
}
