import {
  CliError,
  defineCommand,
  FORMAT_HELP,
  formatList,
  type ListFormat,
  noArgs,
  row,
  string,
} from '@drydock/cli-plugin'
import { naturalOrder } from '../natural-order.ts'
import { STACK_LABEL } from './namespace.ts'

const stackFormat: ListFormat = {
  table: '{{.Name}}\t{{.Services}}',
  headers: { Name: 'NAME', Services: 'SERVICES' },
  typeName: '*formatter.stackContext',
}

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List stacks',
  aliasLine: 'docker stack ls, docker stack list',
  args: noArgs,
  flags: {
    format: string('', FORMAT_HELP),
  },
  async run({ cli, flags }) {
    const services = await cli.client.services.list({ filters: { label: [STACK_LABEL] } })
    const counts = new Map<string, number>()
    for (const { ID, Spec } of services) {
      const name = Spec.Labels?.[STACK_LABEL]
      if (name === undefined) throw new CliError(`cannot get label ${STACK_LABEL} for service ${ID}`)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const sorted = [...counts].toSorted(([a], [b]) => naturalOrder(a, b))
    const rows = sorted.map(([Name, count]) => row({ Name, Services: String(count) }))
    await cli.print(formatList(stackFormat, flags.format, false, rows))
  },
})
