import { CliError } from '@drydock/cli-plugin'
import type { ContainerSummary } from '@drydock/docker-api'
import type { Backend, ListWishes } from '../engine/backend.ts'
import { numberOf } from '../engine/labels.ts'

/** The container that a service and `--index` mean. @throws CliError when there is none */
export async function oneContainer(
  backend: Backend,
  project: string,
  service: string,
  index: number,
  wishes: ListWishes = {},
): Promise<ContainerSummary> {
  const found = await backend.containers(project, { oneOff: 'include', ...wishes, services: [service] })
  const chosen = index > 0 ? found.find((each) => numberOf(each) === index) : found[0]
  if (chosen) return chosen
  if (index > 0) throw new CliError(`service ${JSON.stringify(service)} is not running container #${index}`)
  throw new CliError(`service ${JSON.stringify(service)} is not running`)
}

/** Repository and tag of a name; the tag is what stands behind the last colon past the last slash. */
export function splitTag(name: string): { repository: string; tag: string } {
  const [plain = ''] = name.split('@')
  const match = /^(.*?)(?::([^:/]+))?$/.exec(plain)
  return { repository: match?.[1] ?? plain, tag: match?.[2] ?? '' }
}
