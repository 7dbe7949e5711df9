import { anyArgs, bool } from '@drydock/cli-plugin'
import { LogConsumer } from '../attach/log-consumer.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { withProgress } from '../progress/printers.ts'
import { watchProject } from '../watch/watch-project.ts'
import { watchRules } from '../watch/rules.ts'
import { composeCommand } from './define.ts'

export const watch = composeCommand({
  name: 'watch',
  use: '[SERVICE...]',
  short: 'Watch build context for service and rebuild/refresh containers when files are updated',
  args: anyArgs,
  flags: {
    'no-up': bool('', 'Do not build & start services before watching'),
    prune: bool('', 'Prune dangling images on rebuild', true),
    quiet: bool('', 'hide build output'),
  },
  async run({ cli, backend, args, flags }) {
    const project = await cli.project({ services: args })
    await watchRules(project, cli.files)
    if (!flags['no-up'])
      await withProgress(cli, 'Running', async (progress) => {
        const lifecycle = new Lifecycle(backend, project, progress)
        await lifecycle.create({
          services: args.length > 0 ? args : [...project.services.keys()],
          recreate: 'diverged',
          recreateDependencies: 'never',
          inherit: true,
          environmentFiles: cli.root.envFiles,
          build: 'missing',
          quietPull: flags.quiet,
        })
        await lifecycle.start()
      })
    const log = new LogConsumer(cli, { color: false, prefix: false, timestamps: false })
    return watchProject(backend, project, args, log)
  },
})
