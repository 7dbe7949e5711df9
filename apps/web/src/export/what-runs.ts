import type { DockerClient, ImageInspect, ImageSummary } from '@drydock/docker-api'
import { composeFile, type RunningService } from './compose-file.ts'
import { dockerfileOf } from './dockerfile-of.ts'

export interface ExportedFile {
  readonly name: string
  readonly text: string
}

/** compose.yaml and the Dockerfiles of images that were built here, for the containers that run now. */
export async function exportWhatRuns(client: DockerClient, comment: string): Promise<readonly ExportedFile[]> {
  const running = await client.containers.list()
  const local = await client.images.list()
  const dockerfiles = new Map<string, ExportedFile>()
  const services: RunningService[] = []
  for (const { Id } of running.toReversed()) {
    const container = await client.containers.inspect(Id)
    const image = await client.images.inspect(container.Image)
    const built = (image.RepoDigests ?? []).length === 0
    if (built && !dockerfiles.has(image.Id)) dockerfiles.set(image.Id, await builtFrom(client, image, local))
    services.push({ container, image, dockerfile: dockerfiles.get(image.Id)?.name })
  }
  if (services.length === 0) return []
  return [{ name: 'compose.yaml', text: composeFile(services, comment) }, ...dockerfiles.values()]
}

async function builtFrom(
  client: DockerClient,
  image: ImageInspect,
  local: readonly ImageSummary[],
): Promise<ExportedFile> {
  const steps = await stepsOf(client, image.Id)
  const base = await baseOf(client, image, local)
  const baseSteps = base ? (await stepsOf(client, base.id)).length : 0
  const short = (image.RepoTags?.[0] ?? image.Id.slice(7, 19)).replace(/:latest$/, '').replaceAll(/[^\w.-]+/g, '-')
  return { name: `Dockerfile.${short}`, text: dockerfileOf(steps, base?.name ?? 'scratch', baseSteps) }
}

const stepsOf = async (client: DockerClient, id: string): Promise<string[]> =>
  (await client.images.history(id)).map(({ CreatedBy }) => CreatedBy).reverse()

/** The image with a name whose layers are the most of those that this one begins with. */
async function baseOf(
  client: DockerClient,
  { Id, RootFS }: ImageInspect,
  local: readonly ImageSummary[],
): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const layers = RootFS?.Layers ?? []
  let best: { readonly id: string; readonly name: string; readonly count: number } | undefined
  for (const { Id: id, RepoTags } of local) {
    const name = RepoTags?.find((tag) => tag !== '<none>:<none>')
    if (id === Id || name === undefined) continue
    const below = (await client.images.inspect(id)).RootFS?.Layers ?? []
    const begins = below.length <= layers.length && below.every((layer, index) => layer === layers[index])
    if (begins && below.length > (best?.count ?? 0)) best = { id, name, count: below.length }
  }
  return best
}
