import { checkContextName, defineCommand, exactly, pairs, string } from '@drydock/cli-plugin'
import { endpointHelp } from './create.ts'
import { contextStore, endpointOf } from './docker-endpoint.ts'

export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] CONTEXT',
  short: 'Update a context',
  long: endpointHelp('update', 'Update a context'),
  flags: {
    description: string('', 'Description of the context'),
    docker: pairs('', 'set the docker endpoint'),
  },
  args: exactly(1),
  completes: ['contexts', 'none'],
  async run({ cli, args, flags, changed }) {
    const [name = ''] = args
    const store = contextStore(cli)
    checkContextName(name)
    const record = await store.read(name)
    const endpoint = changed.has('docker') ? await endpointOf(cli, flags.docker) : undefined
    const { host, skipTlsVerify } = endpoint ?? record
    await store.write({ name, description: flags.description || record.description, host, skipTlsVerify })
    if (endpoint) await store.writeTls(name, endpoint.tls)
    await cli.print(`${name}\n`)
    await cli.warn(`Successfully updated context ${JSON.stringify(name)}\n`)
  },
})
