import { isDirectory, type Process, type Sys } from '@drydock/abi'
import semver from 'semver'
import { lstatOr, namesIn, readJson, removeAll, rewriteJson } from './files.ts'
import {
  type Lockfile,
  lockedPackages,
  type PackageJson,
  readLockfile,
  writeHiddenLock,
  writeLockfile,
} from './lockfile.ts'
import { noPackageJson } from './npm-context.ts'
import { NpmError } from './npm-error.ts'
import type { Registry } from './registry.ts'
import { type LinkedFolder, type Placed, type Ranges, TreeBuilder } from './tree.ts'
import { type Changes, unpackTree } from './unpack.ts'

/** Where a project lies and what packages come from. */
export interface Site {
  readonly process: Process
  readonly registry: Registry
  readonly root: string
  /** For packages of the whole machine: where their commands are linked. */
  readonly bin?: string
  readonly omitDev: boolean
}

export interface InstallOptions {
  /** Packages to be added: `express`, `express@4`, `@scope/name@^1`, `./folder`. */
  readonly packages: readonly string[]
  /** In which list they are kept. */
  readonly field: 'dependencies' | 'devDependencies' | 'optionalDependencies'
  readonly exact: boolean
  /** Whether package.json and the lock file are written. */
  readonly save: boolean
  readonly lock: boolean
  /** What is locked is not kept: the newest that fits. All, or those that are named. */
  readonly renew?: 'all' | readonly string[]
  /** Nothing is unpacked. */
  readonly dry?: boolean
  /** Nothing but the lock file is written. */
  readonly lockOnly?: boolean
  /** The folder of a workspace whose package.json is meant. */
  readonly workspace?: string
}

export interface Outcome extends Changes {
  /** With the project itself. */
  readonly audited: number
  readonly funding: number
  readonly placed: readonly Placed[]
  readonly isNew: readonly Placed[]
}

/** npm install: what package.json asks for and, where it fits, what the lock file has. @throws NpmError */
export async function install(site: Site, options: InstallOptions): Promise<Outcome> {
  const { process, root } = site
  const { sys } = process
  const at = options.workspace === undefined ? root : `${root}/${options.workspace}`
  const before = (await readJson<PackageJson>(sys, `${at}/package.json`)) ?? {}
  const changed = await withAdded(site, before, options)
  const project =
    options.workspace === undefined ? changed : ((await readJson<PackageJson>(sys, `${root}/package.json`)) ?? {})
  const writes = options.save && !options.dry
  if (writes && options.packages.length > 0 && options.workspace !== undefined)
    await rewriteJson(sys, `${at}/package.json`, changed)
  const placed = await laidOut(site, project, await keptOf(sys, root, options))
  const outcome = await unpack(site, placed, options)
  if (writes && options.packages.length > 0 && options.workspace === undefined)
    await rewriteJson(sys, `${root}/package.json`, changed)
  if (writes && options.lock) await writeLockfile(sys, root, project, placed)
  if (!options.dry && !options.lockOnly && placed.length > 0) await writeHiddenLock(sys, root, project, outcome.placed)
  return outcome
}

async function keptOf(sys: Sys, root: string, { renew }: InstallOptions): Promise<ReadonlyMap<string, Placed>> {
  const lock = await readLockfile(sys, root)
  if (!lock || renew === 'all') return new Map()
  return new Map([...lockedPackages(lock)].filter(([, { name }]) => !(renew ?? []).includes(name)))
}

/** All that a project and its workspaces need, in its place. */
async function laidOut(
  site: Site,
  project: PackageJson,
  kept: ReadonlyMap<string, Placed>,
): Promise<readonly Placed[]> {
  const { process, registry, root } = site
  const tree = new TreeBuilder(registry, kept, (path) => folderAt(process.sys, root, path))
  const workspaces = await workspacesOf(process.sys, root, project)
  await tree.add(Object.fromEntries(workspaces.map(({ name, path }) => [name, `file:${path}`])), { dev: false })
  await tree.add(project.dependencies ?? {}, { dev: false })
  await tree.add(project.optionalDependencies ?? {}, { dev: false, optional: true })
  await tree.add(project.devDependencies ?? {}, { dev: true })
  for (const { path, manifest } of workspaces) await tree.add(manifest.devDependencies ?? {}, { dev: true }, path)
  return [...tree.placed.values()]
}

async function folderAt(sys: Sys, root: string, path: string): Promise<LinkedFolder | undefined> {
  const file = path.startsWith('/') ? `${path}/package.json` : `${root}/${path}/package.json`
  const found = await readJson<PackageJson>(sys, file)
  return found && { name: found.name ?? '', version: found.version ?? '', dependencies: found.dependencies ?? {} }
}

export interface Workspace {
  readonly name: string
  readonly path: string
  readonly manifest: PackageJson
}

/** Folders that package.json names, `*` for each in a folder. package-json(5), workspaces */
export async function workspacesOf(sys: Sys, root: string, { workspaces }: PackageJson): Promise<readonly Workspace[]> {
  const patterns = Array.isArray(workspaces)
    ? (workspaces as string[])
    : ((workspaces as { packages?: string[] })?.packages ?? [])
  const found: Workspace[] = []
  for (const pattern of patterns)
    for (const path of expand(sys, root, pattern.replace(/^\.\/|\/$/g, ''))) {
      const manifest = await readJson<PackageJson>(sys, `${root}/${path}/package.json`)
      if (manifest) found.push({ name: manifest.name ?? path.split('/').at(-1) ?? '', path, manifest })
    }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function expand(sys: Sys, root: string, pattern: string): readonly string[] {
  let paths = ['']
  for (const part of pattern.split('/'))
    paths = paths.flatMap((path) => {
      const below = (name: string): string => (path === '' ? name : `${path}/${name}`)
      return part.includes('*') ? namesIn(sys, `${root}/${path}`).map(below) : [below(part)]
    })
  return paths.filter(
    (path) => isDirectory(lstatOr(sys, `${root}/${path}`)?.mode ?? 0) && !path.includes('node_modules'),
  )
}

/** npm ci: the lock file to the letter, in an empty node_modules. @throws NpmError */
export async function cleanInstall(site: Site): Promise<Outcome> {
  const { process, root } = site
  const { sys } = process
  const [project, lock] = [await readJson<PackageJson>(sys, `${root}/package.json`), await readLockfile(sys, root)]
  if (!lock || !project) throw noLock()
  const wrong = outOfStep(project, lock)
  if (wrong.length > 0) throw notInStep(wrong)
  removeAll(sys, `${root}/node_modules`)
  return unpack(site, [...lockedPackages(lock).values()])
}

export async function uninstall(site: Site, names: readonly string[], options: InstallOptions): Promise<Outcome> {
  const { process, root } = site
  const at = options.workspace === undefined ? root : `${root}/${options.workspace}`
  const before = (await readJson<PackageJson>(process.sys, `${at}/package.json`)) ?? {}
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies'] as const
  const left = fields.flatMap((field) => {
    const kept = Object.entries(before[field] ?? {}).filter(([name]) => !names.includes(name))
    return before[field] ? [[field, kept.length > 0 ? Object.fromEntries(kept) : undefined]] : []
  })
  if (options.save && !options.dry)
    await rewriteJson(process.sys, `${at}/package.json`, { ...before, ...Object.fromEntries(left) })
  return install(site, options)
}

async function unpack(
  { process, registry, root, bin, omitDev }: Site,
  all: readonly Placed[],
  { dry = false, lockOnly = false }: Pick<InstallOptions, 'dry' | 'lockOnly'> = {},
): Promise<Outcome> {
  const placed = omitDev ? all.filter(({ dev }) => !dev) : all
  const isNew = placed.filter(({ path }) => !lstatOr(process.sys, `${root}/${path}`))
  const changes =
    dry || lockOnly
      ? { added: lockOnly ? 0 : isNew.length, removed: 0, changed: 0 }
      : await unpackTree(process.sys, registry, root, placed, bin ?? `${root}/node_modules/.bin`)
  const funding = placed.filter((each) => each.funding !== undefined).length
  // A folder that is linked to counts twice: the link and what it leads to.
  const links = placed.filter(({ link }) => link).length
  return { ...changes, audited: placed.length + links + 1, funding, placed, isNew }
}

async function withAdded(
  { process, registry, root }: Site,
  project: PackageJson,
  options: InstallOptions,
): Promise<PackageJson> {
  const added: Record<string, string> = {}
  for (const text of options.packages) {
    const [name, range] = /^(?:file:|\.{0,2}\/)/.test(text)
      ? await folderNamed(process.sys, root, text)
      : await savedRange(registry, text, options.exact)
    added[name] = range
  }
  if (options.packages.length === 0) return project
  const { field } = options
  const merged = Object.entries({ ...project[field], ...added }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const others = (['dependencies', 'devDependencies', 'optionalDependencies'] as const).flatMap((other) => {
    const kept = Object.entries(project[other] ?? {}).filter(([name]) => !(name in added))
    return other === field || !project[other] ? [] : [[other, kept.length > 0 ? Object.fromEntries(kept) : undefined]]
  })
  return { ...project, ...Object.fromEntries(others), [field]: Object.fromEntries(merged) }
}

async function folderNamed(sys: Sys, root: string, text: string): Promise<[name: string, range: string]> {
  const given = text.replace(/^file:/, '').replace(/\/$/, '')
  const cwd = sys.getcwd().replace(/\/$/, '')
  const parts: string[] = []
  for (const part of (given.startsWith('/') ? given : `${cwd}/${given}`).split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  const path = `/${parts.join('/')}`
  const found = await readJson<PackageJson>(sys, `${path}/package.json`)
  if (!found) throw noPackageJson(path)
  const own = root.split('/').slice(1)
  const same = own.findIndex((part, at) => part !== parts[at])
  const shared = same < 0 ? Math.min(own.length, parts.length) : same
  const shown = [...own.slice(shared).map(() => '..'), ...parts.slice(shared)].join('/')
  return [found.name ?? parts.at(-1) ?? '', `file:${shown}`]
}

export const partsOf = (text: string): [name: string, wanted: string] => {
  const [, name = text, wanted = ''] = /^(@?[^@]+)(?:@(.*))?$/.exec(text) ?? []
  return [name, wanted]
}

/** A range stays as it is typed; a version or a tag is saved with a caret. */
async function savedRange(registry: Registry, text: string, exact: boolean): Promise<[name: string, range: string]> {
  const [name, wanted] = partsOf(text)
  if (/\s/.test(name))
    throw new NpmError('EINVALIDTAGNAME', [
      `Invalid tag name "${name}" of package "${text}": Tags may not have any characters that encodeURIComponent encodes.`,
    ])
  const { 'dist-tags': tags, versions } = await registry.packument(name)
  const version = tags[wanted === '' ? 'latest' : wanted] ?? semver.maxSatisfying(Object.keys(versions), wanted)
  if (version === null || version === undefined)
    throw new NpmError('ETARGET', [
      `notarget No matching version found for ${name}@${wanted}.`,
      'notarget In most cases you or one of your dependencies are requesting',
      "notarget a package version that doesn't exist.",
    ])
  const isRange =
    wanted !== '' && tags[wanted] === undefined && semver.valid(wanted) === null && /^[\^~<>=*]/.test(wanted)
  return [name, isRange ? wanted : exact ? version : `^${version}`]
}

/** What package.json asks for and the lock file has not. */
function outOfStep(project: PackageJson, lock: Lockfile): string[] {
  const locked = lockedPackages(lock)
  const asked: Ranges = { ...project.dependencies, ...project.devDependencies }
  return Object.entries(asked).flatMap(([name, range]) => {
    const found = locked.get(`node_modules/${name}`)
    if (!found) return [`Missing: ${name}@${range} from lock file`]
    return semver.validRange(range) === null || semver.satisfies(found.version, range)
      ? []
      : [`Invalid: lock file's ${name}@${found.version} does not satisfy ${name}@${range}`]
  })
}

const HOW_TO_CI: readonly string[] = [
  'Clean install a project',
  '',
  'Usage:',
  'npm ci',
  '',
  'Options:',
  '[--install-strategy <hoisted|nested|shallow|linked>] [--legacy-bundling]',
  '[--global-style] [--omit <dev|optional|peer> [--omit <dev|optional|peer> ...]]',
  '[--include <prod|dev|optional|peer> [--include <prod|dev|optional|peer> ...]]',
  '[--strict-peer-deps] [--foreground-scripts] [--ignore-scripts] [--no-audit]',
  '[--no-bin-links] [--no-fund] [--dry-run]',
  '[-w|--workspace <workspace-name> [-w|--workspace <workspace-name> ...]]',
  '[-ws|--workspaces] [--include-workspace-root] [--install-links]',
  '',
  'aliases: clean-install, ic, install-clean, isntall-clean',
  '',
  'Run "npm help ci" for more info',
]

const noLock = (): NpmError =>
  new NpmError('EUSAGE', [
    '',
    'The `npm ci` command can only install with an existing package-lock.json or',
    'npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or',
    'later to generate a package-lock.json file, then try again.',
    '',
    ...HOW_TO_CI,
  ])

const notInStep = (wrong: readonly string[]): NpmError =>
  new NpmError('EUSAGE', [
    '',
    '`npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.',
    '',
    ...wrong,
    '',
    ...HOW_TO_CI,
  ])
