import { fromBase64, gunzip, untar, unzip } from '@drydock/codec'
import type { Packages } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import type { MirroredPackage } from './npm-mirror.ts'

/** Packages of the mirrors as npm and pip lay them out in an image. Loaded when an image is asked for that has some. */
export class PackageShelf implements Packages {
  private readonly npm: readonly MirroredPackage[]
  private readonly wheels: readonly { readonly file: string; readonly bytes: string }[]

  private constructor(npm: PackageShelf['npm'], wheels: PackageShelf['wheels']) {
    this.npm = npm
    this.wheels = wheels
  }

  static async load(): Promise<PackageShelf> {
    const [npm, wheels] = await Promise.all([import('virtual:npm-mirror'), import('virtual:python-wheels')])
    return new PackageShelf(npm.default, wheels.default)
  }

  nodeModules(tree: Tree, folder: string, names: readonly string[]): void {
    for (const { place, tarball } of closure(this.npm, names))
      for (const { header, content } of untar(gunzip(fromBase64(tarball))))
        if (header.type === 'file')
          tree.bytes(`${folder}/${place}/${header.name.replace(/^[^/]+\//, '')}`, content, { mode: header.mode })
  }

  sitePackages(tree: Tree, folder: string, names: readonly string[]): void {
    for (const { file, bytes } of this.wheels)
      if (names.includes(file.split('-')[0]?.toLowerCase() ?? ''))
        for (const each of unzip(fromBase64(bytes))) tree.bytes(`${folder}/${each.name}`, each.bytes)
  }
}

/** The named packages and all that they need, each in its place: npm looks upwards from whoever asks. */
function closure(packages: readonly MirroredPackage[], names: readonly string[]): readonly MirroredPackage[] {
  const byPlace = new Map(packages.map((each) => [each.place, each]))
  const found = new Set<MirroredPackage>()
  const visit = (name: string, from: string): void => {
    for (let at = from; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      const there = byPlace.get(`${at === '' ? '' : `${at}/`}node_modules/${name}`)
      if (there && found.has(there)) return
      if (there) {
        found.add(there)
        for (const each of Object.keys(there.manifest.dependencies ?? {})) visit(each, there.place)
        return
      }
      if (at === '') return
    }
  }
  for (const name of names) visit(name, '')
  return [...found]
}
