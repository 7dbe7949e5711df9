import { CliError, defineCommand, exactly, string } from '@drydock/cli-plugin'
export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] [VOLUME]',
  short: 'Update a volume (cluster volumes only)',
  args: exactly(1),
  needs: 'manager',
  since: '1.42',
  flags: {
    availability: string('', 'Cluster Volume availability ("active", "pause", "drain")', 'active'),
  },
  lacks: 'cluster volumes',
  async run({ cli, args }) {
    await cli.client.volumes.inspect(args[0] ?? '')
    throw new CliError('Can only update cluster volumes')
  },
})
