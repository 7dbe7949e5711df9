import type { JsonMessage } from '@drydock/docker-api'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Image } from '../../images/image-store.ts'
import { ProgressStream } from '../../images/progress.ts'
import { runPull } from '../../images/pull.ts'
import { familiarString } from '../../images/reference.ts'
import { notFound } from '../../problem.ts'
import type { ImageOp } from './files-op.ts'
import type { OpenVertex } from './vertex-feed.ts'

/** Fetches the layers of an image whose manifest is known; the layers show inside the step. @throws Problem */
export async function pullImage(parts: DaemonParts, { plan, reference }: ImageOp, vertex: OpenVertex): Promise<Image> {
  if (!plan) throw notFound(`${reference}: not found`)
  await vertex.status(`resolve ${reference}`)
  await runPull(
    parts,
    plan,
    new LayerStatuses(
      vertex,
      plan.manifest.layers.map(({ digest }) => digest),
    ),
  )
  return parts.images.require(familiarString(plan.reference))
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
