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
  readonly bin?: Manifest['bin']
  readonly dependencies?: Readonly<Record<string, string>> | undefined
  readonly engines?: Manifest['engines']
  readonly funding: boolean
}

export type Ranges = Readonly<Record<string, string>>

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

  constructor(registry: Registry, kept: ReadonlyMap<string, Placed>) {
    this.registry = registry
    this.kept = kept
  }

  async add(ranges: Ranges, dev: boolean): Promise<void> {
    let wishes = wishesOf(ranges, '')
    while (wishes.length > 0) {
      const next: Wish[] = []
      for (const wish of wishes) {
        const placed = await this.place(wish, dev)
        if (placed) next.push(...wishesOf(placed.dependencies ?? {}, placed.path))
      }
      wishes = next
    }
  }

  /** @returns undefined when what is there already will do */
  private async place({ name, range, from }: Wish, dev: boolean): Promise<Placed | undefined> {
    let path: string | undefined
    for (const folder of ancestors(from)) {
      const at = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      const there = this.placed.get(at)
      if (there && fits(there.version, range)) return undefined
      if (there) break
      path = at
    }
    if (path === undefined) throw new NpmError('ERESOLVE', [`could not resolve ${name}@${range}`])
    const placed = (await this.fromLock(path, range, dev)) ?? (await this.fromRegistry(path, name, range, dev))
    this.placed.set(path, placed)
    return placed
  }

  private async fromLock(path: string, range: string, dev: boolean): Promise<Placed | undefined> {
    const locked = this.kept.get(path)
    return locked && fits(locked.version, range) ? { ...locked, dev } : undefined
  }

  private async fromRegistry(path: string, name: string, range: string, dev: boolean): Promise<Placed> {
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
    return placedOf(path, manifest, dev)
  }
}

const placedOf = (path: string, manifest: Manifest, dev: boolean): Placed => ({
  path,
  name: manifest.name,
  version: manifest.version,
  resolved: manifest.dist.tarball,
  integrity: manifest.dist.integrity,
  dev,
  license: manifest.license,
  bin: manifest.bin,
  dependencies: manifest.dependencies,
  engines: manifest.engines,
  funding: manifest.funding !== undefined,
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
