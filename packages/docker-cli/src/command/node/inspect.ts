import { atLeast, bool, bytesSize, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import type { Node } from '@drydock/docker-api'
import { capital, labelLines, pairLines, prettyTime } from '../../formatter/pretty-words.ts'
import { inspectOrPretty } from '../inspect-pretty.ts'
import { nodeReference } from './node-reference.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] self|NODE [NODE...]',
  short: 'Display detailed information on one or more nodes',
  args: atLeast(1),
  completes: ['nodes'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, args, flags }) =>
    inspectOrPretty(cli, args, flags, {
      get: async (name) => cli.client.nodes.inspect(await nodeReference(cli, name)),
      typeName: 'swarm.Node',
      pretty: (node) => pretty(node).join('\n'),
    }),
})

function pretty({ ID, CreatedAt, Spec, Description, Status, ManagerStatus }: Node): string[] {
  return [
    `ID:\t\t\t${ID}`,
    ...(Spec.Name ? [`Name:\t\t\t${Spec.Name}`] : []),
    ...labelLines(Spec.Labels),
    `Hostname:              \t${Description.Hostname ?? ''}`,
    `Joined at:             \t${prettyTime(CreatedAt)}`,
    'Status:',
    ` State:\t\t\t${capital(Status.State)}`,
    ...(Status.Message ? [` Message:              \t${capital(Status.Message)}`] : []),
    ` Availability:         \t${capital(Spec.Availability)}`,
    ...(Status.Addr ? [` Address:\t\t${Status.Addr}`] : []),
    ...managerLines(ManagerStatus),
    ...descriptionLines(Description),
  ]
}

const managerLines = (status: Node['ManagerStatus']): string[] =>
  status === undefined
    ? []
    : [
        'Manager Status:',
        ` Address:\t\t${status.Addr}`,
        ` Raft Status:\t\t${capital(status.Reachability)}`,
        ` Leader:\t\t${status.Leader ? 'Yes' : 'No'}`,
      ]

function descriptionLines({ Platform, Resources, Engine, TLSInfo }: Node['Description']): string[] {
  const memory = Resources?.MemoryBytes ?? 0
  const labels = pairLines(Engine?.Labels, ' - ')
  return [
    'Platform:',
    ` Operating System:\t${Platform?.OS ?? ''}`,
    ` Architecture:\t\t${Platform?.Architecture ?? ''}`,
    'Resources:',
    ` CPUs:\t\t\t${Math.trunc((Resources?.NanoCPUs ?? 0) / 1e9)}`,
    ` Memory:\t\t${memory === 0 ? '' : bytesSize(memory)}`,
    ...pluginLines(Engine?.Plugins ?? []),
    `Engine Version:\t\t${Engine?.EngineVersion ?? ''}`,
    ...(labels.length > 0 ? ['Engine Labels:', ...labels] : []),
    ...(TLSInfo?.TrustRoot || TLSInfo?.CertIssuerSubject
      ? [
          'TLS Info:',
          ' TrustRoot:',
          TLSInfo.TrustRoot ?? '',
          ` Issuer Subject:\t${TLSInfo.CertIssuerSubject ?? ''}`,
          ` Issuer Public Key:\t${TLSInfo.CertIssuerPublicKey ?? ''}`,
        ]
      : []),
  ]
}

function pluginLines(plugins: readonly { Type: string; Name: string }[]): string[] {
  const kinds = new Map<string, string[]>()
  for (const { Type, Name } of plugins) kinds.set(Type, [...(kinds.get(Type) ?? []), Name])
  const byKind = Object.fromEntries(Array.from(kinds, ([kind, names]) => [kind, names.join(', ')]))
  return plugins.length > 0 ? ['Plugins:', ...pairLines(byKind, ' ', ':\t\t')] : []
}
