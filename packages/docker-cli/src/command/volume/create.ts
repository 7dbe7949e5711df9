import { atMost, defineCommand } from '../../cobra/command.ts'
import { hidden, bytes, list, string } from '../../cobra/flag.ts'
import { CliError } from '../../session/cli-error.ts'
import { toRecord } from '../container/key-value-file.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] [VOLUME]',
  short: 'Create a volume',
  args: atMost(1),
  flags: {
    availability: hidden(string('', 'Cluster Volume availability ("active", "pause", "drain")', 'active')),
    driver: string('d', 'Specify volume driver name', 'local'),
    group: hidden(string('', 'Cluster Volume group (cluster volumes)')),
    label: list('', 'Set metadata for a volume'),
    'limit-bytes': hidden(bytes('', 'Minimum size of the Cluster Volume in bytes')),
    opt: list('o', 'Set driver specific options', { type: 'map', shown: 'map[]' }),
    'required-bytes': hidden(bytes('', 'Maximum size of the Cluster Volume in bytes')),
    scope: hidden(string('', 'Cluster Volume access scope ("single", "multi")', 'single')),
    secret: hidden(list('', 'Cluster Volume secrets', { type: 'map', shown: 'map[]' })),
    sharing: hidden(string('', 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', 'none')),
    'topology-preferred': hidden(list('', 'A topology that the Cluster Volume would be preferred in')),
    'topology-required': hidden(list('', 'A topology that the Cluster Volume must be accessible from')),
    type: hidden(string('', 'Cluster Volume access type ("mount", "block")', 'block')),
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
