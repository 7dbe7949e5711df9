import {
  anyArgs,
  bool,
  CliError,
  defineCommand,
  filter,
  FILTER_HELP,
  isProblem,
  problemText,
  string,
} from '@drydock/cli-plugin'
import type { Task } from '@drydock/docker-api'
import { printTasks } from '../../formatter/tasks.ts'
import { NameResolver } from '../../session/name-resolver.ts'
import { toFilters } from '../filters.ts'
import { nodeReference } from './node-reference.ts'

export const ps = defineCommand({
  name: 'ps',
  use: 'ps [OPTIONS] [NODE...]',
  short: 'List tasks running on one or more nodes, defaults to current node',
  args: anyArgs,
  completes: ['nodes'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', 'Pretty-print tasks using a Go template'),
    'no-resolve': bool('', 'Do not map IDs to Names'),
    'no-trunc': bool('', 'Do not truncate output'),
    quiet: bool('q', 'Only display task IDs'),
  },
  async run({ cli, args, flags }) {
    const failures: string[] = []
    const tasks: Task[] = []
    // The real one adds node after node to one filter, and so lists the first one's tasks again.
    const nodes: string[] = []
    for (const name of args.length === 0 ? ['self'] : args)
      try {
        nodes.push((await cli.client.nodes.inspect(await nodeReference(cli, name))).ID)
        const filters = toFilters(flags.filter)
        tasks.push(
          ...(await cli.client.tasks.list({ filters: { ...filters, node: [...(filters['node'] ?? []), ...nodes] } })),
        )
      } catch (error) {
        if (!isProblem(error)) throw error
        failures.push(problemText(error))
      }
    if (failures.length === 0 || tasks.length > 0)
      await printTasks(cli, tasks, new NameResolver(cli, !flags['no-resolve']), {
        format: flags.format,
        quiet: flags.quiet,
        truncate: !flags['no-trunc'],
      })
    if (failures.length > 0) throw new CliError(failures.join('\n'))
  },
})
