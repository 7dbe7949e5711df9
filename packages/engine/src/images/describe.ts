import type { HistoryItem, ImageInspect, ImageSummary } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { NEVER, parseTime } from '../timestamps.ts'
import type { Image, ImageStore } from './image-store.ts'

const seconds = (time: string | undefined): number => (time === undefined ? 0 : Math.floor(parseTime(time) / 1000))

export function summarizeImage({ images, containers }: DaemonParts, image: Image): ImageSummary {
  const users = containers.all().filter(({ record }) => record.Image === image.id).length
  return {
    Containers: users > 0 ? users : -1,
    Created: seconds(image.document.created),
    Id: image.id,
    Labels: image.document.config?.Labels ?? null,
    ParentId: images.metadataOf(image.id).parent ?? '',
    RepoDigests: images.digestsOf(image.id),
    RepoTags: images.tagsOf(image.id),
    SharedSize: -1,
    Size: images.size(image),
  }
}

export function inspectImage(images: ImageStore, image: Image): ImageInspect {
  const { document, id } = image
  const layers = images.layersOf(image)
  const paths = layers.map((layer) => images.layers.diffPath(layer)).reverse()
  const [upper = '', ...lowers] = paths
  const base = upper.replace(/\/diff$/, '')
  return {
    Id: id,
    RepoTags: images.tagsOf(id),
    RepoDigests: images.digestsOf(id),
    Parent: images.metadataOf(id).parent ?? '',
    Comment: document.comment ?? document.history?.at(-1)?.comment ?? '',
    ...(document.created ? { Created: document.created } : {}),
    DockerVersion: document.docker_version ?? '',
    Author: document.author ?? '',
    Config: document.config ? withSortedMaps(document.config) : null,
    Architecture: document.architecture,
    ...(document.variant ? { Variant: document.variant } : {}),
    Os: document.os,
    Size: images.size(image),
    GraphDriver: {
      Data: {
        ...(lowers.length > 0 ? { LowerDir: lowers.join(':') } : {}),
        MergedDir: `${base}/merged`,
        UpperDir: upper,
        WorkDir: `${base}/work`,
      },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: [...document.rootfs.diff_ids] },
    Metadata: { LastTagTime: images.metadataOf(id).lastTagged ?? NEVER },
  }
}

/** Maps in the order that Go's encoder gives them. */
function withSortedMaps(config: NonNullable<Image['document']['config']>): typeof config {
  const sorted = <T extends object>(map: T): T =>
    Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1))) as T
  return { ...config, ...(config.Labels && { Labels: sorted(config.Labels) }) }
}

/** Newest step first; ids are known only of images that are here. */
export function historyOf(images: ImageStore, image: Image): HistoryItem[] {
  const sizes = images.layersOf(image).map(({ size }) => size)
  const steps = image.document.history ?? []
  let layer = 0
  const items = steps.map(
    (step): HistoryItem => ({
      Comment: step.comment ?? '',
      Created: seconds(step.created),
      CreatedBy: step.created_by ?? '',
      Id: '<missing>',
      Size: step.empty_layer ? 0 : (sizes[layer++] ?? 0),
      Tags: null,
    }),
  )
  return nameSteps(images, image, items.reverse())
}

function nameSteps(images: ImageStore, image: Image, items: HistoryItem[]): HistoryItem[] {
  let at: Image | undefined = image
  for (const item of items) {
    if (!at) break
    item.Id = at.id
    const tags = images.tagsOf(at.id)
    item.Tags = tags.length > 0 ? tags : null
    const { parent } = images.metadataOf(at.id)
    at = parent === undefined ? undefined : images.get(parent)
  }
  return items
}
