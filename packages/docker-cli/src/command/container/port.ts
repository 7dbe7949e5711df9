import { between, CliError, defineCommand } from '@drydock/cli-plugin'
import type { PortBinding } from '@drydock/docker-api'
import { naturalOrder } from '../natural-order.ts'

const address = ({ HostIp = '', HostPort = '' }: PortBinding): string =>
  `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:${HostPort}`

export const port = defineCommand({
  name: 'port',
  use: 'port CONTAINER [PRIVATE_PORT[/PROTO]]',
  short: 'List port mappings or a specific mapping for the container',
  aliasLine: 'docker container port, docker port',
  args: between(1, 2),
  completes: ['running', 'none'],
  flags: {},
  async run({ cli, args }) {
    const [name = '', wanted] = args
    const { NetworkSettings } = await cli.client.containers.inspect(name)
    if (wanted === undefined) {
      const lines = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([inner, bindings]) =>
        (bindings ?? []).map((binding) => `${inner} -> ${address(binding)}`),
      )
      return cli.print(
        lines
          .toSorted(naturalOrder)
          .map((line) => `${line}\n`)
          .join(''),
      )
    }
    const [number = '', protocol = 'tcp'] = wanted.split('/')
    if (!/^\d+$/.test(number))
      throw new CliError(
        `Error: invalid port (${number}): strconv.ParseUint: parsing ${JSON.stringify(number)}: invalid syntax`,
      )
    const bindings = NetworkSettings.Ports?.[`${number}/${protocol}`]
    if (!bindings || bindings.length === 0)
      throw new CliError(`Error: No public port '${wanted}' published for ${name}`)
    await cli.print(
      bindings
        .map(address)
        .toSorted(naturalOrder)
        .map((line) => `${line}\n`)
        .join(''),
    )
  },
})
