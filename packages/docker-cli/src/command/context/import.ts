import { isErrno } from '@drydock/abi'
import { TarError, untar } from '@drydock/codec'
import { readAll, readFile } from '@drydock/libc'
import {
  checkContextName,
  type Cli,
  CliError,
  type ContextRecord,
  defineCommand,
  exactly,
  parseMeta,
} from '@drydock/cli-plugin'
import { contextStore } from './docker-endpoint.ts'

export const importContext = defineCommand({
  name: 'import',
  use: 'import CONTEXT FILE|-',
  short: 'Import a context from a tar or zip file',
  flags: {},
  args: exactly(2),
  completes: ['none', 'files'],
  async run({ cli, args }) {
    const [name = '', file = ''] = args
    checkContextName(name)
    const store = contextStore(cli)
    if (store.has(name)) throw new CliError(`context ${JSON.stringify(name)} already exists`)
    const { record, tls } = unpack(await read(cli, file))
    await store.write({ ...record, name })
    await store.writeTls(name, tls)
    await cli.print(`${name}\n`)
    await cli.warn(`Successfully imported context ${JSON.stringify(name)}\n`)
  },
})

async function read(cli: Cli, file: string): Promise<Uint8Array> {
  if (file === '-') return readAll(cli.sys, 0)
  try {
    return await readFile(cli.sys, file)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${file}: ${error.message.toLowerCase()}`)
  }
}

const TLS = 'tls/docker/'

/** @throws CliError when it is no context's archive */
function unpack(bytes: Uint8Array): { record: ContextRecord; tls: Map<string, Uint8Array> } {
  const tls = new Map<string, Uint8Array>()
  let record: ContextRecord | undefined
  for (const { header, content } of members(bytes)) {
    if (header.name === 'meta.json') record = parseMeta(new TextDecoder().decode(content))
    else if (header.name.startsWith(TLS) && header.type === 'file') tls.set(header.name.slice(TLS.length), content)
    else if (header.type === 'file') throw new CliError(`invalid context: unexpected file ${header.name}`)
  }
  if (!record) throw new CliError('invalid context: no metadata found')
  return { record, tls }
}

function members(bytes: Uint8Array): ReturnType<typeof untar> {
  try {
    return untar(bytes)
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    throw new CliError('unexpected EOF')
  }
}
