import { canonical, isProblem, parseReference, tagged } from '@drydock/cli-plugin'
import { ComposeError, isMapping, type Mapping, mappingAt, type Tree } from '@drydock/cli-plugin/compose-file'
import type { Backend } from '../engine/backend.ts'
import { authFor } from '../engine/images.ts'
import type { Project } from '../load/project.ts'
import type { Service } from '../model/types.ts'

/** Every image of the project with the digest that its registry has for it. @throws ComposeError */
export async function pinImages(backend: Backend, project: Project): Promise<Project> {
  const services = new Map<string, Service>()
  for (const [name, service] of project.services)
    services.set(name, service.image ? { ...service, image: await pinned(backend, service.image) } : service)
  return { ...project, services }
}

/** The same for a tree whose variables stand as they are. @throws ComposeError */
export async function pinnedTree(backend: Backend, tree: Mapping): Promise<Mapping> {
  const services: Mapping = new Map()
  for (const [name, service] of mappingAt(tree.get('services'))) {
    const image = isMapping(service) ? service.get('image') : undefined
    services.set(
      name,
      isMapping(service) && typeof image === 'string'
        ? new Map<string, Tree>([...service, ['image', await pinned(backend, image)]])
        : service,
    )
  }
  return new Map([...tree, ['services', services]])
}

/** What an override file needs: of each service its image. */
export function lockedTree(tree: Mapping): Mapping {
  const services: Mapping = new Map(
    [...mappingAt(tree.get('services'))].map(([name, service]) => [
      name,
      new Map([...mappingAt(service ?? undefined)].filter(([key]) => key === 'image')),
    ]),
  )
  return new Map([['services', services]])
}

async function pinned(backend: Backend, image: string): Promise<string> {
  const reference = tagged(parseReference(image))
  const name = canonical(reference)
  if (reference.digest !== undefined) return name
  try {
    const { Descriptor } = await backend.client.images.distribution(name, await authFor(backend, reference))
    return `${name}@${Descriptor.digest}`
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new ComposeError(`failed to resolve digest for ${name}: ${error.message}`)
  }
}
