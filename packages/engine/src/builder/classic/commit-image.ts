import type { ContainerConfig } from '@drydock/docker-api'
import type { StageConfig } from '@drydock/dockerfile'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Image } from '../../images/image-store.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import { timestamp } from '../../timestamps.ts'
import { ENGINE_VERSION } from '../../version.ts'

/** An image of the classic builder also says how its step ran: that is what its cache compares. */
interface ClassicDocument extends ImageDocument {
  readonly container_config?: ContainerConfig
}

export interface Step {
  /** Command of the container, `#(nop)` in it where none ran. */
  readonly command: readonly string[]
  readonly config: StageConfig
  readonly author: string
}

/** What decides whether two steps are the same. moby image/cache, compare */
const keyOf = (config: ContainerConfig | undefined): string => {
  const { User, Cmd, Env, Labels, Entrypoint, ExposedPorts, Volumes, WorkingDir } = config ?? {}
  const sorted = (record: object | null | undefined): [string, unknown][] =>
    Object.entries(record ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    User ?? '',
    Cmd ?? [],
    Env ?? [],
    sorted(Labels),
    Entrypoint ?? [],
    sorted(ExposedPorts),
    sorted(Volumes),
    WorkingDir ?? '',
  ])
}

const containerConfig = ({ config, command }: Step): ContainerConfig =>
  ({ ...config, Cmd: [...command] }) as ContainerConfig

/** The newest image that the same step made of the same parent. */
export function cachedStep({ images }: DaemonParts, parent: Image | undefined, step: Step): Image | undefined {
  const key = keyOf(containerConfig(step))
  const candidates = images.all().filter((image) => images.metadataOf(image.id).parent === parent?.id)
  return candidates.findLast((image) => {
    const { container_config: made } = image.document as ClassicDocument
    return made !== undefined && keyOf(made) === key
  })
}

/** Makes the image of one step. @param diffId of its layer; undefined where the files are those of the parent */
export function commitStep(
  { images, sys }: DaemonParts,
  parent: Image | undefined,
  step: Step,
  diffId: string | undefined,
  container: string,
): Image {
  const created = timestamp(sys.clock)
  const { config, author, command } = step
  const document: ClassicDocument = {
    architecture: parent?.document.architecture ?? 'amd64',
    ...(author ? { author } : {}),
    config,
    container,
    container_config: containerConfig(step),
    created,
    docker_version: ENGINE_VERSION,
    history: [
      ...(parent?.document.history ?? []),
      {
        created,
        ...(author ? { author } : {}),
        created_by: command.join(' '),
        ...(diffId === undefined ? { empty_layer: true } : {}),
      },
    ],
    os: parent?.document.os ?? 'linux',
    rootfs: {
      type: 'layers',
      diff_ids: [...(parent?.document.rootfs.diff_ids ?? []), ...(diffId === undefined ? [] : [diffId])],
    },
  }
  return images.add(JSON.stringify(document), parent ? { parent: parent.id } : {})
}
