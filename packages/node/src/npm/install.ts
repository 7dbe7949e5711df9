import type { Process } from '@drydock/abi'
import semver from 'semver'
import { lstatOr, readJson, removeAll, writeJson } from './files.ts'
import { type Lockfile, lockedPackages, type PackageJson, readLockfile, writeLockfile } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import { Registry } from './registry.ts'
import { type Placed, type Ranges, TreeBuilder } from './tree.ts'
import { type Changes, unpackTree } from './unpack.ts'

export interface InstallOptions {
  /** Packages to be added: `express`, `express@4`, `@scope/name@^1`. */
  readonly packages: readonly string[]
  readonly dev: boolean
  readonly exact: boolean
  readonly save: boolean
  readonly omitDev: boolean
}

export interface Outcome extends Changes {
  /** With the project itself. */
  readonly audited: number
  readonly funding: number
}

/** npm install: what package.json asks for and, where it fits, what the lock file has. @throws NpmError */
export async function install(process: Process, root: string, options: InstallOptions): Promise<Outcome> {
  const { sys } = process
  const registry = new Registry(sys)
  const before = (await readJson<PackageJson>(sys, `${root}/package.json`)) ?? {}
  const project = await withAdded(registry, before, options)
  const lock = await readLockfile(sys, root)
  const tree = new TreeBuilder(registry, lock ? lockedPackages(lock) : new Map())
  await tree.add(project.dependencies ?? {}, false)
  await tree.add(project.devDependencies ?? {}, true)
  const all = [...tree.placed.values()]
  const outcome = await unpack(process, registry, root, all, options.omitDev)
  if (options.save && options.packages.length > 0) await writeJson(sys, `${root}/package.json`, project)
  if (options.save) await writeLockfile(sys, root, project, all)
  return outcome
}

/** npm ci: the lock file to the letter, in an empty node_modules. @throws NpmError */
export async function cleanInstall(process: Process, root: string, omitDev: boolean): Promise<Outcome> {
  const { sys } = process
  const [project, lock] = [await readJson<PackageJson>(sys, `${root}/package.json`), await readLockfile(sys, root)]
  if (!lock || !project) throw noLock()
  const wrong = outOfStep(project, lock)
  if (wrong.length > 0) throw notInStep(wrong)
  removeAll(sys, `${root}/node_modules`)
  return unpack(process, new Registry(sys), root, [...lockedPackages(lock).values()], omitDev)
}

export async function uninstall(process: Process, root: string, names: readonly string[]): Promise<Outcome> {
  const { sys } = process
  const before = (await readJson<PackageJson>(sys, `${root}/package.json`)) ?? {}
  const without = (ranges: Ranges = {}): Ranges =>
    Object.fromEntries(Object.entries(ranges).filter(([name]) => !names.includes(name)))
  const project = {
    ...before,
    ...(before.dependencies && { dependencies: without(before.dependencies) }),
    ...(before.devDependencies && { devDependencies: without(before.devDependencies) }),
  }
  await writeJson(sys, `${root}/package.json`, project)
  return install(process, root, { packages: [], dev: false, exact: false, save: true, omitDev: false })
}

async function unpack(
  { sys }: Process,
  registry: Registry,
  root: string,
  all: readonly Placed[],
  omitDev: boolean,
): Promise<Outcome> {
  const placed = omitDev ? all.filter(({ dev }) => !dev) : all
  const changes = await unpackTree(sys, registry, root, placed)
  const funding = placed.filter((each) => each.funding).length
  return { ...changes, audited: placed.length + 1, funding }
}

async function withAdded(registry: Registry, project: PackageJson, options: InstallOptions): Promise<PackageJson> {
  const added: Record<string, string> = {}
  for (const text of options.packages) {
    const [, name = text, wanted = ''] = /^(@?[^@]+)(?:@(.*))?$/.exec(text) ?? []
    added[name] = await savedRange(registry, name, wanted, options.exact)
  }
  if (options.packages.length === 0) return project
  const field = options.dev ? 'devDependencies' : 'dependencies'
  const merged = Object.entries({ ...project[field], ...added }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { ...project, [field]: Object.fromEntries(merged) }
}

/** A range stays as it is typed; a version or a tag is saved with a caret. */
async function savedRange(registry: Registry, name: string, wanted: string, exact: boolean): Promise<string> {
  const { 'dist-tags': tags, versions } = await registry.packument(name)
  const version = tags[wanted === '' ? 'latest' : wanted] ?? semver.maxSatisfying(Object.keys(versions), wanted)
  if (version === null || version === undefined)
    throw new NpmError('ETARGET', [
      `notarget No matching version found for ${name}@${wanted}.`,
      'notarget In most cases you or one of your dependencies are requesting',
      "notarget a package version that doesn't exist.",
    ])
  if (wanted !== '' && tags[wanted] === undefined && semver.valid(wanted) === null && /^[\^~<>=*]/.test(wanted))
    return wanted
  return exact ? version : `^${version}`
}

/** What package.json asks for and the lock file has not. */
function outOfStep(project: PackageJson, lock: Lockfile): string[] {
  const locked = lockedPackages(lock)
  return Object.entries({ ...project.dependencies, ...project.devDependencies }).flatMap(([name, range]) => {
    const found = locked.get(`node_modules/${name}`)
    if (!found) return [`Missing: ${name}@${range} from lock file`]
    return semver.validRange(range) === null || semver.satisfies(found.version, range)
      ? []
      : [`Invalid: lock file's ${name}@${found.version} does not satisfy ${name}@${range}`]
  })
}

const noLock = (): NpmError =>
  new NpmError('EUSAGE', [
    '',
    'The `npm ci` command can only install with an existing package-lock.json or',
    'npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or',
    'later to generate a package-lock.json file, then try again.',
    '',
    'Clean install a project',
    '',
    'Usage:',
    'npm ci',
    '',
    'Run "npm help ci" for more info',
  ])

const notInStep = (wrong: readonly string[]): NpmError =>
  new NpmError('EUSAGE', [
    '',
    '`npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.',
    '',
    ...wrong,
    '',
    'Clean install a project',
    '',
    'Usage:',
    'npm ci',
    '',
    'Run "npm help ci" for more info',
  ])

export const isInstalled = (process: Process, root: string): boolean =>
  lstatOr(process.sys, `${root}/node_modules`) !== undefined
