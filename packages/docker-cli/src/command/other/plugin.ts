import {
  atLeast,
  between,
  bool,
  defineCommand,
  exactly,
  filter,
  FORMAT_HELP,
  formatList,
  INSPECT_FORMAT_HELP,
  int,
  type ListFormat,
  noArgs,
  noun,
  string,
} from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const pluginFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}',
  headers: { ID: 'ID', Name: 'NAME', Description: 'DESCRIPTION', Enabled: 'ENABLED' },
  typeName: '*plugin.pluginContext',
}

const pluginCreate = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] PLUGIN PLUGIN-DATA-DIR',
  short:
    'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
  args: exactly(2),
  flags: {
    compress: bool('', 'Compress the context using gzip'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const pluginDisable = defineCommand({
  name: 'disable',
  use: 'disable [OPTIONS] PLUGIN',
  short: 'Disable a plugin',
  args: exactly(1),
  flags: {
    force: bool('f', 'Force the disable of an active plugin'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const pluginEnable = defineCommand({
  name: 'enable',
  use: 'enable [OPTIONS] PLUGIN',
  short: 'Enable a plugin',
  args: exactly(1),
  flags: {
    timeout: int('', 'HTTP client timeout (in seconds)', 30),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const pluginInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Display detailed information on one or more plugins',
  args: atLeast(1),
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  run: ({ cli, path }) => notHere(cli, path),
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
  run: ({ cli, path }) => notHere(cli, path),
})

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
    const plugins = await cli.client.transport.json<unknown[] | null>({ method: 'GET', path: '/plugins' })
    if ((plugins ?? []).length > 0) return notHere(cli, path)
    await cli.print(formatList(pluginFormat, flags.format, flags.quiet, []))
  },
})

const pluginPush = defineCommand({
  name: 'push',
  use: 'push [OPTIONS] PLUGIN[:TAG]',
  short: 'Push a plugin to a registry',
  args: between(1, 2),
  flags: {
    'disable-content-trust': bool('', 'Skip image signing', true),
  },
  run: ({ cli, path }) => notHere(cli, path),
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
  run: ({ cli, path }) => notHere(cli, path),
})

const pluginSet = defineCommand({
  name: 'set',
  use: 'set PLUGIN KEY=VALUE [KEY=VALUE...]',
  short: 'Change settings for a plugin',
  args: atLeast(2),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path),
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
  run: ({ cli, path }) => notHere(cli, path),
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
