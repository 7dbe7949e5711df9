import { CliError } from '@drydock/cli-plugin'
import type { GenericResource } from '@drydock/docker-api'

/** `GPU=2`. @throws CliError for named ones */
export const parseGenericResources = (words: readonly string[]): GenericResource[] =>
  words.map((word) => {
    const at = word.indexOf('=')
    const [Kind, value] = [word.slice(0, at), word.slice(at + 1)]
    if (!/^\d+$/.test(value))
      throw new CliError(
        `invalid generic-resource request \`${Kind}=${value}\`, Named Generic Resources is not supported for service create or update`,
      )
    return { DiscreteResourceSpec: { Kind, Value: Number(value) } }
  })

/** @throws CliError when one to remove is not there */
export function changeGenericResources(
  before: readonly GenericResource[],
  add: readonly string[],
  remove: readonly string[],
): GenericResource[] {
  const byKind = new Map(
    [...before, ...parseGenericResources(add)].map((each) => [each.DiscreteResourceSpec?.Kind, each]),
  )
  for (const kind of remove)
    if (!byKind.delete(kind)) throw new CliError(`could not find generic-resource \`${kind}\` to remove it`)
  return [...byKind.values()]
}
