import type { Sys } from '@drydock/abi'
import semver from 'semver'
import { lstatOr, namesIn, readJson } from './files.ts'
import { lockedPackages, type PackageJson, readLockfile } from './lockfile.ts'
import type { Placed, Ranges } from './tree.ts'

export interface Installed {
  /** Below the project: `node_modules/express`; '' for the project. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly manifest: PackageJson & { readonly funding?: unknown; readonly description?: string }
  readonly resolved?: string | undefined
  /** Where a link leads, below the project. */
  readonly link?: string | undefined
}
export type EdgeKind = 'prod' | 'dev' | 'optional'
export interface Edge {
  readonly from: Installed
  readonly name: string
  readonly range: string
  readonly kind: EdgeKind
  readonly to: Installed | undefined
}

/** What lies in node_modules, and who needs it. */
export class InstalledTree {
  readonly root: Installed
  private readonly byPath: ReadonlyMap<string, Installed>

  private constructor(root: Installed, all: readonly Installed[]) {
    this.root = root
    this.byPath = new Map(all.map((each) => [each.path, each]))
  }

  static async load(sys: Sys, folder: string): Promise<InstalledTree> {
    const manifest = (await readJson<PackageJson>(sys, `${folder}/package.json`)) ?? {}
    const lock = await readLockfile(sys, folder)
    const locked = lock ? lockedPackages(lock) : new Map<string, Placed>()
    const root = { path: '', name: manifest.name ?? '', version: manifest.version ?? '', manifest }
    return new InstalledTree(root, await packagesIn(sys, folder, '', locked))
  }

  get all(): readonly Installed[] {
    return [...this.byPath.values()]
  }
  /** The nearest that whoever lies at `from` finds by name. */
  find(name: string, from: string): Installed | undefined {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const found = at.endsWith('node_modules')
        ? undefined
        : this.byPath.get(`${at === '' ? '' : `${at}/`}node_modules/${name}`)
      if (found || at === '') return found
    }
  }

  edgesOf(from: Installed): readonly Edge[] {
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = from.manifest
    const rows = (ranges: Ranges, kind: EdgeKind): Edge[] =>
      Object.entries(ranges).map(([name, range]) => ({
        from,
        name,
        range,
        kind,
        to: this.find(name, from.link ?? from.path),
      }))
    const plain = Object.fromEntries(Object.entries(dependencies).filter(([name]) => !(name in optionalDependencies)))
    const optional = rows(optionalDependencies, 'optional').filter(({ to }) => to)
    const linked =
      from.path === '' ? this.all.filter(({ link, name }) => link !== undefined && !(name in dependencies)) : []
    const workspaces = linked.map((to): Edge => ({ from, name: to.name, range: `file:${to.link}`, kind: 'prod', to }))
    const dev = from.path === '' || from.link !== undefined ? rows(devDependencies, 'dev') : []
    return [...rows(plain, 'prod'), ...optional, ...dev, ...workspaces].toSorted((a, b) =>
      a.name.localeCompare(b.name, 'en'),
    )
  }

  edgesTo(node: Installed): readonly Edge[] {
    const all = [this.root, ...this.all].toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
    return all.flatMap((each) => this.edgesOf(each)).filter(({ to }) => to === node)
  }

  /** What nobody needs, at the top. */
  get extraneous(): readonly Installed[] {
    const needed = new Set<Installed>()
    const visit = (node: Installed): void => {
      for (const { to } of this.edgesOf(node))
        if (to && !needed.has(to)) {
          needed.add(to)
          visit(to)
        }
    }
    visit(this.root)
    return this.all.filter((each) => !needed.has(each) && each.link === undefined)
  }
}

/** Tags, links and folders are taken to fit. */
export const satisfies = ({ range, to }: Edge): boolean =>
  to === undefined || semver.validRange(range) === null || semver.satisfies(to.version, range)

async function packagesIn(
  sys: Sys,
  root: string,
  below: string,
  locked: ReadonlyMap<string, Placed>,
): Promise<Installed[]> {
  const folder = `${below === '' ? '' : `${below}/`}node_modules`
  const found: Installed[] = []
  for (const name of scopedNames(sys, `${root}/${folder}`)) {
    const path = `${folder}/${name}`
    const manifest = await readJson<PackageJson>(sys, `${root}/${path}/package.json`)
    if (!manifest) continue
    const { version = '' } = manifest
    const isLink = ((lstatOr(sys, `${root}/${path}`)?.mode ?? 0) & 0o170000) === 0o120000
    const link = isLink ? below_(root, sys.realpath(`${root}/${path}`)) : undefined
    found.push({ path, name, version, manifest, resolved: locked.get(path)?.resolved, link })
    if (!isLink) found.push(...(await packagesIn(sys, root, path, locked)))
    else found.push(...(await packagesIn(sys, root, link ?? '', locked)))
  }
  return found
}

/** A path as seen from a folder. */
function below_(root: string, path: string): string {
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1)
  const [own, other] = [root.split('/'), path.split('/')]
  while (own.length > 0 && own[0] === other[0]) [own, other].forEach((each) => each.shift())
  return [...own.map(() => '..'), ...other].join('/')
}

export const scopedNames = (sys: Sys, folder: string): readonly string[] =>
  namesIn(sys, folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? namesIn(sys, `${folder}/${name}`).map((each) => `${name}/${each}`) : [name],
    )
