import {
  bool,
  type Cli,
  defineCommand,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  formatList,
  noArgs,
  string,
} from '@drydock/cli-plugin'
import type { Filters, Service } from '@drydock/docker-api'
import { serviceFormat, serviceRow } from '../../formatter/services.ts'
import { toFilters } from '../filters.ts'
import { naturalOrder } from '../natural-order.ts'

export const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List services',
  aliasLine: 'docker service ls, docker service list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, flags }) {
    const services = await listServices(cli, toFilters(flags.filter), flags.quiet)
    await printServices(cli, services, flags.format, flags.quiet)
  },
})

/** With how many tasks run, unless only ids are wanted. */
export const listServices = (cli: Cli, filters: Filters, quiet: boolean): Promise<Service[]> =>
  cli.client.services.list({ filters, status: !quiet })

export async function printServices(
  cli: Cli,
  services: readonly Service[],
  wanted: string,
  quiet: boolean,
): Promise<void> {
  const format = wanted || (quiet ? '' : (cli.config.values.servicesFormat ?? ''))
  const sorted = services.toSorted((a, b) => naturalOrder(a.Spec.Name ?? '', b.Spec.Name ?? ''))
  await cli.print(formatList(serviceFormat, format, quiet, sorted.map(serviceRow)))
}
