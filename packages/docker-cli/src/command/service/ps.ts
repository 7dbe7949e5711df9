import { atLeast, bool, type Cli, CliError, defineCommand, filter, FILTER_HELP, string } from '@drydock/cli-plugin'
import type { Filters } from '@drydock/docker-api'
import { printTasks } from '../../formatter/tasks.ts'
import { NameResolver } from '../../session/name-resolver.ts'
import { toFilters } from '../filters.ts'
import { nodeReference } from '../node/node-reference.ts'

export const ps = defineCommand({
  name: 'ps',
  use: 'ps [OPTIONS] SERVICE [SERVICE...]',
  short: 'List the tasks of one or more services',
  args: atLeast(1),
  completes: ['swarm services'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', 'Pretty-print tasks using a Go template'),
    'no-resolve': bool('', 'Do not map IDs to Names'),
    'no-trunc': bool('', 'Do not truncate output'),
    quiet: bool('q', 'Only display task IDs'),
  },
  async run({ cli, args, flags }) {
    const { ids, missing } = await findServices(cli, args)
    if (ids.length === 0) throw new CliError(missing.join('\n'))
    const filters = await withNodes(cli, { ...toFilters(flags.filter), service: ids })
    const tasks = await cli.client.tasks.list({ filters })
    await printTasks(cli, tasks, new NameResolver(cli, !flags['no-resolve']), {
      format: flags.format,
      quiet: flags.quiet,
      truncate: !flags['no-trunc'] && !flags.quiet,
    })
    if (missing.length > 0) throw new CliError(missing.join('\n'))
  },
})

/** By whole id, by name, by the beginning of an id. @throws CliError when that means several */
async function findServices(cli: Cli, names: readonly string[]): Promise<{ ids: string[]; missing: string[] }> {
  const byId = await cli.client.services.list({ filters: { id: [...names] } })
  const byName = await cli.client.services.list({ filters: { name: [...names] } })
  const ids: string[] = []
  const missing: string[] = []
  for (const name of names) {
    const exact = byId.find(({ ID }) => ID === name) ?? byName.find(({ Spec }) => Spec.Name === name)
    const begun = exact ? [exact] : byId.filter(({ ID }) => ID.startsWith(name))
    if (begun.length > 1) throw new CliError(`multiple services found with provided prefix: ${name}`)
    const [found] = begun
    if (found) ids.push(found.ID)
    else missing.push(`no such service: ${name}`)
  }
  return { ids, missing }
}

async function withNodes(cli: Cli, filters: Filters): Promise<Filters> {
  const { node } = filters
  if (!node) return filters
  const found: string[] = []
  for (const name of node) found.push(await nodeReference(cli, name))
  return { ...filters, node: found }
}
