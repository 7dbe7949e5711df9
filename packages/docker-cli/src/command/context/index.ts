import { anyArgs, atLeast, between, defineCommand, exactly, noArgs, noun } from '../../cobra/command.ts'
import { FORMAT_HELP, INSPECT_FORMAT_HELP } from '../../cobra/format-help.ts'
import { bool, list, string } from '../../cobra/flag.ts'
import { type ListFormat, formatList, row } from '../../formatter/list-format.ts'
import type { Cli } from '../../session/cli.ts'
import { CliError } from '../../session/cli-error.ts'
import { contextNotFound } from '../../session/context-name.ts'
import { inspectObjects } from '../inspect-objects.ts'

const contextFormat: ListFormat = {
  table: '{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}',
  quiet: '{{.Name}}',
  headers: { Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', Error: 'ERROR', Current: '' },
  typeName: '*formatter.clientContextContext',
}

const warnHost = async (cli: Cli): Promise<void> => {
  if (cli.env.get('DOCKER_HOST'))
    await cli.warn(
      'Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.\n',
    )
}

const ls = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List contexts',
  aliasLine: 'docker context ls, docker context list',
  args: noArgs,
  flags: {
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only show context names'),
  },
  async run({ cli, flags }) {
    const current = row({
      Current: true,
      Description: 'Current DOCKER_HOST based configuration',
      DockerEndpoint: cli.host,
      Error: '',
      Name: 'default',
    })
    await cli.print(formatList(contextFormat, flags.format, flags.quiet, [current]))
    if (!flags.quiet) await warnHost(cli)
  },
})

const show = defineCommand({
  name: 'show',
  use: 'show',
  short: 'Print the name of the current context',
  args: noArgs,
  flags: {},
  run: ({ cli }) => cli.print('default\n'),
})

const notFound = (cli: Cli, name: string): CliError => new CliError(contextNotFound(cli, name))

const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Display detailed information on one or more contexts',
  args: anyArgs,
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  run({ cli, args, flags }) {
    const names = args.length > 0 ? args : ['default']
    return inspectObjects(cli, names, flags.format, async (name) => {
      if (name !== 'default') throw notFound(cli, name)
      return {
        Name: 'default',
        Metadata: {},
        Endpoints: { docker: { Host: cli.host, SkipTLSVerify: false } },
        TLSMaterial: {},
        Storage: { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' },
      }
    })
  },
})

const use = defineCommand({
  name: 'use',
  use: 'use CONTEXT',
  short: 'Set the current docker context',
  args: exactly(1),
  flags: {},
  async run({ cli, args }) {
    const [name = ''] = args
    if (name !== 'default') throw notFound(cli, name)
    await cli.print('default\n')
    await cli.warn('Current context is now "default"\n')
    await warnHost(cli)
  },
})

const LACKS = 'there is one context here, "default"'
const missing = (): never => {
  throw new CliError(`docker context: ${LACKS}`)
}
const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] CONTEXT',
  short: 'Create a context',
  long: 'Create a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"',
  flags: {
    description: string('', 'Description of the context'),
    docker: list('', 'set the docker endpoint', { type: 'stringToString', shown: '[]' }),
    from: string('', 'create context from a named context'),
  },
  args: exactly(1),
  run: missing,
})
const exportContext = defineCommand({
  name: 'export',
  use: 'export [OPTIONS] CONTEXT [FILE|-]',
  short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  flags: {},
  args: between(1, 2),
  run: missing,
})
const importContext = defineCommand({
  name: 'import',
  use: 'import CONTEXT FILE|-',
  short: 'Import a context from a tar or zip file',
  flags: {},
  args: exactly(2),
  run: missing,
})
const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm CONTEXT [CONTEXT...]',
  short: 'Remove one or more contexts',
  aliasLine: 'docker context rm, docker context remove',
  flags: {
    force: bool('f', 'Force the removal of a context in use'),
  },
  args: atLeast(1),
  run: missing,
})
const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] CONTEXT',
  short: 'Update a context',
  long: 'Update a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"',
  flags: {
    description: string('', 'Description of the context'),
    docker: list('', 'set the docker endpoint', { type: 'stringToString', shown: '[]' }),
  },
  args: exactly(1),
  run: missing,
})

export const context = noun({
  name: 'context',
  short: 'Manage contexts',
  group: 'management',
  lacks: 'other contexts than "default"',
  children: [create, exportContext, importContext, inspect, ls, rm, show, update, use],
})
