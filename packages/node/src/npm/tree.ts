import semver from 'semver'
import { NpmError } from './npm-error.ts'
import type { Manifest, Registry } from './registry.ts'

/** A package in its place. */
export interface Placed {
  /** Below the project: `node_modules/express`, `node_modules/send/node_modules/ms`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly resolved: string
  readonly integrity: string
  readonly dev: boolean
  readonly license?: string | undefined
  readonly bin?: Manifest['bin'] | undefined
  readonly dependencies?: Readonly<Record<string, string>> | undefined
  readonly engines?: Manifest['engines'] | undefined
  readonly funding?: unknown
  readonly optional?: boolean | undefined
  /** It lies elsewhere, at `resolved` below the project, and is linked to. */
  readonly link?: boolean | undefined
}

export type Ranges = Readonly<Record<string, string>>

/** A folder that is linked to: a workspace, or what `file:` names. */
export interface LinkedFolder {
  readonly name: string
  readonly version: string
  readonly dependencies: Ranges
}

export interface Kind {
  readonly dev: boolean
  readonly optional?: boolean
}

interface Wish {
  readonly name: string
  readonly range: string
  /** The place of whoever needs it; '' for the project. */
  readonly from: string
}

/**
 * Lays out what a project needs: each package as high as no other version is in its way, as npm's arborist does.
 * @param kept  versions that a lock file has, by place
 * @throws NpmError
 */
export class TreeBuilder {
  readonly placed = new Map<string, Placed>()
  private readonly registry: Registry
  private readonly kept: ReadonlyMap<string, Placed>
  private readonly folderAt: (path: string) => Promise<LinkedFolder | undefined>

  /** @param folderAt reads the package.json of a folder below the project */
  constructor(
    registry: Registry,
    kept: ReadonlyMap<string, Placed>,
    folderAt: (path: string) => Promise<LinkedFolder | undefined>,
  ) {
    this.registry = registry
    this.kept = kept
    this.folderAt = folderAt
  }

  /** @param from the folder that needs them, '' for the project's own */
  async add(ranges: Ranges, dev: Kind, from = ''): Promise<void> {
    let wishes = wishesOf(ranges, from)
    while (wishes.length > 0) {
      const next: Wish[] = []
      for (const wish of wishes) {
        const placed = await this.place(wish, dev)
        if (placed) next.push(...wishesOf(placed.dependencies ?? {}, placed.link ? placed.resolved : placed.path))
      }
      wishes = next
    }
  }

  /** @returns undefined when what is there already will do */
  private async place({ name, range, from }: Wish, kind: Kind): Promise<Placed | undefined> {
    let path: string | undefined
    for (const folder of ancestors(from)) {
      const at = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      const there = this.placed.get(at)
      if (there && fits(there.version, range)) return undefined
      if (there) break
      path = at
    }
    if (path === undefined) throw new NpmError('ERESOLVE', [`could not resolve ${name}@${range}`])
    const placed = range.startsWith('file:')
      ? await this.fromFolder(path, name, range.slice('file:'.length), kind)
      : ((await this.fromLock(path, range, kind)) ?? (await this.fromRegistry(path, name, range, kind)))
    this.placed.set(path, placed)
    return placed
  }

  private async fromFolder(path: string, name: string, folder: string, kind: Kind): Promise<Placed> {
    const found = await this.folderAt(folder)
    if (!found) throw new NpmError('ENOENT', [`Could not read package.json of ${folder}`], 254)
    const { version, dependencies } = found
    return { path, name, version, dependencies, resolved: folder, integrity: '', link: true, ...kind }
  }

  private async fromLock(path: string, range: string, kind: Kind): Promise<Placed | undefined> {
    const locked = this.kept.get(path)
    return locked && !locked.link && fits(locked.version, range) ? { ...locked, ...kind } : undefined
  }

  private async fromRegistry(path: string, name: string, range: string, kind: Kind): Promise<Placed> {
    const packument = await this.registry.packument(name)
    const tagged = packument['dist-tags'][range === '' || range === '*' ? 'latest' : range]
    const version = tagged ?? semver.maxSatisfying(Object.keys(packument.versions), range)
    const manifest = version === null ? undefined : packument.versions[version]
    if (!manifest)
      throw new NpmError('ETARGET', [
        `notarget No matching version found for ${name}@${range}.`,
        'notarget In most cases you or one of your dependencies are requesting',
        "notarget a package version that doesn't exist.",
      ])
    return placedOf(path, manifest, kind)
  }
}

const placedOf = (path: string, manifest: Manifest, kind: Kind): Placed => ({
  path,
  name: manifest.name,
  version: manifest.version,
  resolved: manifest.dist.tarball,
  integrity: manifest.dist.integrity,
  ...kind,
  license: manifest.license,
  bin: manifest.bin,
  dependencies: manifest.dependencies,
  engines: manifest.engines,
  funding: manifest.funding,
})

const wishesOf = (ranges: Ranges, from: string): Wish[] =>
  Object.entries(ranges)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, range]) => ({ name, range, from }))

/** Tags and odd ranges are taken to fit what is there. */
const fits = (version: string, range: string): boolean =>
  semver.validRange(range) === null || semver.satisfies(version, range)

/** The place itself, then those around it, '' last. */
function* ancestors(path: string): Generator<string, void, void> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    yield at
    if (!at.includes('/node_modules/')) break
  }
  yield ''
}
