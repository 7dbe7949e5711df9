import { decodeUtf8, gunzip, isGzip, readTar } from '@drydock/codec'
import { isDirectory, isErrno } from '@drydock/abi'
import { ApiError } from '@drydock/docker-api'
import { readFile } from '@drydock/libc'
import { type Cli, CliError, familiarName, parseReference, type Reference } from '@drydock/cli-plugin'
import { isIndex, type Manifest } from '@drydock/oci'
import { NoSuchManifest, RemoteImages } from '../registry/remote-images.ts'
import { type Package, type PackageFile, packagesIn, packagesOfFiles } from './packages.ts'
import { type Finding, findingsIn } from './report.ts'

/** What was looked at. */
export interface Looked {
  readonly name: string
  /** Twelve digits; empty for what is no image. */
  readonly id: string
  readonly size: number
  readonly platform: string
  readonly packages: readonly Package[]
  readonly findings: readonly Finding[]
  /** No image, but files. */
  readonly folder: boolean
  /** Digests of the layers, uncompressed. */
  readonly layers: readonly string[]
}

type Found = Omit<Looked, 'findings' | 'name' | 'folder'>

/** Where the words before `://` say that it is. docs.docker.com/reference/cli/docker/scout/cves */
const PLACES: Readonly<Record<string, (cli: Cli, name: string, platform: string) => Promise<Found | undefined>>> = {
  local: (cli, name) => locally(cli, name),
  registry: (cli, name, platform) => remotely(cli, name, platform),
  image: async (cli, name, platform) => (await locally(cli, name)) ?? remotely(cli, name, platform),
  archive: (cli, name) => archived(cli, name),
  fs: (cli, name) => unpacked(cli, name),
}

/**
 * Looks at an image, and says so.
 * @param given empty: the image that was made last
 * @throws CliError for what cannot be found
 */
export async function look(cli: Cli, given: string, platform = ''): Promise<Looked> {
  const looked = await lookQuietly(cli, given, platform)
  await cli.warn(`    ✓ ${looked.folder ? 'File system read' : 'Image stored for indexing'}\n`)
  await cli.warn(`    ✓ Indexed ${looked.packages.length} packages\n`)
  return looked
}

/** @throws CliError for what cannot be found */
export async function lookQuietly(cli: Cli, given: string, platform = ''): Promise<Looked> {
  const [, scheme = 'image', name = ''] = /^(?:(\w+):\/\/)?(.*)$/s.exec(given || (await newest(cli))) ?? []
  const place = PLACES[scheme]
  if (!place) throw new CliError(`ERROR Status: unsupported image prefix ${scheme}://, Code: 1`)
  const found = await place(cli, name, platform)
  if (!found) throw new CliError(`ERROR Status: failed to load image: image not found: ${name}, Code: 1`)
  return { ...found, name, folder: scheme === 'fs', findings: findingsIn(found.packages) }
}

async function newest(cli: Cli): Promise<string> {
  const [first] = (await cli.client.images.list()).toSorted((a, b) => b.Created - a.Created)
  const name = first?.RepoTags?.[0]
  if (name === undefined) throw new CliError('ERROR Status: no image given and none found, Code: 1')
  return name
}

async function locally(cli: Cli, name: string): Promise<Found | undefined> {
  try {
    const image = await cli.client.images.inspect(name)
    return {
      id: image.Id.slice(7, 19),
      size: image.Size,
      platform: `${image.Os}/${image.Architecture}`,
      packages: await packagesIn(await savedLayers(cli.client.images.save([name]))),
      layers: image.RootFS.Layers ?? [],
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Layers of the first image of an archive, in their order. */
async function savedLayers(tar: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const blobs = new Map<string, Uint8Array>()
  for await (const entry of readTar(tar)) blobs.set(entry.header.name, await entry.readAll())
  const list = blobs.get('manifest.json')
  if (!list) throw new CliError('ERROR Status: not an image archive: no manifest.json in it, Code: 1')
  const [manifest] = JSON.parse(decodeUtf8(list)) as { Layers: string[] }[]
  return (manifest?.Layers ?? []).map((layer) => plain(blobs.get(layer) ?? new Uint8Array()))
}

const plain = (layer: Uint8Array): Uint8Array => (isGzip(layer) ? gunzip(layer) : layer)

async function archived(cli: Cli, path: string): Promise<Found | undefined> {
  const bytes = await bytesAt(cli, path)
  const layers = await savedLayers(once(bytes))
  return { id: '', size: bytes.length, platform: 'linux/amd64', packages: await packagesIn(layers), layers: [] }
}

async function bytesAt(cli: Cli, path: string): Promise<Uint8Array> {
  try {
    return await readFile(cli.sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`ERROR Status: failed to read ${path}: ${error.message.toLowerCase()}, Code: 1`)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

async function unpacked(cli: Cli, path: string): Promise<Found | undefined> {
  const files: PackageFile[] = []
  try {
    gather(cli, path, '', files)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
  const packages = await packagesOfFiles(files)
  return { id: '', size: 0, platform: 'linux/amd64', packages, layers: [] }
}

function gather(cli: Cli, folder: string, prefix: string, files: PackageFile[]): void {
  for (const { name } of cli.sys.readdir(folder)) {
    const path = `${folder}/${name}`
    if (isDirectory(cli.sys.lstat(path).mode)) gather(cli, path, `${prefix}${name}/`, files)
    else files.push({ path: prefix + name, read: () => readFile(cli.sys, path) })
  }
}

/** An image where its registry has it; only what is looked into is fetched. */
async function remotely(cli: Cli, name: string, platform: string): Promise<Found | undefined> {
  const reference = parseReference(name)
  const remote = await RemoteImages.open(cli, reference, isNear(reference))
  try {
    const manifest = await manifestFor(remote, platform || 'linux/amd64', reference)
    const layers: Uint8Array[] = []
    for (const { digest } of manifest.layers) layers.push(plain(await remote.blob(digest)))
    const config = JSON.parse(decodeUtf8(await remote.blob(manifest.config.digest))) as Config
    return {
      id: manifest.config.digest.slice(7, 19),
      size: layers.reduce((sum, each) => sum + each.length, 0),
      platform: `${config.os}/${config.architecture}`,
      packages: await packagesIn(layers),
      layers: config.rootfs.diff_ids,
    }
  } catch (error) {
    if (error instanceof NoSuchManifest) return undefined
    throw error
  }
}

interface Config {
  readonly os: string
  readonly architecture: string
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

const isNear = ({ domain }: Reference): boolean => /^(localhost|127\.)/.test(domain)

/** @throws NoSuchManifest, CliError */
async function manifestFor(remote: RemoteImages, platform: string, reference: Reference): Promise<Manifest> {
  const { document } = await remote.get()
  if (!isIndex(document)) return document
  const [os, architecture] = platform.split('/')
  const fits = document.manifests.find(({ platform: its }) => its?.os === os && its?.architecture === architecture)
  if (!fits)
    throw new CliError(`ERROR Status: no image of ${familiarName(reference)} for platform ${platform}, Code: 1`)
  const found = await remote.get(fits.digest)
  if (isIndex(found.document)) throw new CliError('ERROR Status: manifest invalid, Code: 1')
  return found.document
}
