import type { Process, Program } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { cleanInstall, install, type InstallOptions, type Site, uninstall } from './install.ts'
import { readLockfile } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import { runScript } from './commands/scripts.ts'
import { CommandLine } from './command-line.ts'
import type { Npm } from './npm-context.ts'
import { openNpm } from './open-npm.ts'

const YARN_VERSION = '1.22.22'

const say = ({ sys }: Process, fd: 1 | 2, text: string): Promise<void> | void =>
  writeAll(sys, fd, new TextEncoder().encode(text))

/** The steps of yarn 1 with its words. */
async function stepped(process: Process, command: string, work: () => Promise<unknown>): Promise<number> {
  const startMs = process.sys.clock.monotonic()
  await say(process, 1, `yarn ${command} v${YARN_VERSION}\n[1/4] Resolving packages...\n[2/4] Fetching packages...\n`)
  try {
    await work()
  } catch (error) {
    if (!(error instanceof NpmError)) throw error
    await say(process, 2, `error ${error.message}\n`)
    await say(
      process,
      1,
      `info Visit https://yarnpkg.com/en/docs/cli/${command} for documentation about this command.\n`,
    )
    return 1
  }
  const seconds = ((process.sys.clock.monotonic() - startMs) / 1000).toFixed(2)
  await say(
    process,
    1,
    `[3/4] Linking dependencies...\n[4/4] Building fresh packages...\n${command === 'install' ? '' : 'success Saved lockfile.\n'}Done in ${seconds}s.\n`,
  )
  return 0
}

async function main(process: Process): Promise<number> {
  const argv = process.argv.slice(1)
  const flags = new Set(argv.filter((word) => word.startsWith('-')))
  const [word = 'install', ...args] = argv.filter((word) => !word.startsWith('-'))
  if (flags.has('-v') || flags.has('--version')) {
    await say(process, 1, `${YARN_VERSION}\n`)
    return 0
  }
  const omitDev = flags.has('--production') || flags.has('--prod') || process.env.get('NODE_ENV') === 'production'
  const npm = await scriptRunner(process)
  const site: Site = { process, registry: npm.registry, root: npm.root, omitDev }
  const options: InstallOptions = {
    packages: [],
    field: flags.has('-D') || flags.has('--dev') ? 'devDependencies' : 'dependencies',
    exact: flags.has('-E'),
    save: false,
    lock: false,
  }
  const saved = { ...options, save: true, lock: true }
  if (word === 'install')
    return stepped(process, word, async () =>
      flags.has('--frozen-lockfile') && (await readLockfile(process.sys, site.root))
        ? cleanInstall(site)
        : install(site, options),
    )
  if (word === 'add') return stepped(process, word, () => install(site, { ...saved, packages: args }))
  if (word === 'remove') return stepped(process, word, () => uninstall(site, args, saved))
  const [name = word, ...rest] = word === 'run' ? args : [word, ...args]
  return runYarnScript(npm, name, rest)
}

const scriptRunner = (process: Process): Promise<Npm> =>
  openNpm(process, new CommandLine(['--silent']), process.sys.getcwd().replace(/\/$/, ''))

async function runYarnScript(npm: Npm, name: string, args: readonly string[]): Promise<number> {
  await say(npm.process, 1, `yarn run v${YARN_VERSION}\n`)
  try {
    return await runScript(npm, name, args)
  } catch (error) {
    if (!(error instanceof NpmError)) throw error
    await say(npm.process, 2, `error Command "${name}" not found.\n`)
    return 1
  }
}

export const yarn: Program = {
  name: 'node/yarn',
  paths: ['/usr/local/bin/yarn'],
  covers: 'partial',
  lacks: ['packages beyond the bundled mirror', 'yarn.lock', 'workspaces', 'install scripts'],
  summary: 'install packages and run the scripts of a package.json',
  main,
}
