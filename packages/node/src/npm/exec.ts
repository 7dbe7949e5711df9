import { exitStatus, type Process } from '@drydock/abi'
import { readLines, searchPath } from '@drydock/libc'
import { lstatOr, readJson } from './files.ts'
import { install, partsOf } from './install.ts'
import { homeOf } from './config.ts'
import type { PackageJson } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import type { Npm } from './npm-context.ts'
import { commandsOf } from './unpack.ts'

/** npm exec(1): a command of this project, of the machine, or of a package that is fetched for it. */
export async function execute(npm: Npm, words: readonly string[]): Promise<number> {
  const { line, root } = npm
  const call = line.value('call')
  const packages = line.all('package')
  const [word = '', ...args] = words
  const bins = [`${root}/node_modules/.bin`]
  if (packages.length > 0 || (call === undefined && word !== '')) {
    const wanted = packages.length > 0 ? packages : [word]
    const own = packages.length === 0 ? commandHere(npm, word) : undefined
    if (own !== undefined) return run(npm.process, own, [word, ...args], bins)
    const folder = await fetched(npm, wanted)
    bins.unshift(`${folder}/node_modules/.bin`)
    if (call === undefined)
      return run(npm.process, await commandIn(npm, folder, word, packages.length > 0), [word, ...args], bins)
  }
  return run(npm.process, '/bin/sh', call === undefined ? ['sh'] : ['sh', '-c', call], bins)
}

function commandHere({ process, root }: Npm, word: string): string | undefined {
  const [name] = partsOf(word)
  const path = `${root}/node_modules/.bin/${name}`
  if (lstatOr(process.sys, path)) return path
  const global = `/usr/local/bin/${name}`
  return lstatOr(process.sys, global) ? global : undefined
}

/** @returns the folder in whose node_modules they are */
async function fetched(npm: Npm, packages: readonly string[]): Promise<string> {
  const { process, line, registry } = npm
  const folder = `${homeOf(process)}/.npm/_npx/${packages.join('+').replaceAll('/', '-')}`
  const missing: string[] = []
  for (const text of packages) {
    const [name, wanted] = partsOf(text)
    if (lstatOr(process.sys, `${folder}/node_modules/${name}`)) continue
    const { 'dist-tags': tags } = await registry.packument(name)
    missing.push(`${name}@${tags[wanted || 'latest'] ?? wanted}`)
  }
  if (missing.length === 0) return folder
  if (line.refuses('yes') || line.refuses('install'))
    throw new NpmError(undefined, [
      `npx canceled due to missing packages and no YES option: ${JSON.stringify(missing)}`,
    ])
  if (!line.has('yes') && process.sys.isatty(0) && !(await agreed(npm, missing)))
    throw new NpmError(undefined, ['canceled'])
  if (!line.has('yes') && !process.sys.isatty(0))
    for (const each of missing)
      await npm.warnAbout(`exec The following package was not found and will be installed: ${each}`)
  await install(
    { process, registry, root: folder, omitDev: false },
    { packages, field: 'dependencies', exact: false, save: true, lock: true },
  )
  return folder
}

async function agreed(npm: Npm, missing: readonly string[]): Promise<boolean> {
  await npm.warn(`Need to install the following packages:\n${missing.join('\n')}\nOk to proceed? (y) `)
  const { value, done } = await readLines(npm.process.sys, 0).next()
  return !done && /^(?:y(?:es)?)?$/i.test(String(value).trim())
}

/** The command that a package is called by, or the one that is named. */
async function commandIn({ process }: Npm, folder: string, word: string, isNamed: boolean): Promise<string> {
  const [name] = partsOf(word)
  const { bin } = (await readJson<PackageJson>(process.sys, `${folder}/node_modules/${name}/package.json`)) ?? {}
  const commands = isNamed ? [name] : commandsOf({ name, bin }).map(([command]) => command)
  const found = commands.includes(name.replace(/^@[^/]+\//, '')) ? name.replace(/^@[^/]+\//, '') : commands[0]
  const path = `${folder}/node_modules/.bin/${found}`
  if (found === undefined || !lstatOr(process.sys, path))
    throw new NpmError(undefined, ['could not determine executable to run'])
  return path
}

async function run(
  { sys, env }: Process,
  path: string,
  argv: readonly string[],
  bins: readonly string[],
): Promise<number> {
  const own = new Map(env).set('PATH', [...bins, env.get('PATH') ?? ''].join(':'))
  const pid = await sys.spawn(searchPath(sys, path, own.get('PATH') ?? ''), { argv, env: own })
  const ended = await sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}
