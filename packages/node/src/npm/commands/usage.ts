import type { Npm } from '../npm-context.ts'
import { ALIASES } from './names.ts'

/** What each command does, in a line. */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  audit: 'Run a security audit',
  cache: 'Manipulates packages cache',
  ci: 'Clean install a project',
  config: 'Manage the npm configuration files',
  dedupe: 'Reduce duplication in the package tree',
  doctor: 'Check the health of your npm environment',
  exec: 'Run a command from a local or remote npm package',
  explain: 'Explain installed packages',
  fund: 'Retrieve funding information',
  help: 'Get help on npm',
  init: 'Create a package.json file',
  install: 'Install a package',
  link: 'Symlink a package folder',
  ls: 'List installed packages',
  outdated: 'Check for outdated packages',
  pack: 'Create a tarball from a package',
  ping: 'Ping npm registry',
  pkg: 'Manages your package.json',
  prefix: 'Display prefix',
  prune: 'Remove extraneous packages',
  publish: 'Publish a package',
  restart: 'Restart a package',
  root: 'Display npm root',
  'run-script': 'Run arbitrary package scripts',
  search: 'Search for packages',
  star: 'Mark your favorite packages',
  stars: 'View packages marked as favorites',
  start: 'Start a package',
  stop: 'Stop a package',
  test: 'Test a package',
  uninstall: 'Remove a package',
  update: 'Update packages',
  version: 'Bump a package version',
  view: 'View registry info',
  whoami: 'Display npm username',
}

/** How each is called, where that is more than its name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  audit: ['[fix|signatures]'],
  exec: [
    '-- <pkg>[@<version>] [args...]',
    '--package=<pkg>[@<version>] -- <cmd> [args...]',
    "-c '<cmd> [args...]'",
    "--package=foo -c '<cmd> [args...]'",
  ],
  explain: ['<package-spec>'],
  help: ['<term> [<terms..>]'],
  init: ['<package-spec> (same as `npx create-<package-spec>`)', '<@scope> (same as `npx <@scope>/create`)'],
  install: ['[<package-spec> ...]'],
  link: ['[<package-spec>]'],
  ls: ['<package-spec>'],
  outdated: ['[<package-spec> ...]'],
  pack: ['<package-spec>'],
  publish: ['<package-spec>'],
  prune: ['[[<@scope>/]<pkg>...]'],
  restart: ['[-- <args>]'],
  'run-script': ['<command> [-- <args>]'],
  search: ['<search term> [<search term> ...]'],
  start: ['[-- <args>]'],
  stop: ['[-- <args>]'],
  test: ['[-- <args>]'],
  uninstall: ['[<@scope>/]<pkg>...'],
  update: ['[<pkg>...]'],
  version: ['[<newversion> | major | minor | patch | premajor | preminor | prepatch | prerelease | from-git]'],
  view: ['[<package-spec>] [<field>[.subfield]...]'],
}

/** `npm <command> -h`, without the list of options. */
export async function usage(npm: Npm, name: string): Promise<number> {
  const aliases = Object.keys(ALIASES).filter((each) => ALIASES[each] === name)
  const lines = [
    DESCRIPTIONS[name] ?? name,
    '',
    'Usage:',
    ...(WORDS[name] ?? ['']).map((words) => `npm ${name} ${words}`.trimEnd()),
    '',
    ...(aliases.length > 0 ? [`alias${aliases.length > 1 ? 'es' : ''}: ${aliases.join(', ')}`, ''] : []),
    `Run "npm help ${name}" for more info`,
  ]
  await npm.say(`${lines.join('\n')}\n`)
  return 0
}
