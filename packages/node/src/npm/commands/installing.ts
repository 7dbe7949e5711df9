import { isDirectory } from '@drydock/abi'
import semver from 'semver'
import { lstatOr, removeAll } from '../files.ts'
import { cleanInstall, install, type InstallOptions, type Site, uninstall } from '../install.ts'
import { runEvents } from '../lifecycle.ts'
import type { PackageJson } from '../lockfile.ts'
import { NpmError } from '../npm-error.ts'
import { noPackageJson, type Npm } from '../npm-context.ts'
import { report } from '../report.ts'
import { linkCommands } from '../unpack.ts'
import { placesOf } from './scripts.ts'

export const siteOf = (npm: Npm): Site => ({
  process: npm.process,
  registry: npm.registry,
  root: npm.place,
  omitDev: npm.omitsDev,
  ...(npm.isGlobal && { bin: `${npm.config.get('prefix')}/bin` }),
})

function fieldOf({ line }: Npm): InstallOptions['field'] {
  if (line.has('save-dev')) return 'devDependencies'
  return line.has('save-optional') ? 'optionalDependencies' : 'dependencies'
}

async function optionsOf(npm: Npm, packages: readonly string[]): Promise<InstallOptions> {
  const { line } = npm
  const [workspace] = (await placesOf(npm)) ?? []
  return {
    packages,
    field: fieldOf(npm),
    exact: line.has('save-exact') || npm.config.get('save-exact') === 'true' || npm.config.get('save-prefix') === '',
    save: !line.refuses('save') && npm.config.get('save') !== 'false',
    lock: npm.config.get('package-lock') !== 'false' && !npm.isGlobal,
    dry: line.has('dry-run'),
    lockOnly: line.has('package-lock-only'),
    ...(workspace && { workspace: workspace.path }),
  }
}

async function events(npm: Npm, names: readonly string[], command: string): Promise<void> {
  const manifest = await npm.projectIfAny()
  if (!manifest || npm.config.get('ignore-scripts') === 'true' || npm.isGlobal || npm.line.has('dry-run')) return
  await runEvents({ npm, folder: npm.root, manifest, command }, names)
}

const AFTER = ['install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

/** npm install(1) */
export async function runInstall(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  const packages = npm.words
  const project = await npm.projectIfAny()
  if (!project && packages.length === 0 && !npm.isGlobal) throw noPackageJson(npm.root)
  if (project) await checkEngines(npm, project)
  if (packages.length === 0) await events(npm, ['preinstall'], 'install')
  const outcome = await install(siteOf(npm), await optionsOf(npm, packages))
  await tellDeprecated(npm, outcome.isNew)
  if (packages.length === 0) await events(npm, AFTER, 'install')
  await report(npm, startMs, outcome)
  return 0
}

async function tellDeprecated(
  npm: Npm,
  isNew: readonly { readonly name: string; readonly version: string }[],
): Promise<void> {
  for (const { name, version } of isNew) {
    const told = npm.registry.known(name)?.versions[version]?.deprecated
    if (told !== undefined) await npm.warnAbout(`deprecated ${name}@${version}: ${told}`)
  }
}

/** package-json(5), engines */
async function checkEngines(npm: Npm, { name = '', version = '', engines }: PackageJson): Promise<void> {
  const range = engines?.node
  if (range === undefined || semver.satisfies(npm.release.node, range)) return
  const title = `${name}@${version}`
  if (npm.config.get('engine-strict') === 'true')
    throw new NpmError('EBADENGINE', [
      'engine Unsupported engine',
      `engine Not compatible with your version of node/npm: ${title}`,
      `notsup Not compatible with your version of node/npm: ${title}`,
      `notsup Required: ${JSON.stringify(engines)}`,
      `notsup Actual:   ${JSON.stringify({ npm: npm.release.npm, node: `v${npm.release.node}` })}`,
    ])
  const rows = Object.entries(engines ?? {}).map(([each, wanted]) => `${each}: '${wanted}'`)
  await npm.warnAbout(
    'EBADENGINE Unsupported engine {',
    `EBADENGINE   package: '${title}',`,
    `EBADENGINE   required: { ${rows.join(', ')} },`,
    `EBADENGINE   current: { node: 'v${npm.release.node}', npm: '${npm.release.npm}' }`,
    'EBADENGINE }',
  )
}

/** npm ci(1) */
export async function runCleanInstall(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  await npm.project()
  const outcome = await cleanInstall(siteOf(npm))
  await events(npm, ['preinstall', ...AFTER], 'ci')
  await report(npm, startMs, outcome)
  return 0
}

/** npm uninstall(1) */
export async function runUninstall(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  const names = npm.words
  if (names.length === 0) {
    if (!npm.isGlobal) throw new NpmError(undefined, ['Must provide a package name to remove'])
    return 0
  }
  if (npm.isGlobal) unlinkCommands(npm, names)
  const outcome = await uninstall(siteOf(npm), names, await optionsOf(npm, []))
  await report(npm, startMs, outcome)
  return 0
}

/** Commands of a package of the whole machine. */
function unlinkCommands(npm: Npm, names: readonly string[]): void {
  const { sys } = npm.process
  const folder = `${npm.config.get('prefix')}/bin`
  for (const { name } of lstatOr(sys, folder) ? sys.readdir(folder) : []) {
    const path = `${folder}/${name}`
    const isLink = ((lstatOr(sys, path)?.mode ?? 0) & 0o170000) === 0o120000
    if (isLink && names.some((each) => sys.readlink(path).startsWith(`../lib/node_modules/${each}/`))) sys.unlink(path)
  }
}

/** npm update(1): the newest that fit. */
export async function runUpdate(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  const renew = npm.words.length === 0 ? 'all' : npm.words
  const options = { ...(await optionsOf(npm, [])), renew } as const
  await report(npm, startMs, await install(siteOf(npm), options))
  return 0
}

/** npm prune(1), npm dedupe(1): what package.json asks for, and nothing besides. */
export async function runPrune(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  await report(npm, startMs, await install(siteOf(npm), await optionsOf(npm, [])))
  return 0
}

/** npm link(1): this package for the whole machine, or one of those for this project. */
export async function runLink(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  const { sys } = npm.process
  const shared = `${npm.config.get('prefix')}/lib`
  const names = npm.words.length > 0 ? npm.words : undefined
  if (!names) {
    const { name = '', bin, version = '' } = await npm.project()
    const path = `node_modules/${name}`
    linkTo(npm, `${shared}/${path}`, npm.root)
    const placed = { name, bin, path, version, resolved: npm.root, integrity: '', dev: false }
    linkCommands(sys, shared, [placed], `${npm.config.get('prefix')}/bin`)
  }
  for (const name of names ?? []) {
    const target = `${shared}/node_modules/${name}`
    if (!lstatOr(sys, target)) await npm.registry.packument(name)
    linkTo(npm, `${npm.root}/node_modules/${name}`, sys.realpath(target))
  }
  const added = names?.length ?? 1
  await report(npm, startMs, {
    added,
    removed: 0,
    changed: 0,
    audited: added * 2 + 1,
    funding: 0,
    placed: [],
    isNew: [],
  })
  return 0
}

function linkTo(npm: Npm, path: string, target: string): void {
  const { sys } = npm.process
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at)
    if (!isDirectory(lstatOr(sys, folder)?.mode ?? 0) && !lstatOr(sys, folder)) sys.mkdir(folder)
  }
  removeAll(sys, path)
  const [own, other] = [path.split('/').slice(0, -1), target.split('/')]
  const same = own.findIndex((part, at) => part !== other[at])
  const shared = same < 0 ? own.length : same
  sys.symlink([...own.slice(shared).map(() => '..'), ...other.slice(shared)].join('/'), path)
}
