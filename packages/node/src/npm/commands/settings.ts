import { readTextIfAny, writeFile } from '@drydock/libc'
import { lstatOr, removeAll } from '../files.ts'
import { NpmError, usageError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { splitOnce } from './project.ts'

const CONFIG_USAGE = [
  'npm config set <key>=<value> [<key>=<value> ...]',
  'npm config get [<key> [<key> ...]]',
  'npm config delete <key> [<key> ...]',
  'npm config list [--json]',
  'npm config edit',
  'npm config fix',
  '',
  'Options:',
  '[--json] [-g|--global] [--editor <editor>] [-L|--location <global|user|project>]',
  '[-l|--long]',
  '',
  'alias: c',
]

/** npm config(1) */
export async function config(npm: Npm, words: readonly string[] = npm.words): Promise<number> {
  const [verb = '', ...rest] = words
  const verbs: Readonly<Record<string, () => Promise<number>>> = {
    get: () => get(npm, rest),
    set: () => set(npm, rest.length === 2 && !rest[0]?.includes('=') ? [`${rest[0]}=${rest[1]}`] : rest),
    delete: () => set(npm, rest, true),
    rm: () => set(npm, rest, true),
    list: () => list(npm),
    ls: () => list(npm),
    fix: async () => 0,
  }
  const run = verbs[verb]
  if (!run) throw usageError('Manage the npm configuration files', CONFIG_USAGE, 'config')
  return run()
}

async function get(npm: Npm, names: readonly string[]): Promise<number> {
  if (names.length === 0) return list(npm)
  for (const name of names) {
    const value = npm.config.get(name) ?? 'undefined'
    const shown = name === 'registry' ? npm.config.registry : value
    await npm.say(`${names.length > 1 ? `${name}=` : ''}${shown}\n`)
  }
  return 0
}

async function set(npm: Npm, words: readonly string[], removes = false): Promise<number> {
  const file = npm.line.value('location') === 'project' ? `${npm.root}/.npmrc` : npm.config.userFile
  let lines = (await readTextIfAny(npm.process.sys, file)).split('\n').filter((line) => line !== '')
  for (const word of words) {
    const [name, value] = splitOnce(word)
    if (!removes && !npm.config.isKnown(name)) throw new NpmError(undefined, [`\`${name}\` is not a valid npm option`])
    lines = lines.filter((line) => splitOnce(line)[0].trim() !== name)
    if (!removes && value !== '') lines.push(`${name}=${value}`)
  }
  await writeFile(npm.process.sys, file, lines.length > 0 ? `${lines.join('\n')}\n` : '', 0o600)
  return 0
}

async function list(npm: Npm): Promise<number> {
  const { user, project, userFile } = npm.config
  const rows = (of: ReadonlyMap<string, string>): string =>
    [...of].map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('')
  const cwd = npm.process.sys.getcwd()
  const parts = [
    ...(user.size > 0 ? [`; "user" config from ${userFile}\n\n${rows(user)}`] : []),
    ...(project.size > 0 ? [`; "project" config from ${npm.root}/.npmrc\n\n${rows(project)}`] : []),
    [
      '; node bin location = /usr/local/bin/node',
      `; node version = v${npm.release.node}`,
      `; npm local prefix = ${npm.root}`,
      `; npm version = ${npm.release.npm}`,
      `; cwd = ${cwd}`,
      `; HOME = ${userFile.replace(/\/\.npmrc$/, '')}`,
      '; Run `npm config ls -l` to show all defaults.',
      '',
    ].join('\n'),
  ]
  await npm.say(parts.join('\n'))
  return 0
}

/** npm prefix(1), npm root(1) */
export async function prefix(npm: Npm): Promise<number> {
  await npm.say(`${npm.isGlobal ? npm.config.get('prefix') : npm.root}\n`)
  return 0
}
export async function root(npm: Npm): Promise<number> {
  await npm.say(`${npm.place}/node_modules\n`)
  return 0
}

const CACHE_USAGE = [
  'npm cache add <package-spec>',
  'npm cache clean [<key>]',
  'npm cache ls [<name>@<version>]',
  'npm cache verify',
  '',
  'Options:',
  '[--cache <cache>]',
]
const CLEANS_ITSELF = [
  'As of npm@5, the npm cache self-heals from corruption issues',
  '  by treating integrity mismatches as cache misses.  As a result,',
  '  data extracted from the cache is guaranteed to be valid.  If you',
  '  want to make sure everything is consistent, use `npm cache verify`',
  '  instead.  Deleting the cache can only make npm go slower, and is',
  '  not likely to correct any problems you may be encountering!',
  '',
  "  On the other hand, if you're debugging an issue with the installer,",
  '  or race conditions that depend on the timing of writing to an empty',
  '  cache, you can use `npm install --cache /tmp/empty-cache` to use a',
  '  temporary cache instead of nuking the actual one.',
  '',
  "  If you're sure you want to delete the entire cache, rerun this command",
  '  with --force.',
]

/** npm cache(1): nothing is kept here, so there is little to say of it. */
export async function cache(npm: Npm): Promise<number> {
  const [verb = ''] = npm.words
  const folder = `${npm.config.get('cache')}/_cacache`
  if (verb === 'verify') {
    await npm.say(
      'Cache verified and compressed (~/.npm/_cacache)\nContent verified: 0 (0 bytes)\nIndex entries: 0\nFinished in 0.01s\n',
    )
    return 0
  }
  if (verb === 'ls' || verb === 'add') return 0
  if (verb !== 'clean' && verb !== 'clear' && verb !== 'rm')
    throw usageError('Manipulates packages cache', CACHE_USAGE, 'cache')
  if (!npm.line.has('force')) throw new NpmError(undefined, CLEANS_ITSELF)
  await npm.warnAbout('using --force Recommended protections disabled.')
  if (lstatOr(npm.process.sys, folder)) removeAll(npm.process.sys, folder)
  return 0
}
