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
  run() {
    throw new CliError('volume update: cluster volumes are not supported here')
  },
})
