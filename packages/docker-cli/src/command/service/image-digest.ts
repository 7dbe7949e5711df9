import { type Cli, familiar, isProblem, parseReference, type Reference, registryKey, tagged } from '@drydock/cli-plugin'
import type { AuthConfig, DistributionInspect, Placement, ServiceSpec } from '@drydock/docker-api'

/** What is no name of an image stays what it is: the engine will tell. */
function referenceOr(image: string): Reference | undefined {
  try {
    return parseReference(image)
  } catch (error) {
    if (!isProblem(error)) throw error
    return undefined
  }
}

/** `busybox` -> `busybox:latest`. */
export function withTag(image: string): string {
  const reference = referenceOr(image)
  return reference ? familiar(tagged(reference)) : image
}

/** The account of the registry that the image comes from; an empty one where nobody logged in. */
export async function authOf(cli: Cli, image: string): Promise<AuthConfig> {
  const reference = referenceOr(image)
  return (reference && (await cli.credentials.get(registryKey(reference)))) ?? {}
}

function withDigest(image: string, digest: string): string {
  const reference = referenceOr(image)
  return reference && reference.digest === undefined ? familiar({ ...reference, digest }) : image
}

/** As nodes call it; all kinds of arm run on one another. */
const platforms = ({ Platforms }: DistributionInspect): NonNullable<Placement['Platforms']> =>
  (Platforms ?? []).map(({ architecture, os }) => ({
    ...(architecture.startsWith('arm') && architecture !== 'arm64' ? {} : { Architecture: architecture }),
    OS: os,
  }))

const unreachable = (image: string): string =>
  `image ${image} could not be accessed on a registry to record\nits digest. Each node will access ${image} independently,\npossibly leading to different nodes running different\nversions of the image.\n`

/**
 * Has the engine ask the registry which content the name means now, so that all nodes run the same.
 * @returns the specification with digest and platforms; `warning` when the registry doesn't tell
 */
export async function pinImage(
  cli: Cli,
  spec: ServiceSpec,
  auth?: AuthConfig,
): Promise<{ spec: ServiceSpec; warning?: string }> {
  const task = spec.TaskTemplate
  const image = task.ContainerSpec?.Image ?? ''
  try {
    const found = await cli.client.images.distribution(image, auth)
    const where = platforms(found)
    const TaskTemplate = {
      ...task,
      ContainerSpec: { ...task.ContainerSpec, Image: withDigest(image, found.Descriptor.digest) },
      ...(where.length > 0 ? { Placement: { ...task.Placement, Platforms: where } } : {}),
    }
    return { spec: { ...spec, TaskTemplate } }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { spec, warning: unreachable(image) }
  }
}
