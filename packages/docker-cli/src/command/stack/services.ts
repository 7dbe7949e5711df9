import { bool, defineCommand, exactly, filter, FILTER_HELP, FORMAT_HELP, string } from '@drydock/cli-plugin'
import { toFilters } from '../filters.ts'
import { listServices, printServices } from '../service/ls.ts'
import { checkStackName } from './namespace.ts'
import { stackFilters } from './objects.ts'

export const services = defineCommand({
  name: 'services',
  use: 'services [OPTIONS] STACK',
  short: 'List the services in the stack',
  args: exactly(1),
  completes: ['stacks'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, args, flags }) {
    const [stack = ''] = args
    checkStackName(stack)
    const found = await listServices(cli, stackFilters(stack, toFilters(flags.filter)), flags.quiet)
    if (found.length === 0) await cli.warn(`Nothing found in stack: ${stack}\n`)
    else await printServices(cli, found, flags.format, flags.quiet)
  },
})
