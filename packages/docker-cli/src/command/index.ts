import { type Command, shortcut } from '@drydock/cli-plugin'
import { buildx } from './builder/buildx.ts'
import { builder } from './builder/index.ts'
import { container } from './container/index.ts'
import { context } from './context/index.ts'
import { image } from './image/index.ts'
import { network } from './network/index.ts'
import { checkpoint } from './other/checkpoint.ts'
import { completion } from './other/completion.ts'
import { manifest } from './manifest/index.ts'
import { plugin } from './other/plugin.ts'
import { trust } from './other/trust.ts'
import { init } from './init/init.ts'
import { login } from './registry/login.ts'
import { logout } from './registry/logout.ts'
import { search } from './registry/search.ts'
import { scout } from './scout/scout.ts'
import { config } from './config/index.ts'
import { node } from './node/index.ts'
import { secret } from './secret/index.ts'
import { service } from './service/index.ts'
import { stack } from './stack/index.ts'
import { swarm } from './swarm/index.ts'
import { system } from './system/index.ts'
import { inspect } from './system/inspect.ts'
import { version } from './system/version.ts'
import { volume } from './volume/index.ts'

/** Commands of a noun that may be typed without it, and those under another name. */
const same = (noun: Command, names: readonly string[]): Command[] =>
  names.flatMap((name) => (noun.children ?? []).filter((child) => child.name === name).map((child) => shortcut(child)))

const renamed = (noun: Command, name: string, to: string): Command[] =>
  same(noun, [name]).map((command) => shortcut(command, { name: to, use: command.use.replace(name, to) }))

const common = (commands: readonly Command[], rank: number): Command[] =>
  commands.map((command) => shortcut(command, { group: 'common', rank }))

export const commands: readonly Command[] = [
  ...common(same(container, ['run']), 1),
  ...common(same(container, ['exec']), 2),
  ...common(renamed(container, 'ls', 'ps'), 3),
  ...common(same(image, ['build']), 4),
  ...common(same(image, ['pull']), 5),
  ...common(same(image, ['push']), 6),
  ...common(renamed(image, 'ls', 'images'), 7),
  login,
  logout,
  search,
  version,
  ...common(same(system, ['info']), 12),
  builder,
  buildx,
  checkpoint,
  completion,
  container,
  context,
  image,
  init,
  manifest,
  network,
  plugin,
  scout,
  system,
  trust,
  volume,
  config,
  node,
  secret,
  service,
  stack,
  swarm,
  ...same(container, ['attach', 'commit', 'cp', 'create', 'diff', 'export', 'kill', 'logs', 'pause', 'port', 'rename']),
  ...same(container, ['restart', 'rm', 'start', 'stats', 'stop', 'top', 'unpause', 'update', 'wait']),
  ...same(image, ['history', 'import', 'load', 'save', 'tag']),
  ...renamed(image, 'rm', 'rmi'),
  ...same(system, ['events']),
  inspect,
]
