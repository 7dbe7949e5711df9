import type { Process, Program } from '@drydock/abi'
import { cleanInstall, install, uninstall } from './install.ts'
import { readLockfile } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import { runScript, say } from './scripts.ts'

const YARN_VERSION = '1.22.22'

/** The steps of yarn 1 with its words. */
async function stepped(process: Process, command: string, work: (root: string) => Promise<unknown>): Promise<number> {
  const startMs = process.sys.clock.monotonic()
  await say(process, 1, `yarn ${command} v${YARN_VERSION}\n[1/4] Resolving packages...\n[2/4] Fetching packages...\n`)
  try {
    await work(process.sys.getcwd().replace(/\/$/, ''))
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
  const dev = flags.has('-D') || flags.has('--dev')
  const options = { packages: [] as readonly string[], dev, exact: flags.has('-E'), save: false, omitDev }
  if (word === 'install')
    return stepped(process, word, async (root) =>
      flags.has('--frozen-lockfile') && (await readLockfile(process.sys, root))
        ? cleanInstall(process, root, omitDev)
        : install(process, root, options),
    )
  if (word === 'add')
    return stepped(process, word, (root) => install(process, root, { ...options, packages: args, save: true }))
  if (word === 'remove') return stepped(process, word, (root) => uninstall(process, root, args))
  const [name = word, ...rest] = word === 'run' ? args : [word, ...args]
  return runYarnScript(process, name, rest)
}

async function runYarnScript(process: Process, name: string, args: readonly string[]): Promise<number> {
  await say(process, 1, `yarn run v${YARN_VERSION}\n`)
  return runScript(process, name, args, true)
}

export const yarn: Program = {
  name: 'node/yarn',
  paths: ['/usr/local/bin/yarn'],
  covers: 'partial',
  lacks: ['packages beyond the bundled mirror', 'yarn.lock', 'workspaces', 'install scripts'],
  summary: 'install packages and run the scripts of a package.json',
  main,
}
