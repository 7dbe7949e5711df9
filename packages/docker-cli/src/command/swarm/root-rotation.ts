import type { Cli } from '@drydock/cli-plugin'
import type { JsonMessage, Node, TLSInfo } from '@drydock/docker-api'
import { digestOf } from '@drydock/oci'
import { showJsonMessages } from '../../progress/json-messages.ts'

const CERTS = '  rotated TLS certificates'
const ROOTS = '  rotated CA certificates'
const POLL_MS = 200

const line = (id: string, status: string, current?: number, total?: number): JsonMessage => ({
  id,
  status,
  progressDetail: current === undefined ? {} : { current, total: total ?? 0, units: 'nodes' },
})

/** Follows the nodes until all have certificates of the new root. */
export async function watchRootRotation(cli: Cli, quiet: boolean): Promise<void> {
  const messages = rotation(cli)
  if (!quiet) return showJsonMessages(cli, messages, { fd: 1 })
  for await (const _ of messages);
}

async function* rotation(cli: Cli): AsyncGenerator<JsonMessage, void, void> {
  yield line('desired root digest', '')
  yield line(CERTS, '')
  yield line(ROOTS, ' ')
  for (;;) {
    const { TLSInfo, RootRotationInProgress } = await cli.client.swarm.inspect()
    const nodes = await cli.client.nodes.list()
    const [certs, roots] = [
      count(nodes, (has) => sameIssuer(has, TLSInfo)),
      count(nodes, (has) => sameRoot(has, TLSInfo)),
    ]
    const settled = certs === nodes.length && !RootRotationInProgress
    yield line('desired root digest', digestOf(TLSInfo.TrustRoot ?? ''))
    yield line(CERTS, '', certs, nodes.length)
    yield line(ROOTS, ' ', settled ? roots : 0, nodes.length)
    await cli.sys.sleep(POLL_MS)
    if (settled && roots === nodes.length) return
  }
}

const count = (nodes: readonly Node[], fits: (has: TLSInfo) => boolean): number =>
  nodes.filter(({ Description }) => fits(Description.TLSInfo ?? {})).length
const sameRoot = (a: TLSInfo, b: TLSInfo): boolean => a.TrustRoot === b.TrustRoot
const sameIssuer = (a: TLSInfo, b: TLSInfo): boolean =>
  a.CertIssuerPublicKey === b.CertIssuerPublicKey && a.CertIssuerSubject === b.CertIssuerSubject
