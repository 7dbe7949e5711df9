import { decodeUtf8, readTar } from '@drydock/codec'
import type { Cli } from '@drydock/cli-plugin'
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

/** All packages of an image: read from its layers, later ones in front of earlier ones. */
export async function packagesOf(cli: Cli, image: string): Promise<readonly Package[]> {
  const blobs = new Map<string, Uint8Array>()
  for await (const entry of readTar(cli.client.images.save([image])))
    blobs.set(entry.header.name, await entry.readAll())
  const [manifest] = JSON.parse(decodeUtf8(blobs.get('manifest.json') ?? new Uint8Array(0))) as { Layers: string[] }[]
  const found = new Map<string, readonly Package[]>()
  for (const layer of manifest?.Layers ?? []) await readLayer(blobs.get(layer) ?? new Uint8Array(0), found)
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
    const read = PLACES.find(([place]) => place.test(path))?.[1]
    if (read && header.type === 'file') found.set(path, read(decodeUtf8(await readAll())))
  }
}

async function* entries(tar: Uint8Array) {
  async function* whole(): AsyncGenerator<Uint8Array, void, void> {
    yield tar
  }
  for await (const entry of readTar(whole())) yield { header: entry.header, readAll: () => entry.readAll() }
}
