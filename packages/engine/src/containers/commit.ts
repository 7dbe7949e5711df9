import type { ContainerConfig, ImageConfig } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { applyChanges } from '../images/changes.ts'
import type { ImageDocument } from '../images/image-config.ts'
import { familiarName, familiarString, parseReference, withDefaultTag } from '../images/reference.ts'
import { notFound } from '../problem.ts'
import { timestamp } from '../timestamps.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { layerOf } from './rootfs.ts'

export interface CommitOptions {
  readonly reference: string
  readonly comment: string
  readonly author: string
  readonly changes: readonly string[]
  readonly config: ContainerConfig | undefined
}

/** Makes an image of what the container changed. @returns its id @throws Problem */
export async function commitContainer(
  parts: DaemonParts,
  container: Container,
  options: CommitOptions,
): Promise<string> {
  const { places, images, events } = parts
  const name = options.reference === '' ? undefined : withDefaultTag(parseReference(options.reference))
  const parent = images.get(container.record.Image)
  if (!parent) throw notFound(`No such image: ${container.record.Image}`)
  const below = images.layersOf(parent).at(-1)
  const layer = await images.layers.copyOf(below?.chainId ?? '', `${layerOf(places, container.id)}/diff`)
  const image = images.add(JSON.stringify(documentOf(parts, container, parent.document, layer.diffId, options)), {
    parent: parent.id,
  })
  if (name) images.setName(familiarString(name), image.id)
  const told = name ? familiarString(name) : ''
  publishContainer(parts, container, 'commit', { comment: options.comment, imageID: image.id, imageRef: told })
  if (name) events.publish('image', 'tag', image.id, { name: `${familiarName(name)}:${name.tag ?? 'latest'}` })
  return image.id
}

function documentOf(
  { sys }: DaemonParts,
  container: Container,
  parent: ImageDocument,
  diffId: string,
  { comment, author, changes, config }: CommitOptions,
): ImageDocument & { container_config?: ContainerConfig } {
  const created = timestamp(sys.clock)
  const { record } = container
  return {
    architecture: parent.architecture,
    config: applyChanges(imageConfigOf({ ...record.Config, ...dropEmpty(config) }), changes),
    container: record.ID,
    created,
    docker_version: '28.2.2',
    history: [
      ...(parent.history ?? []),
      {
        created,
        created_by: [record.Path, ...record.Args].join(' '),
        ...(author ? { author } : {}),
        ...(comment ? { comment } : {}),
      },
    ],
    os: parent.os,
    rootfs: { type: 'layers', diff_ids: [...parent.rootfs.diff_ids, diffId] },
    ...(author ? { author } : {}),
    ...(comment ? { comment } : {}),
  }
}

const dropEmpty = (config: ContainerConfig | undefined): ContainerConfig =>
  Object.fromEntries(
    Object.entries(config ?? {}).filter(([, value]) => value !== null && value !== '' && value !== false),
  )

/** What of a container's configuration an image keeps. */
function imageConfigOf(config: ContainerConfig): ImageConfig {
  const {
    User,
    ExposedPorts,
    Env,
    Entrypoint,
    Cmd,
    Volumes,
    WorkingDir,
    Labels,
    StopSignal,
    Healthcheck,
    OnBuild,
    Shell,
  } = config
  return {
    ...(User ? { User } : {}),
    ...(ExposedPorts ? { ExposedPorts } : {}),
    Env: Env ?? [],
    Cmd: Cmd ?? null,
    ...(Healthcheck ? { Healthcheck } : {}),
    Volumes: Volumes ?? null,
    WorkingDir: WorkingDir ?? '',
    Entrypoint: Entrypoint ?? null,
    OnBuild: OnBuild ?? null,
    Labels: Labels ?? {},
    ...(StopSignal ? { StopSignal } : {}),
    ...(Shell ? { Shell } : {}),
  }
}
