import { ALPINE_PACKAGES } from './catalogue/alpine.ts'
import { DEBIAN_PACKAGES } from './catalogue/debian.ts'
import { REDHAT_PACKAGES } from './catalogue/redhat.ts'
import { SOFTWARE, type Software } from './software.ts'

/** A package that the playground can install, since its programs exist here. Sizes in KiB. */
export interface PackageRow {
  readonly name: string
  /** Names that stand for it: virtual packages, and those it had before. */
  readonly aliases: readonly string[]
  readonly version: string
  readonly downloadKib: number
  readonly sizeKib: number
  readonly depends: readonly string[]
  readonly software: Software
  readonly summary: string
}

export type Catalogue = readonly PackageRow[]

const NOTHING: Software = { commands: [] }
const words = (text: string): string[] => text.split(',').filter(Boolean)

/** @param line `name,aliases…|version|download|size|depends,…|software|summary` */
function rowOf(line: string): PackageRow {
  const [names = '', version = '', download, size, depends = '', software = '', summary = ''] = line.split('|')
  const [name = '', ...aliases] = words(names)
  return {
    name,
    aliases,
    version,
    downloadKib: Number(download),
    sizeKib: Number(size),
    depends: words(depends),
    software: SOFTWARE.get(software) ?? NOTHING,
    summary,
  }
}
const parse = (text: string): Catalogue => text.trim().split('\n').map(rowOf)

export const ALPINE: Catalogue = parse(ALPINE_PACKAGES)
export const DEBIAN: Catalogue = parse(DEBIAN_PACKAGES)
export const REDHAT: Catalogue = parse(REDHAT_PACKAGES)

/** @param text a package's name, perhaps with `=version`, `~=version` or `:amd64` behind it */
export const plainName = (text: string): string => text.replace(/[=~<>@:].*$/, '')

export function findPackage(catalogue: Catalogue, text: string): PackageRow | undefined {
  const name = plainName(text)
  return catalogue.find((each) => each.name === name) ?? catalogue.find((each) => each.aliases.includes(name))
}
