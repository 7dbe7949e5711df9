import {
  type Cli,
  CliError,
  compileTemplate,
  defineCommand,
  INSPECT_FORMAT_HELP,
  isProblem,
  noArgs,
  problemText,
  string,
  VERSION,
} from '@drydock/cli-plugin'
import type { Version } from '@drydock/docker-api'

const clientVersion = (apiVersion: string, context: string) => ({
  Version: VERSION.version,
  ApiVersion: apiVersion,
  DefaultAPIVersion: VERSION.apiVersion,
  GitCommit: VERSION.gitCommit,
  GoVersion: VERSION.goVersion,
  Os: 'linux',
  Arch: 'amd64',
  BuildTime: VERSION.built,
  Context: context,
})
type ClientVersion = ReturnType<typeof clientVersion>

const line = (indent: number, name: string, value: string, width = 18): string =>
  `${' '.repeat(indent)}${`${name}:`.padEnd(width)} ${value}\n`

function clientText(client: ClientVersion): string {
  const api = client.ApiVersion === client.DefaultAPIVersion ? '' : ` (downgraded from ${client.DefaultAPIVersion})`
  return [
    'Client:\n',
    line(1, 'Version', client.Version),
    line(1, 'API version', client.ApiVersion + api),
    line(1, 'Go version', client.GoVersion),
    line(1, 'Git commit', client.GitCommit),
    line(1, 'Built', client.BuildTime),
    line(1, 'OS/Arch', `${client.Os}/${client.Arch}`),
    line(1, 'Context', client.Context),
  ].join('')
}

const ENGINE_LINES: readonly (readonly [string, (details: Record<string, string>, version: string) => string])[] = [
  ['Version', (_, version) => version],
  ['API version', (details) => `${details.ApiVersion} (minimum version ${details.MinAPIVersion})`],
  ['Go version', (details) => details.GoVersion ?? ''],
  ['Git commit', (details) => details.GitCommit ?? ''],
  ['Built', (details) => details.BuildTime ?? ''],
  ['OS/Arch', (details) => `${details.Os}/${details.Arch}`],
  ['Experimental', (details) => details.Experimental ?? 'false'],
]

function serverText(server: Version): string {
  const title = server.Platform?.Name ? `Server: ${server.Platform.Name}` : 'Server:'
  const components = server.Components.map((component) => {
    const details = component.Details ?? {}
    const lines =
      component.Name === 'Engine'
        ? ENGINE_LINES.map(([name, value]) => line(2, name, value(details, component.Version), 17))
        : [
            line(2, 'Version', component.Version, 17),
            ...(details.GitCommit === undefined ? [] : [line(2, 'GitCommit', details.GitCommit, 17)]),
          ]
    return ` ${component.Name}:\n${lines.join('')}`
  })
  return `\n${title}\n${components.join('')}`
}

/** 2024-01-02T03:04:05Z as ctime writes it. */
function readable(time: string): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return time
  const [day = '', , month = '', year = '', clock = ''] = at
    .toUTCString()
    .replace(',', '')
    .split(' ')
    .flatMap((word, i) => (i === 0 ? [word, ''] : i === 1 ? [] : [word]))
  return `${day} ${month} ${String(at.getUTCDate()).padStart(2)} ${clock} ${year}`
}

async function ask(cli: Cli): Promise<{ server: Version | null; api: string; failure?: string }> {
  try {
    const server = await cli.client.system.version()
    const components = server.Components ?? []
    const engine = { Name: 'Engine', Version: server.Version, Details: engineDetails(server) }
    const all = components.length > 0 ? components : [engine]
    const shown = all.map((each) => ({
      ...each,
      Details: { ...each.Details, ...(each.Details?.BuildTime ? { BuildTime: readable(each.Details.BuildTime) } : {}) },
    }))
    return { server: { ...server, Components: shown }, api: await cli.client.transport.apiVersion() }
  } catch (error) {
    if (!isProblem(error) || error instanceof CliError) throw error
    return { server: null, api: VERSION.apiVersion, failure: problemText(error) }
  }
}

const engineDetails = (server: Version): Record<string, string> => ({
  ApiVersion: server.ApiVersion,
  MinAPIVersion: server.MinAPIVersion,
  GitCommit: server.GitCommit,
  GoVersion: server.GoVersion,
  Os: server.Os,
  Arch: server.Arch,
  BuildTime: server.BuildTime ?? '',
  Experimental: String(server.Experimental ?? false),
})

export const version = defineCommand({
  name: 'version',
  use: 'version [OPTIONS]',
  short: 'Show the Docker version information',
  group: 'common',
  rank: 11,
  args: noArgs,
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  async run({ cli, flags }) {
    const { server, api, failure } = await ask(cli)
    const client = clientVersion(api, cli.context)
    if (flags.format === '') await cli.print(clientText(client) + (server ? serverText(server) : ''))
    else {
      const template = compileTemplate(flags.format === 'json' ? '{{json .}}' : flags.format, {
        name: 'version',
        typeName: 'system.versionInfo',
        omitted: new Map<string, unknown>([['Experimental', false]]),
        spelled: new Map([['APIVersion', 'ApiVersion']]),
      })
      try {
        await cli.print(template.run({ Client: client, Server: server }))
      } finally {
        await cli.print('\n')
      }
    }
    if (failure !== undefined) throw new CliError(failure)
  },
})
