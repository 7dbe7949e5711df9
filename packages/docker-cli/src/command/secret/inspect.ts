import { atLeast, bool, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import type { Secret } from '@drydock/docker-api'
import { labelLines, prettyTime } from '../../formatter/pretty-words.ts'
import { inspectOrPretty } from '../inspect-pretty.ts'

const pretty = ({ ID, CreatedAt, UpdatedAt, Spec }: Secret): string[] => [
  `ID:              ${ID}`,
  `Name:              ${Spec.Name}`,
  ...labelLines(Spec.Labels),
  `Driver:            ${Spec.Driver?.Name ?? ''}`,
  `Created at:        ${prettyTime(CreatedAt)}`,
  `Updated at:        ${prettyTime(UpdatedAt)}`,
]

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] SECRET [SECRET...]',
  short: 'Display detailed information on one or more secrets',
  args: atLeast(1),
  completes: ['secrets'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, args, flags }) =>
    inspectOrPretty(cli, args, flags, {
      get: (name) => cli.client.secrets.inspect(name),
      typeName: 'swarm.Secret',
      pretty: (secret) => pretty(secret).join('\n'),
    }),
})
