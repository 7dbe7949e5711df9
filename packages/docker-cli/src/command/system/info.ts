import {
  bytesSize,
  type Cli,
  CliError,
  compileTemplate,
  defineCommand,
  INSPECT_FORMAT_HELP,
  isProblem,
  noArgs,
  problemText,
  string,
  type Template,
  TemplateError,
  TemplateSyntaxError,
  VERSION,
} from '@drydock/cli-plugin'
import type { SystemInfo } from '@drydock/docker-api'
import { listPlugins, type PluginFacts } from '../../session/plugin.ts'
import { swarmLines } from './swarm-lines.ts'

const clientInfo = (cli: Cli, plugins: readonly PluginFacts[]) => ({
  Debug: cli.globals.debug,
  Version: VERSION.version,
  GitCommit: VERSION.gitCommit,
  GoVersion: VERSION.goVersion,
  Os: 'linux',
  Arch: 'amd64',
  BuildTime: VERSION.built,
  Context: 'default',
  Plugins: plugins.map(({ name, path, metadata }) => ({ ...metadata, Name: name, Path: path })),
  Warnings: null,
})

const list = (words: readonly string[] | null | undefined): string => (words ?? []).join(' ')

/** Lines of the server's half; an empty one is left out by what made it. */
function serverLines(info: SystemInfo): string[] {
  const { Swarm: swarm } = info
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ` Server Version: ${info.ServerVersion}`,
    ` Storage Driver: ${info.Driver}`,
    ...(info.DriverStatus ?? []).map(([name, value]) => `  ${name}: ${value}`),
    ...(info.LoggingDriver ? [` Logging Driver: ${info.LoggingDriver}`] : []),
    ...(info.CgroupDriver ? [` Cgroup Driver: ${info.CgroupDriver}`] : []),
    ...(info.CgroupVersion ? [` Cgroup Version: ${info.CgroupVersion}`] : []),
    ' Plugins:',
    `  Volume: ${list(info.Plugins?.Volume)}`,
    `  Network: ${list(info.Plugins?.Network)}`,
    ...((info.Plugins?.Authorization ?? []).length > 0 ? [`  Authorization: ${list(info.Plugins.Authorization)}`] : []),
    `  Log: ${list(info.Plugins?.Log)}`,
    ...((info.CDISpecDirs ?? []).length > 0
      ? [' CDI spec directories:', ...(info.CDISpecDirs ?? []).map((folder) => `  ${folder}`)]
      : []),
    ` Swarm: ${swarm?.LocalNodeState ?? 'inactive'}`,
    ...swarmLines(swarm),
    ...(Object.keys(info.Runtimes ?? {}).length > 0
      ? [` Runtimes: ${Object.keys(info.Runtimes).join(' ')}`, ` Default Runtime: ${info.DefaultRuntime}`]
      : []),
    ` Init Binary: ${info.InitBinary}`,
    ` containerd version: ${info.ContainerdCommit?.ID ?? ''}`,
    ` runc version: ${info.RuncCommit?.ID ?? ''}`,
    ` init version: ${info.InitCommit?.ID ?? ''}`,
    ...securityLines(info.SecurityOptions ?? []),
    ` Kernel Version: ${info.KernelVersion}`,
    ` Operating System: ${info.OperatingSystem}`,
    ` OSType: ${info.OSType}`,
    ` Architecture: ${info.Architecture}`,
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${bytesSize(info.MemTotal)}`,
    ` Name: ${info.Name}`,
    ` ID: ${info.ID}`,
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
    ...(info.HttpProxy ? [` HTTP Proxy: ${info.HttpProxy}`] : []),
    ...(info.HttpsProxy ? [` HTTPS Proxy: ${info.HttpsProxy}`] : []),
    ...(info.NoProxy ? [` No Proxy: ${info.NoProxy}`] : []),
    ...((info.Labels ?? []).length > 0 ? [' Labels:', ...(info.Labels ?? []).map((label) => `  ${label}`)] : []),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...(info.RegistryConfig ? registryLines(info.RegistryConfig) : []),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
    ...(info.ProductLicense ? [` Product License: ${info.ProductLicense}`] : []),
    ...((info.DefaultAddressPools ?? []).length > 0
      ? [
          ' Default Address Pools:',
          ...(info.DefaultAddressPools ?? []).map((pool) => `   Base: ${pool.Base}, Size: ${pool.Size}`),
        ]
      : []),
    ...(info.FirewallBackend ? [` Firewall Backend: ${info.FirewallBackend.Driver}`] : []),
  ]
}

function securityLines(options: readonly string[]): string[] {
  if (options.length === 0) return []
  const lines = options.flatMap((option) => {
    const pairs = option.split(',').map((field) => field.split('='))
    const name = pairs.find(([key]) => key === 'name')?.[1] ?? option
    return [
      `  ${name}`,
      ...pairs
        .filter(([key, value]) => key !== 'name' && value !== undefined)
        .map(([key, value]) => `   ${key === 'profile' ? 'Profile' : key}: ${value}`),
    ]
  })
  return [' Security Options:', ...lines]
}

function registryLines(config: NonNullable<SystemInfo['RegistryConfig']>): string[] {
  const insecure = Object.entries(config.IndexConfigs ?? {})
    .filter(([, index]) => !index.Secure)
    .map(([name]) => name)
  const networks = config.InsecureRegistryCIDRs ?? []
  const mirrors = config.Mirrors ?? []
  return [
    ...(insecure.length + networks.length > 0
      ? [' Insecure Registries:', ...[...insecure, ...networks].map((each) => `  ${each}`)]
      : []),
    ...(mirrors.length > 0 ? [' Registry Mirrors:', ...mirrors.map((each) => `  ${each}`)] : []),
  ]
}

function clientLines(cli: Cli, plugins: readonly PluginFacts[]): string[] {
  const client = clientInfo(cli, plugins)
  const lines = plugins.flatMap(({ name, path, metadata }) => [
    `  ${name}: ${metadata.ShortDescription ?? ''} (${metadata.Vendor ?? ''})`,
    `    Version:  ${metadata.Version ?? ''}`,
    `    Path:     ${path}`,
  ])
  return [
    `Client:`,
    ` Version:    ${client.Version}`,
    ` Context:    ${client.Context}`,
    ` Debug Mode: ${client.Debug}`,
    ...(lines.length > 0 ? [' Plugins:', ...lines] : []),
  ]
}

async function ask(cli: Cli): Promise<{ info?: SystemInfo; failure?: string }> {
  try {
    return { info: await cli.client.system.info() }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { failure: problemText(error) }
  }
}

/** A template that fails leaves an empty line, as in the real one. */
async function printOrBlank(cli: Cli, make: () => string): Promise<void> {
  try {
    await cli.print(`${make()}\n`)
  } catch (error) {
    if (error instanceof TemplateError) await cli.print('\n')
    throw error
  }
}

/** @throws CliError */
function compile(format: string): Template {
  try {
    return compileTemplate(format, { typeName: 'system.dockerInfo' })
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    throw new CliError(`template parsing error: ${error.message}`, 64)
  }
}

export const info = defineCommand({
  name: 'info',
  use: 'info [OPTIONS]',
  short: 'Display system-wide information',
  aliasLine: 'docker system info, docker info',
  args: noArgs,
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  async run({ cli, flags }) {
    const plugins = await listPlugins(cli)
    const { info: server, failure } = await ask(cli)
    if (flags.format !== '') {
      const template = compile(flags.format === 'json' ? '{{json .}}' : flags.format)
      const extra = failure === undefined ? {} : { ServerErrors: [failure] }
      await printOrBlank(cli, () => template.run({ ...server, ...extra, ClientInfo: clientInfo(cli, plugins) }))
      return 0
    }
    const lines = [...clientLines(cli, plugins), '', 'Server:', ...(server ? serverLines(server) : [])]
    await cli.print(`${lines.join('\n')}\n`)
    if (server) await cli.print('\n')
    for (const warning of server?.Warnings ?? []) await cli.warn(`${warning}\n`)
    if (failure === undefined) return 0
    throw new CliError(failure)
  },
})
