import { bool, defineCommand, exactly } from '@drydock/cli-plugin'
import { waitOnService } from './convergence.ts'
import { asGoWrites } from './go-spec.ts'

export const rollback = defineCommand({
  name: 'rollback',
  use: 'rollback [OPTIONS] SERVICE',
  short: "Revert changes to a service's configuration",
  args: exactly(1),
  completes: ['swarm services'],
  flags: {
    detach: bool('d', 'Exit immediately instead of waiting for the service to converge'),
    quiet: bool('q', 'Suppress progress output'),
  },
  async run({ cli, args, flags }) {
    const [name = ''] = args
    const { ID, Version, Spec } = await cli.client.services.inspect(name)
    const query = { rollback: 'previous', version: Version.Index ?? 0 } as const
    const { Warnings } = await cli.client.services.update(ID, query, asGoWrites(Spec))
    for (const warning of Warnings ?? []) await cli.warn(`${warning}\n`)
    await cli.print(`${name}\n`)
    if (!flags.detach) await waitOnService(cli, name, flags.quiet)
  },
})
