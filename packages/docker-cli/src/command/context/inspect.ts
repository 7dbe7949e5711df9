import { anyArgs, type Cli, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import { inspectObjects } from '../inspect-objects.ts'
import { contextStore, readContext, readEndpoint } from './docker-endpoint.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Display detailed information on one or more contexts',
  args: anyArgs,
  completes: ['contexts'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  run: ({ cli, args, flags }) =>
    inspectObjects(cli, args.length > 0 ? args : [cli.context], flags.format, (name) => describe(cli, name), {
      typeName: 'context.contextWithTLSListing',
      escapeHtml: true,
    }),
})

async function describe(cli: Cli, name: string): Promise<object> {
  const { description, host, skipTlsVerify } = await readContext(cli, name)
  const { tls } = await readEndpoint(cli, name)
  const store = contextStore(cli)
  const inMemory = name === 'default'
  return {
    Name: name,
    Metadata: description === '' || inMemory ? {} : { Description: description },
    Endpoints: { docker: { ...(host === '' ? {} : { Host: host }), SkipTLSVerify: skipTlsVerify } },
    TLSMaterial: tls.size > 0 ? { docker: [...tls.keys()].toSorted() } : {},
    Storage: {
      MetadataPath: inMemory ? '<IN MEMORY>' : store.metadataPath(name),
      TLSPath: inMemory ? '<IN MEMORY>' : store.tlsPath(name),
    },
  }
}
