import { atMost, bytes, CliError, defineCommand, hidden, list, string, wanting } from '@drydock/cli-plugin'
import { checkLabel } from '../container/container-checks.ts'
import { toRecord } from '../container/key-value-file.ts'

/** What only volumes of a whole swarm have. */
const CLUSTER = { since: '1.42', needs: 'manager' } as const

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] [VOLUME]',
  short: 'Create a volume',
  args: atMost(1),
  flags: {
    availability: wanting(CLUSTER, string('', 'Cluster Volume availability ("active", "pause", "drain")', 'active')),
    driver: string('d', 'Specify volume driver name', 'local'),
    group: wanting(CLUSTER, string('', 'Cluster Volume group (cluster volumes)')),
    label: list('', 'Set metadata for a volume', { check: checkLabel }),
    'limit-bytes': wanting(CLUSTER, bytes('', 'Minimum size of the Cluster Volume in bytes')),
    opt: list('o', 'Set driver specific options', { type: 'map', shown: 'map[]' }),
    'required-bytes': wanting(CLUSTER, bytes('', 'Maximum size of the Cluster Volume in bytes')),
    scope: wanting(CLUSTER, string('', 'Cluster Volume access scope ("single", "multi")', 'single')),
    secret: wanting(CLUSTER, list('', 'Cluster Volume secrets', { type: 'map', shown: 'map[]' })),
    sharing: wanting(
      CLUSTER,
      string('', 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', 'none'),
    ),
    'topology-preferred': wanting(CLUSTER, list('', 'A topology that the Cluster Volume would be preferred in')),
    'topology-required': wanting(CLUSTER, list('', 'A topology that the Cluster Volume must be accessible from')),
    type: wanting(CLUSTER, string('', 'Cluster Volume access type ("mount", "block")', 'block')),
    name: hidden(string('', 'Specify volume name')),
  },
  async run({ cli, args, flags }) {
    if (flags.name !== '' && args.length === 1)
      throw new CliError(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      )
    const volume = await cli.client.volumes.create({
      Name: args[0] ?? flags.name,
      Driver: flags.driver,
      DriverOpts: toRecord(flags.opt),
      Labels: toRecord(flags.label),
    })
    await cli.print(`${volume.Name}\n`)
  },
})
