import { type ListFormat, row, type Row } from '@drydock/cli-plugin'
import type { Node, SwarmInfo, TLSInfo } from '@drydock/docker-api'
import { capital } from './pretty-words.ts'

/** `docker node ls`. */
export const nodeFormat: ListFormat = {
  table:
    '{{.ID}} {{if .Self}}*{{else}} {{ end }}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}\t{{.EngineVersion}}',
  raw: 'node_id: {{.ID}}\nhostname: {{.Hostname}}\nstatus: {{.Status}}\navailability: {{.Availability}}\nmanager_status: {{.ManagerStatus}}\n',
  rawQuiet: 'node_id: {{.ID}}',
  headers: {
    ID: 'ID',
    Self: '',
    Hostname: 'HOSTNAME',
    Status: 'STATUS',
    Availability: 'AVAILABILITY',
    ManagerStatus: 'MANAGER STATUS',
    EngineVersion: 'ENGINE VERSION',
    TLSStatus: 'TLS STATUS',
  },
  typeName: '*node.nodeContext',
}

const isBlank = (info: TLSInfo | undefined): boolean => !info?.TrustRoot && !info?.CertIssuerSubject
const same = (a: TLSInfo, b: TLSInfo): boolean =>
  a.TrustRoot === b.TrustRoot &&
  a.CertIssuerSubject === b.CertIssuerSubject &&
  a.CertIssuerPublicKey === b.CertIssuerPublicKey

function tlsStatus(node: Node, swarm: SwarmInfo | undefined): string {
  const [wanted, has] = [swarm?.Cluster?.TLSInfo, node.Description.TLSInfo]
  if (!wanted || !has || isBlank(wanted) || isBlank(has)) return 'Unknown'
  return same(wanted, has) ? 'Ready' : 'Needs Rotation'
}

const managerStatus = ({ ManagerStatus: status }: Node): string =>
  status === undefined ? '' : status.Leader ? 'Leader' : capital(status.Reachability)

export const nodeRow = (node: Node, swarm: SwarmInfo | undefined): Row =>
  row({
    Availability: capital(node.Spec.Availability),
    EngineVersion: node.Description.Engine?.EngineVersion ?? '',
    Hostname: node.Description.Hostname ?? '',
    ID: node.ID,
    ManagerStatus: managerStatus(node),
    Self: node.ID === swarm?.NodeID,
    Status: capital(node.Status.State),
    TLSStatus: tlsStatus(node, swarm),
  })
