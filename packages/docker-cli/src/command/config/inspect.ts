import { atLeast, bool, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import type { Config } from '@drydock/docker-api'
import { labelLines, prettyTime } from '../../formatter/pretty-words.ts'
import { inspectOrPretty } from '../inspect-pretty.ts'
import { fromBase64 } from '../read-content.ts'

const pretty = ({ ID, CreatedAt, UpdatedAt, Spec }: Config): string[] => [
  `ID:\t\t\t${ID}`,
  `Name:\t\t\t${Spec.Name}`,
  ...labelLines(Spec.Labels),
  `Created at:            \t${prettyTime(CreatedAt)}`,
  `Updated at:            \t${prettyTime(UpdatedAt)}`,
  'Data:',
  new TextDecoder().decode(fromBase64(Spec.Data ?? '')),
]

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] CONFIG [CONFIG...]',
  short: 'Display detailed information on one or more configs',
  args: atLeast(1),
  completes: ['configs'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, args, flags }) =>
    inspectOrPretty(cli, args, flags, {
      get: (name) => cli.client.configs.inspect(name),
      typeName: 'swarm.Config',
      pretty: (config) => pretty(config).join('\n'),
    }),
})
