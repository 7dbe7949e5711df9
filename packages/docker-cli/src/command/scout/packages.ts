import { decodeUtf8, readTar } from '@drydock/codec'
import type { Ecosystem } from './advisories.ts'

export interface Package {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly version: string
  /** Of what source it was built: advisories name that. */
  readonly source: string
}

type Reader = (text: string) => readonly Package[]

const field = (paragraph: string, name: string): string =>
  new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(paragraph)?.[1] ?? ''

/** Paragraphs of a package manager's list. */
const listed =
  (ecosystem: Ecosystem, [name, version, source]: readonly [string, string, string]): Reader =>
  (text) =>
    text
      .split('\n\n')
      .filter((paragraph) => field(paragraph, name) !== '')
      .map((paragraph) => ({
        ecosystem,
        name: field(paragraph, name),
        version: field(paragraph, version),
        source: field(paragraph, source) || field(paragraph, name),
      }))

function readPackageJson(text: string): readonly Package[] {
  try {
    const { name, version } = JSON.parse(text) as { name?: string; version?: string }
    return name && version ? [{ ecosystem: 'npm', name, version, source: name }] : []
  } catch {
    return []
  }
}

/** Where packages are listed in an image. */
const PLACES: readonly (readonly [RegExp, Reader])[] = [
  [/^lib\/apk\/db\/installed$/, listed('apk', ['P', 'V', 'o'])],
  [/^var\/lib\/dpkg\/status$/, listed('deb', ['Package', 'Version', 'Source'])],
  [/(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/, readPackageJson],
]

/** A file that may list packages. */
export interface PackageFile {
  readonly path: string
  read(): Promise<Uint8Array>
}

/** All packages of an image: read from its layers, later ones in front of earlier ones. @param layers tars */
export async function packagesIn(layers: readonly Uint8Array[]): Promise<readonly Package[]> {
  const found = new Map<string, readonly Package[]>()
  for (const layer of layers) await readLayer(layer, found)
  return listOf(found)
}

/** Packages of a folder. */
export async function packagesOfFiles(files: readonly PackageFile[]): Promise<readonly Package[]> {
  const found = new Map<string, readonly Package[]>()
  for (const { path, read } of files) {
    const reader = readerOf(path)
    if (reader) found.set(path, reader(decodeUtf8(await read())))
  }
  return listOf(found)
}

const readerOf = (path: string): Reader | undefined => PLACES.find(([place]) => place.test(path))?.[1]

function listOf(found: ReadonlyMap<string, readonly Package[]>): readonly Package[] {
  const all = new Map(
    [...found.values()].flat().map((each) => [`${each.ecosystem}/${each.name}@${each.version}`, each]),
  )
  return [...all.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function readLayer(tar: Uint8Array, found: Map<string, readonly Package[]>): Promise<void> {
  for await (const { header, readAll } of entries(tar)) {
    const path = header.name.replace(/^\.?\/+/, '')
    const gone = path.replace(/(^|\/)\.wh\.([^/]+)$/, '$1$2')
    if (gone !== path)
      for (const each of found.keys()) if (each === gone || each.startsWith(`${gone}/`)) found.delete(each)
    const read = readerOf(path)
    if (read && header.type === 'file') found.set(path, read(decodeUtf8(await readAll())))
  }
}

async function* entries(tar: Uint8Array) {
  async function* whole(): AsyncGenerator<Uint8Array, void, void> {
    yield tar
  }
  for await (const entry of readTar(whole())) yield { header: entry.header, readAll: () => entry.readAll() }
}
