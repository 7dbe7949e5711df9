import {
  atLeast,
  between,
  bool,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  familiar,
  filter,
  forEach,
  FORMAT_HELP,
  formatList,
  INSPECT_FORMAT_HELP,
  int,
  isProblem,
  type ListFormat,
  noArgs,
  noun,
  parseReference,
  problemText,
  string,
  tagged as withTag,
} from '@drydock/cli-plugin'
import { isErrno } from '@drydock/abi'
import { readFile } from '@drydock/libc'
import { toFilters } from '../filters.ts'
import { absolute } from '../container/volume-flags.ts'
import { inspectObjects } from '../inspect-objects.ts'
import { notHere } from '../not-here.ts'

const pluginFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}',
  headers: { ID: 'ID', Name: 'NAME', Description: 'DESCRIPTION', Enabled: 'ENABLED' },
  typeName: '*plugin.pluginContext',
}

const asTagged = (name: string): string => (name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`)

const describe = (cli: Cli, name: string): Promise<unknown> =>
  cli.client.transport.json({ method: 'GET', path: `/plugins/${name}/json` })

async function change(cli: Cli, name: string, verb: string, query: Record<string, string>): Promise<void> {
  await cli.client.transport.done({ method: 'POST', path: `/plugins/${name}/${verb}`, query })
  await cli.print(`${name}\n`)
}

/** @throws CliError in Go's words */
function requireFile(cli: Cli, file: string): void {
  const path = absolute(file, cli.sys.getcwd())
  try {
    cli.sys.stat(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(
      file.endsWith('/config.json')
        ? `open ${file}: ${lowerFirst(error.message)}`
        : `lstat ${path}: ${lowerFirst(error.message)}`,
    )
  }
}

/** @throws CliError in the words of Go's decoder */
async function checkConfig(cli: Cli, file: string): Promise<void> {
  const text = new TextDecoder().decode(await readFile(cli.sys, absolute(file, cli.sys.getcwd())))
  try {
    JSON.parse(text)
  } catch {
    throw new CliError(text.trim() === '' ? 'EOF' : 'unexpected EOF')
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const pluginCreate = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] PLUGIN PLUGIN-DATA-DIR',
  short:
    'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
  args: atLeast(2),
  flags: {
    compress: bool('', 'Compress the context using gzip'),
  },
  async run({ cli, args: [name = '', folder = ''], path }) {
    parseReference(name)
    for (const file of [folder, `${folder}/config.json`]) requireFile(cli, file)
    await checkConfig(cli, `${folder}/config.json`)
    requireFile(cli, `${folder}/rootfs`)
    return notHere(path)
  },
})

const pluginDisable = defineCommand({
  name: 'disable',
  use: 'disable [OPTIONS] PLUGIN',
  short: 'Disable a plugin',
  args: exactly(1),
  flags: {
    force: bool('f', 'Force the disable of an active plugin'),
  },
  run: ({ cli, args: [name = ''], flags }) => change(cli, name, 'disable', { force: flags.force ? '1' : '0' }),
})

const pluginEnable = defineCommand({
  name: 'enable',
  use: 'enable [OPTIONS] PLUGIN',
  short: 'Enable a plugin',
  args: exactly(1),
  flags: {
    timeout: int('', 'HTTP client timeout (in seconds)', 30),
  },
  run({ cli, args: [name = ''], flags }) {
    if (flags.timeout < 0) throw new CliError(`negative timeout ${flags.timeout} is invalid`)
    return change(cli, name, 'enable', { timeout: String(flags.timeout) })
  },
})

const pluginInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Display detailed information on one or more plugins',
  args: atLeast(1),
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  run: ({ cli, args, flags }) => inspectObjects(cli, args, flags.format, (name) => describe(cli, name)),
})

const pluginInstall = defineCommand({
  name: 'install',
  use: 'install [OPTIONS] PLUGIN [KEY=VALUE...]',
  short: 'Install a plugin',
  args: atLeast(1),
  flags: {
    alias: string('', 'Local name for plugin'),
    disable: bool('', 'Do not enable the plugin on install'),
    'disable-content-trust': bool('', 'Skip image verification', true),
    'grant-all-permissions': bool('', 'Grant all permissions necessary to run the plugin'),
  },
  async run({ cli, args: [name = ''], path }) {
    const remote = familiar(withTag(parseReference(name)))
    await askPrivileges(cli, remote)
    return notHere(path)
  },
})

/** What a plugin wants to be allowed. @throws CliError when the name is an image's */
async function askPrivileges(cli: Cli, remote: string): Promise<void> {
  try {
    await cli.client.transport.json({ method: 'GET', path: '/plugins/privileges', query: { remote } })
  } catch (error) {
    if (!isProblem(error) || !problemText(error).includes('(image) when fetching')) throw error
    throw new CliError(`${problemText(error)} - Use "docker image pull"`)
  }
}

const pluginLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List plugins',
  aliasLine: 'docker plugin ls, docker plugin list',
  args: noArgs,
  flags: {
    filter: filter('f', 'Provide filter values (e.g. "enabled=true")'),
    format: string('', FORMAT_HELP),
    'no-trunc': bool('', "Don't truncate output"),
    quiet: bool('q', 'Only display plugin IDs'),
  },
  async run({ cli, flags, path }) {
    const filters = toFilters(flags.filter)
    const query = filters === undefined ? {} : { filters: JSON.stringify(filters) }
    const plugins = await cli.client.transport.json<unknown[] | null>({ method: 'GET', path: '/plugins', query })
    if ((plugins ?? []).length > 0) return notHere(path)
    await cli.print(formatList(pluginFormat, flags.format, flags.quiet, []))
  },
})

const pluginPush = defineCommand({
  name: 'push',
  use: 'push [OPTIONS] PLUGIN[:TAG]',
  short: 'Push a plugin to a registry',
  args: exactly(1),
  flags: {
    'disable-content-trust': bool('', 'Skip image signing', true),
  },
  async run({ cli, args: [name = ''], path }) {
    parseReference(name)
    await cli.client.transport.done({ method: 'POST', path: `/plugins/${asTagged(name)}/push` })
    return notHere(path)
  },
})

const pluginRm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Remove one or more plugins',
  aliasLine: 'docker plugin rm, docker plugin remove',
  args: atLeast(1),
  flags: {
    force: bool('f', 'Force the removal of an active plugin'),
  },
  run: ({ cli, args, flags }) =>
    forEach(cli, args, async (name) => {
      const query = { force: flags.force ? '1' : '0' }
      await cli.client.transport.done({ method: 'DELETE', path: `/plugins/${name}`, query })
      await cli.print(`${name}\n`)
    }),
})

const pluginSet = defineCommand({
  name: 'set',
  use: 'set PLUGIN KEY=VALUE [KEY=VALUE...]',
  short: 'Change settings for a plugin',
  args: atLeast(2),
  flags: {},
  async run({ cli, args: [name = '', ...settings] }) {
    await cli.client.transport.done({ method: 'POST', path: `/plugins/${name}/set`, json: settings })
  },
})

const pluginUpgrade = defineCommand({
  name: 'upgrade',
  use: 'upgrade [OPTIONS] PLUGIN [REMOTE]',
  short: 'Upgrade an existing plugin',
  args: between(1, 2),
  flags: {
    'disable-content-trust': bool('', 'Skip image verification', true),
    'grant-all-permissions': bool('', 'Grant all permissions necessary to run the plugin'),
    'skip-remote-check': bool('', 'Do not check if specified remote plugin matches existing plugin image'),
  },
  async run({ cli, args: [name = ''], path }) {
    try {
      await describe(cli, name)
    } catch (error) {
      if (!isProblem(error)) throw error
      throw new CliError(`error reading plugin data: ${problemText(error)}`)
    }
    return notHere(path)
  },
})

export const plugin = noun({
  name: 'plugin',
  short: 'Manage plugins',
  group: 'management',
  lacks: 'engine plugins',
  children: [
    pluginCreate,
    pluginDisable,
    pluginEnable,
    pluginInspect,
    pluginInstall,
    pluginLs,
    pluginPush,
    pluginRm,
    pluginSet,
    pluginUpgrade,
  ],
})
