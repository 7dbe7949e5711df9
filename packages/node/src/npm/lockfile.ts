import type { Sys } from '@drydock/abi'
import { readJson, writeJson } from './files.ts'
import type { Placed, Ranges } from './tree.ts'

export interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Placed['bin']
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
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
}

export interface Lockfile {
  readonly lockfileVersion: number
  readonly packages?: Readonly<Record<string, Locked>>
}

export const readLockfile = (sys: Sys, root: string): Promise<Lockfile | undefined> =>
  readJson<Lockfile>(sys, `${root}/package-lock.json`)

/** What a lock file has below the project, by place. */
export function lockedPackages({ packages = {} }: Lockfile): ReadonlyMap<string, Placed> {
  const rows = Object.entries(packages).filter(([path]) => path !== '')
  return new Map(
    rows.map(([path, { version = '', resolved = '', integrity = '', dev = false, funding, ...rest }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return [path, { ...rest, path, name, version, resolved, integrity, dev, funding: funding !== undefined }]
    }),
  )
}

/** package-lock.json, version 3. package-lock-json(5) of npm. */
export function writeLockfile(sys: Sys, root: string, project: PackageJson, placed: readonly Placed[]): Promise<void> {
  const { name = root.split('/').at(-1) || 'app', version, license, bin, dependencies, devDependencies } = project
  const own = {
    name,
    ...(version !== undefined && { version }),
    ...(license !== undefined && { license }),
    ...(bin !== undefined && { bin }),
    ...(dependencies && { dependencies }),
    ...(devDependencies && { devDependencies }),
  }
  const rows = placed
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((each): [string, Locked] => [each.path, lockedOf(each)])
  const head = { name, ...(version !== undefined && { version }), lockfileVersion: 3, requires: true }
  return writeJson(sys, `${root}/package-lock.json`, { ...head, packages: Object.fromEntries([['', own], ...rows]) })
}

const lockedOf = ({
  version,
  resolved,
  integrity,
  dev,
  license,
  dependencies,
  bin,
  engines,
  funding,
}: Placed): Locked => ({
  version,
  resolved,
  integrity,
  ...(dev && { dev }),
  ...(license !== undefined && { license }),
  ...(dependencies && { dependencies }),
  ...(bin !== undefined && { bin }),
  ...(engines && { engines }),
  ...(funding && { funding: {} }),
})
