import { checkContextName, CliError, defineCommand, exactly, pairs, string } from '@drydock/cli-plugin'
import { contextStore, endpointOf, readContext, readEndpoint } from './docker-endpoint.ts'

/** What create and update say of `--docker`. */
export const endpointHelp = (verb: string, title: string): string =>
  `${title}\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context's Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context ${verb} my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] CONTEXT',
  short: 'Create a context',
  long: endpointHelp('create', 'Create a context'),
  flags: {
    description: string('', 'Description of the context'),
    docker: pairs('', 'set the docker endpoint'),
    from: string('', 'create context from a named context'),
  },
  args: exactly(1),
  completes: ['none'],
  async run({ cli, args, flags, changed }) {
    const [name = ''] = args
    const store = contextStore(cli)
    checkContextName(name)
    if (flags.from !== '' && changed.has('docker')) throw new CliError('cannot use --docker flag when --from is set')
    if (store.has(name)) throw new CliError(`context ${JSON.stringify(name)} already exists`)
    const copied = changed.has('docker') && flags.from === '' ? undefined : flags.from || cli.context
    const endpoint = copied === undefined ? await endpointOf(cli, flags.docker) : await readEndpoint(cli, copied)
    const inherited = copied === undefined ? '' : (await readContext(cli, copied)).description
    const { host, skipTlsVerify, tls } = endpoint
    await store.write({ name, description: flags.description || inherited, host, skipTlsVerify })
    await store.writeTls(name, tls)
    await cli.print(`${name}\n`)
    await cli.warn(`Successfully created context ${JSON.stringify(name)}\n`)
  },
})
