import type { ByteStream } from '@drydock/abi'
import { fromBase64 } from '@drydock/codec'
import { type ServerRequest, type ServerResponse, serveConnection } from '@drydock/http'
import { jsonAnswer } from '@drydock/registry'
import mirrored from 'virtual:npm-mirror'

/** A version of a package, packed when the application was built. */
export interface MirroredPackage {
  readonly manifest: {
    readonly name: string
    readonly version: string
    readonly description?: string
    readonly dependencies?: Readonly<Record<string, string>>
  }
  /** Where npm laid it out when the application was built, among all the others: `node_modules/express`. */
  readonly place: string
  readonly shasum: string
  readonly integrity: string
  readonly files: number
  readonly unpackedSize: number
  /** The gzipped tar in base64. */
  readonly tarball: string
}

const HOST = 'https://registry.npmjs.org'
const MODIFIED = '2026-06-01T00:00:00.000Z'

/** The registry of npm: packuments and tarballs of the packages that lessons use. npm/registry, docs/REGISTRY-API.md. */
export class NpmMirror {
  private readonly packages: ReadonlyMap<string, readonly MirroredPackage[]>

  constructor(packages: readonly MirroredPackage[] = mirrored) {
    const byName = new Map<string, MirroredPackage[]>()
    for (const each of packages) byName.set(each.manifest.name, [...(byName.get(each.manifest.name) ?? []), each])
    this.packages = byName
  }

  serve(stream: ByteStream): Promise<void> {
    return serveConnection(stream, (request) => this.answer(request), { server: 'npm' })
  }

  answer({ path, method, query }: ServerRequest): ServerResponse {
    const plain = decodeURIComponent(path).slice(1)
    if (plain === '-/ping') return jsonAnswer(200, {})
    if (plain.startsWith('-/npm/v1/security/')) return jsonAnswer(200, {})
    if (plain === '-/v1/search') return this.search(query.get('text') ?? '')
    if (method !== 'GET' && method !== 'HEAD') return jsonAnswer(403, { error: 'this registry is read only' })
    const [, name = plain, file] = /^(.+?)\/-\/(.+\.tgz)$/.exec(plain) ?? []
    if (file !== undefined) return this.tarball(name, file)
    const [, scoped = name, version] = /^(@[^/]+\/[^/]+|[^@/][^/]*)\/([^/]+)$/.exec(name) ?? []
    const found = this.packages.get(version === undefined ? name : scoped)
    if (!found) return jsonAnswer(404, { error: 'Not found' })
    return version === undefined ? jsonAnswer(200, packument(name, found)) : oneVersion(found, version)
  }

  private tarball(name: string, file: string): ServerResponse {
    const found = this.packages.get(name)?.find(({ manifest }) => tarballName(manifest) === file)
    if (!found) return jsonAnswer(404, { error: 'Not found' })
    return { status: 200, headers: [['Content-Type', 'application/octet-stream']], body: fromBase64(found.tarball) }
  }

  private search(text: string): ServerResponse {
    const found = [...this.packages.values()].flatMap(([first]) =>
      first && `${first.manifest.name} ${first.manifest.description ?? ''}`.includes(text)
        ? [{ package: { ...first.manifest, date: MODIFIED }, score: { final: 1 } }]
        : [],
    )
    return jsonAnswer(200, { objects: found, total: found.length, time: MODIFIED })
  }
}

const tarballName = ({ name, version }: MirroredPackage['manifest']): string =>
  `${name.replace(/^@[^/]+\//, '')}-${version}.tgz`

const described = ({ manifest, shasum, integrity, files, unpackedSize }: MirroredPackage): object => ({
  ...manifest,
  _id: `${manifest.name}@${manifest.version}`,
  dist: {
    shasum,
    integrity,
    tarball: `${HOST}/${manifest.name}/-/${tarballName(manifest)}`,
    fileCount: files,
    unpackedSize,
  },
})

/** The newest is what most of its dependents see: the last one that was packed. */
function packument(name: string, versions: readonly MirroredPackage[]): object {
  const sorted = versions.toSorted((a, b) => newer(a.manifest.version, b.manifest.version))
  return {
    _id: name,
    name,
    'dist-tags': { latest: sorted.at(-1)?.manifest.version },
    versions: Object.fromEntries(sorted.map((each) => [each.manifest.version, described(each)])),
    time: Object.fromEntries([['modified', MODIFIED], ...sorted.map(({ manifest }) => [manifest.version, MODIFIED])]),
    description: sorted.at(-1)?.manifest.description,
  }
}

function oneVersion(versions: readonly MirroredPackage[], wanted: string): ServerResponse {
  const sorted = versions.toSorted((a, b) => newer(a.manifest.version, b.manifest.version))
  const found = wanted === 'latest' ? sorted.at(-1) : sorted.find(({ manifest }) => manifest.version === wanted)
  return found ? jsonAnswer(200, described(found)) : jsonAnswer(404, `version not found: ${wanted}`)
}

function newer(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)))
  for (let i = 0; i < 3; i++) if (left?.[i] !== right?.[i]) return (left?.[i] ?? 0) - (right?.[i] ?? 0)
  return 0
}
