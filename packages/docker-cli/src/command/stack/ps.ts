import { bool, CliError, defineCommand, exactly, filter, FILTER_HELP, FORMAT_HELP, string } from '@drydock/cli-plugin'
import { printTasks } from '../../formatter/tasks.ts'
import { NameResolver } from '../../session/name-resolver.ts'
import { toFilters } from '../filters.ts'
import { checkStackName } from './namespace.ts'
import { stackFilters } from './objects.ts'

export const ps = defineCommand({
  name: 'ps',
  use: 'ps [OPTIONS] STACK',
  short: 'List the tasks in the stack',
  args: exactly(1),
  completes: ['stacks'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    'no-resolve': bool('', 'Do not map IDs to Names'),
    'no-trunc': bool('', 'Do not truncate output'),
    quiet: bool('q', 'Only display task IDs'),
  },
  async run({ cli, args, flags }) {
    const [stack = ''] = args
    checkStackName(stack)
    const tasks = await cli.client.tasks.list({ filters: stackFilters(stack, toFilters(flags.filter)) })
    if (tasks.length === 0) throw new CliError(`nothing found in stack: ${stack}`)
    await printTasks(cli, tasks, new NameResolver(cli, !flags['no-resolve']), {
      format: flags.format,
      quiet: flags.quiet,
      truncate: !flags['no-trunc'],
    })
  },
})
