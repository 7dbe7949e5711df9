import { type Cli, isProblem, problemText } from '@drydock/cli-plugin'
import type { Service } from '@drydock/docker-api'

interface Removal {
  readonly noun: string
  readonly name: string
  readonly id: string
  readonly remove: (id: string) => Promise<void>
}

/** One after the other; what fails is told without an end of line, as the real one does. @returns whether all went */
export async function removeAll(cli: Cli, removals: readonly Removal[]): Promise<boolean> {
  let all = true
  for (const { noun, name, id, remove } of removals) {
    await cli.print(`Removing ${noun} ${name}\n`)
    try {
      await remove(id)
    } catch (error) {
      if (!isProblem(error)) throw error
      all = false
      await cli.warn(`Failed to remove ${noun} ${id}: ${problemText(error)}`)
    }
  }
  return all
}

export const serviceRemovals = (cli: Cli, services: readonly Service[]): Removal[] =>
  services
    .map(({ ID, Spec }) => ({
      noun: 'service',
      name: Spec.Name ?? '',
      id: ID,
      remove: (id: string) => cli.client.services.remove(id),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
