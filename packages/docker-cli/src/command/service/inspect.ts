import {
  atLeast,
  bool,
  type Cli,
  CliError,
  defineCommand,
  INSPECT_FORMAT_HELP,
  isProblem,
  string,
} from '@drydock/cli-plugin'
import { isNotFound, type Service } from '@drydock/docker-api'
import { prettyService } from '../../formatter/service-pretty.ts'
import { inspectOrPretty } from '../inspect-pretty.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] SERVICE [SERVICE...]',
  short: 'Display detailed information on one or more services',
  args: atLeast(1),
  completes: ['swarm services'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run({ cli, args, flags }) {
    const wanted = flags.format || (flags.pretty ? '' : String(cli.config.values['serviceInspectFormat'] ?? ''))
    return inspectOrPretty(
      cli,
      args,
      { ...flags, format: wanted },
      {
        get: (name) => getService(cli, name),
        typeName: 'swarm.Service',
        excludes: true,
        pretty: async (service) => prettyService(cli, service, await networkNames(cli, service)),
      },
    )
  },
})

async function getService(cli: Cli, name: string): Promise<Service> {
  try {
    return await cli.client.services.inspect(name, { insertDefaults: true })
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new CliError(`Error: no such service: ${name}`)
  }
}

/** Those that can't be found keep their ids. */
async function networkNames(cli: Cli, { Spec }: Service): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const { Target = '' } of Spec.TaskTemplate.Networks ?? [])
    try {
      const { Id, Name } = await cli.client.networks.inspect(Target, { scope: 'swarm' })
      names.set(Id, Name)
    } catch (error) {
      if (!isProblem(error)) throw error
    }
  return names
}
