import { CliError, defineCommand, exactly, list, string } from '@drydock/cli-plugin'
import type { NodeAvailability, NodeRole } from '@drydock/docker-api'
import { checkLabel } from '../container/container-checks.ts'
import { toRecord } from '../container/key-value-file.ts'
import { updateNodes } from './update-nodes.ts'

export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] NODE',
  short: 'Update a node',
  args: exactly(1),
  completes: ['nodes'],
  flags: {
    availability: string('', 'Availability of the node ("active", "pause", "drain")'),
    'label-add': list('', 'Add or update a node label ("key=value")', { check: checkLabel }),
    'label-rm': list('', 'Remove a node label if exists'),
    role: string('', 'Role of the node ("worker", "manager")'),
  },
  run: ({ cli, args, flags, changed }) =>
    updateNodes(
      cli,
      args,
      ({ Spec }) => ({
        ...Spec,
        // The engine checks the words.
        ...(changed.has('role') ? { Role: flags.role as NodeRole } : {}),
        ...(changed.has('availability') ? { Availability: flags.availability as NodeAvailability } : {}),
        Labels: changeLabels(Spec.Labels ?? {}, flags['label-add'], flags['label-rm']),
      }),
      (name) => name,
    ),
})

function changeLabels(
  before: Readonly<Record<string, string>>,
  add: readonly string[],
  remove: readonly string[],
): Record<string, string> {
  const labels = new Map([...Object.entries(before), ...Object.entries(toRecord(add))])
  for (const name of remove) if (!labels.delete(name)) throw new CliError(`key ${name} doesn't exist in node's labels`)
  return Object.fromEntries(labels)
}
