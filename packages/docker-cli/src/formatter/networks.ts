import type { Network } from '@drydock/docker-api'
import { goTimestamp } from './pretty-words.ts'
import { labelList, labelOf, type ListFormat, row, type Row, shortId } from '@drydock/cli-plugin'

/** `docker network ls`. */
export const networkFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
  raw: 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n',
  headers: {
    ID: 'NETWORK ID',
    Name: 'NAME',
    Driver: 'DRIVER',
    Scope: 'SCOPE',
    IPv4: 'IPV4',
    IPv6: 'IPV6',
    Internal: 'INTERNAL',
    Labels: 'LABELS',
    CreatedAt: 'CREATED AT',
  },
  typeName: '*network.networkContext',
}

export const networkRow = (network: Network, truncate: boolean): Row =>
  row({
    CreatedAt: goTimestamp(network.Created),
    Driver: network.Driver,
    ID: truncate ? shortId(network.Id) : network.Id,
    IPv4: String(network.EnableIPv4 ?? true),
    IPv6: String(network.EnableIPv6),
    Internal: String(network.Internal),
    Label: labelOf(network.Labels),
    Labels: labelList(network.Labels),
    Name: network.Name,
    Scope: network.Scope,
  })
