import type { Process, Program } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { CommandLine } from './command-line.ts'
import { ACCOUNT_COMMANDS } from './commands/accounts.ts'
import { doctor, help } from './commands/help.ts'
import { runCleanInstall, runInstall, runLink, runPrune, runUninstall, runUpdate } from './commands/installing.ts'
import { usage } from './commands/usage.ts'
import { ALIASES, COMMAND_NAMES } from './commands/names.ts'
import { pack, publish } from './commands/packing.ts'
import { init, pkg, version } from './commands/project.ts'
import { distTags, ping, search, view } from './commands/queries.ts'
import { runScript } from './commands/scripts.ts'
import { cache, config, prefix, root } from './commands/settings.ts'
import { audit, explain, fund, list, outdated } from './commands/showing.ts'
import { execute } from './exec.ts'
import { NpmError } from './npm-error.ts'
import { type Npm, prefixOf } from './npm-context.ts'
import { openNpm } from './open-npm.ts'
import { errorWord, isSince } from './release.ts'
import { similar } from './similar.ts'

type Command = (npm: Npm) => Promise<number>

const script =
  (name: string): Command =>
  (npm) =>
    runScript(npm, name, npm.words, name)

const COMMANDS: Readonly<Record<string, Command>> = {
  ...ACCOUNT_COMMANDS,
  ...Object.fromEntries(['start', 'test', 'stop', 'restart'].map((name) => [name, script(name)])),
  'run-script': (npm) => runScript(npm, npm.words[0] ?? '', npm.words.slice(1)),
  install: runInstall,
  'install-test': async (npm) => (await runInstall(npm)) || runScript(npm, 'test', []),
  'install-ci-test': async (npm) => (await runCleanInstall(npm)) || runScript(npm, 'test', []),
  ci: runCleanInstall,
  uninstall: runUninstall,
  update: runUpdate,
  prune: runPrune,
  dedupe: runPrune,
  'find-dupes': async () => 0,
  rebuild: async (npm) => (await npm.say('rebuilt dependencies successfully\n'), 0),
  link: runLink,
  ls: list,
  ll: list,
  outdated,
  explain,
  fund,
  audit,
  view,
  search,
  ping,
  'dist-tag': distTags,
  init,
  pkg,
  version,
  pack,
  publish,
  config: (npm) => config(npm),
  get: (npm) => config(npm, ['get', ...npm.words]),
  set: (npm) => config(npm, ['set', ...npm.words]),
  prefix,
  root,
  cache,
  doctor,
  help,
  exec: (npm) => execute(npm, npm.words),
}

async function contextOf(process: Process, line: CommandLine): Promise<Npm> {
  const folder = line.value('prefix')
  const root = folder === undefined || line.has('global') ? prefixOf(process) : folder
  return openNpm(process, line, root)
}

/** Runs it and tells what went wrong. @returns the exit status */
async function told(npm: Npm, command: Command): Promise<number> {
  try {
    return await command(npm)
  } catch (error) {
    if (!(error instanceof NpmError)) throw error
    await tellError(npm, error)
    return error.status
  }
}

async function tellError(npm: Npm, error: NpmError): Promise<void> {
  if (npm.line.isSilent) return
  const write = (text: string): Promise<void> | void => writeAll(npm.process.sys, 2, new TextEncoder().encode(text))
  const word = errorWord(npm.release)
  await write(error.text(word))
  if (npm.line.has('json') && error.code !== undefined && error.code !== 'ELSPROBLEMS')
    await npm.json({ error: error.parts })
  await write(`${word} A complete log of this run can be found in: ${npm.logFile}\n`)
}

async function main(process: Process): Promise<number> {
  const line = new CommandLine(process.argv.slice(1))
  const npm = await contextOf(process, line)
  const [word = ''] = line.words
  if (line.has('version') && !(word === 'version')) {
    await npm.say(`${npm.release.npm}\n`)
    return 0
  }
  if (word === '') return help(npm)
  const name = ALIASES[word] ?? word
  if (line.has('usage') && COMMAND_NAMES.includes(name)) return usage(npm, name)
  if (line.has('production')) await npm.warnAbout('config production Use `--omit=dev` instead.')
  const command = COMMANDS[name]
  if (command) return told(npm, command)
  return unknown(npm, word)
}

async function unknown(npm: Npm, word: string): Promise<number> {
  const known = COMMAND_NAMES.includes(word)
  const near = similar(word, COMMAND_NAMES)
  const hint =
    near.length === 0 || isSince(npm.release, 99)
      ? ''
      : `\n\nDid you mean ${near.length > 1 ? 'one of these' : 'this'}?\n${near
          .slice(0, 3)
          .map((each) => `  npm ${each}\n`)
          .join('')}`.trimEnd()
  const what = known
    ? `npm ${word} is not to be had here`
    : `Unknown command: "${word}"${hint}\n\nTo see a list of supported npm commands, run:\n  npm help`
  await npm.say(`${what}\n`)
  return 1
}

export const npm: Program = {
  name: 'node/npm',
  paths: ['/usr/local/bin/npm'],
  covers: 'partial',
  lacks: [
    'packages beyond the bundled mirror, of git and of tarballs',
    'install scripts of packages, peer dependencies, overrides',
    'accounts and publishing: what needs them says so',
    'known vulnerabilities: audit finds none',
    'the manual pages and the options of each command in help',
  ],
  summary: 'install packages and run the scripts of a package.json',
  main,
}

/** npx(1): `npm exec` whose options stand in front of the command. */
export const npx: Program = {
  name: 'node/npx',
  paths: ['/usr/local/bin/npx'],
  covers: 'partial',
  lacks: ['packages beyond the bundled mirror'],
  summary: 'runs a command of a package, fetched when it is not there',
  main: async (process) => {
    const line = new CommandLine(process.argv.slice(1), { stops: true })
    const npm = await contextOf(process, line)
    if (line.has('version')) {
      await npm.say(`${npm.release.npm}\n`)
      return 0
    }
    return told(npm, () => execute(npm, line.words))
  },
}
