import type { Sys } from '@drydock/abi'
import { readJson, writeJson } from './files.ts'
import type { Placed, Ranges } from './tree.ts'

export interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Placed['bin']
  readonly description?: string
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly optionalDependencies?: Ranges
  readonly workspaces?: readonly string[] | { readonly packages: readonly string[] }
  readonly engines?: Ranges
  readonly private?: boolean
  readonly main?: string
  readonly files?: readonly string[]
  readonly config?: Readonly<Record<string, string>>
}

interface Locked {
  readonly name?: string
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly license?: string
  readonly bin?: Placed['bin']
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly engines?: Placed['engines']
  readonly funding?: unknown
  readonly optional?: boolean
  readonly link?: boolean
}

export interface Lockfile {
  readonly lockfileVersion: number
  readonly packages?: Readonly<Record<string, Locked>>
}

export const readLockfile = (sys: Sys, root: string): Promise<Lockfile | undefined> =>
  readJson<Lockfile>(sys, `${root}/package-lock.json`)

/** What a lock file has below the project, by place. */
export function lockedPackages({ packages = {} }: Lockfile): ReadonlyMap<string, Placed> {
  const rows = Object.entries(packages).filter(([path]) => path.includes('node_modules/'))
  return new Map(
    rows.map(([path, { version = '', resolved = '', integrity = '', dev = false, ...rest }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return [path, { ...rest, path, name, version, resolved, integrity, dev }]
    }),
  )
}

/** package-lock.json, version 3. package-lock-json(5) of npm. */
export async function writeLockfile(
  sys: Sys,
  root: string,
  project: PackageJson,
  placed: readonly Placed[],
): Promise<void> {
  const folder = root.split('/').at(-1) || 'app'
  const { name = folder, version } = project
  const folders: [string, object][] = []
  for (const { link, resolved } of placed)
    if (link)
      folders.push([resolved, ownRow((await readJson<PackageJson>(sys, `${root}/${resolved}/package.json`)) ?? {})])
  const own = { ...(project.name === undefined && project.version === undefined ? {} : { name }), ...ownRow(project) }
  const rows = inOrder([...placed.map((each): [string, object] => [each.path, lockedOf(each)]), ...folders])
  const packages = Object.fromEntries([['', own], ...rows])
  await writeJson(sys, `${root}/package-lock.json`, { ...headOf(name, version), packages })
}

const headOf = (name: string, version: string | undefined): object => ({
  name,
  ...(version !== undefined && { version }),
  lockfileVersion: 3,
  requires: true,
})
const inOrder = (rows: readonly [string, object][]): readonly [string, object][] =>
  rows.toSorted(([a], [b]) => (a < b ? -1 : 1))

/** What lies in node_modules, beside it. @npmcli/arborist, hidden lockfile */
export function writeHiddenLock(
  sys: Sys,
  root: string,
  { name = root.split('/').at(-1) ?? '', version }: PackageJson,
  placed: readonly Placed[],
): Promise<void> {
  const rows = inOrder(placed.map((each): [string, object] => [each.path, lockedOf(each)]))
  const packages = Object.fromEntries(rows)
  return writeJson(sys, `${root}/node_modules/.package-lock.json`, { ...headOf(name, version), packages })
}

const OWN = [
  ...['name', 'version', 'license', 'workspaces', 'dependencies', 'bin', 'devDependencies', 'optionalDependencies'],
  'engines',
] as const

/** What of a package.json is in the lock file. */
const ownRow = (manifest: PackageJson): object =>
  Object.fromEntries(OWN.flatMap((key) => (manifest[key] === undefined ? [] : [[key, manifest[key]]])))

function lockedOf(placed: Placed): Locked {
  const { version, resolved, integrity, dev, optional, license, dependencies, bin, engines, funding, link } = placed
  if (link) return { resolved, link }
  return {
    version,
    resolved,
    integrity,
    ...(dev && { dev }),
    ...(optional && { optional }),
    ...(license !== undefined && { license }),
    ...(dependencies && { dependencies }),
    ...(bin !== undefined && { bin: typeof bin === 'string' ? { [placed.name.replace(/^@[^/]+\//, '')]: bin } : bin }),
    ...(engines && { engines }),
    ...(funding !== undefined && { funding: typeof funding === 'string' ? { url: funding } : funding }),
  }
}
