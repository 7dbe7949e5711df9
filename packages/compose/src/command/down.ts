import { anyArgs, bool, CliError, int, string } from '@drydock/cli-plugin'
import { Lifecycle } from '../engine/lifecycle.ts'
import { withProgress } from '../progress/printers.ts'
import { composeCommand, projectOrLabels, timeoutOf } from './define.ts'

export const down = composeCommand({
  name: 'down',
  use: '[OPTIONS] [SERVICES]',
  short: 'Stop and remove containers, networks',
  args: anyArgs,
  flags: {
    'remove-orphans': bool('', 'Remove containers for services not defined in the Compose file'),
    rmi: string(
      '',
      'Remove images used by services. "local" remove only images that don\'t have a custom tag ("local"|"all")',
    ),
    timeout: int('t', 'Specify a shutdown timeout in seconds'),
    volumes: bool(
      'v',
      'Remove named volumes declared in the "volumes" section of the Compose file and anonymous volumes attached to containers',
    ),
  },
  async run({ cli, backend, args, flags, changed }) {
    if (flags.rmi !== '' && flags.rmi !== 'all' && flags.rmi !== 'local')
      throw new CliError(`invalid value for --rmi: ${JSON.stringify(flags.rmi)}`)
    const images = flags.rmi
    const { project, fromFiles } = await projectOrLabels(backend)
    const unknown = args.find((name) => !project.services.has(name))
    if (unknown !== undefined && fromFiles) throw new CliError(`no such service: ${unknown}: not found`)
    const found = await withProgress(cli, 'Running', (progress) =>
      new Lifecycle(backend, project, progress).down({
        services: args,
        removeOrphans: flags['remove-orphans'],
        volumes: flags.volumes,
        images,
        timeout: timeoutOf(flags, changed),
      }),
    )
    if (!found && project.networks.size === 0)
      cli.warning(`Warning: No resource found to remove for project ${JSON.stringify(project.name)}.`)
    await cli.settle()
  },
})
