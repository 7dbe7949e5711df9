import { concatBytes, encodeBase64, encodeUtf8, type TarInput, writeTar } from '@drydock/codec'
import { RegistryClient } from '@drydock/distribution'
import { printPlatform } from '@drydock/dockerfile'
import { indexOf } from '@drydock/oci'
import { treeTar } from '../../content/tree-tar.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Image } from '../../images/image-store.ts'
import { ProgressStream } from '../../images/progress.ts'
import { runPush } from '../../images/push.ts'
import { familiarString, parseReference, withDefaultTag } from '../../images/reference.ts'
import { saveImages } from '../../images/save.ts'
import { makeDirectories, writeBytes } from '../../state/files.ts'
import { invalid } from '../../problem.ts'
import { copyTree } from '../../volumes/copy-up.ts'
import type { BuildOptions, BuildOutput } from '../build-options.ts'
import { WorkLayer } from '../work-layer.ts'
import { type Attestation, attestationsOf, type AttestationWish } from './attestations.ts'
import { type Built, documentOf } from './built.ts'
import { annotationsOf, type ImageContent, imageContent, platformFolder } from './image-content.ts'
import type { OpenVertex, VertexFeed } from './vertex-feed.ts'

export interface ExportContext {
  readonly parts: DaemonParts
  readonly options: BuildOptions
  readonly feed: VertexFeed
  readonly progress: ProgressStream
  /** By platform; several only for a builder that can. */
  readonly results: readonly [Built, ...Built[]]
  /** What `--cache-to type=inline` puts into the configuration. */
  readonly inlineCache: string | undefined
  /** What provenance tells of the build besides the result. */
  readonly story: Omit<AttestationWish, 'parts' | 'options' | 'built' | 'names'>
}

/** What a client is told of a result. */
export interface Exported {
  readonly image?: Image
  /** Of the manifest or index. */
  readonly digest?: string
  readonly config?: string
  readonly mediaType?: string
  readonly size?: number
  /** Id of an image without a name, for what is built upon it. */
  readonly kept?: string
}

/** @param nth which of the outputs it is: the client knows where its bytes go */
type Exporter = (context: ExportContext, output: BuildOutput, nth: number) => Promise<Exported>

/** `docker.io/library/app`; a tag that was not given is not shown. */
export const fullName = (tag: string): string => {
  const { domain, path, tag: given } = parseReference(tag)
  return `${domain}/${path}${given === undefined ? '' : `:${given}`}`
}

const namesOf = ({ options }: ExportContext, { attributes }: BuildOutput): readonly string[] =>
  attributes['name'] ? attributes['name'].split(',') : options.tags

const truth = (text: string | undefined): boolean => ['1', 't', 'true'].includes((text ?? '').toLowerCase())

/** Writes the result out. @throws Problem for a kind that there is none of */
export function exportResult(context: ExportContext, output: BuildOutput, nth: number): Promise<Exported> {
  const exporter = EXPORTERS.get(output.type)
  if (!exporter) throw invalid(`exporter ${JSON.stringify(output.type)} could not be found`)
  return exporter(context, output, nth)
}

/** An image of the engine: with a builder of its own it goes to a registry alone. */
const asImage: Exporter = (context, output, nth) =>
  context.options.apart ? toRegistry(context, output, nth) : toStore(context, output, nth)

const toStore: Exporter = (context, output) =>
  context.feed.step('exporting to image', async (vertex) => {
    await vertex.during('exporting layers', async () => undefined)
    const image = addImage(context)
    await vertex.status(`writing image ${image.id}`)
    const names = namesOf(context, output)
    await nameImage(context, image, names, vertex)
    if (truth(output.attributes['push']))
      for (const name of names) await vertex.during(`pushing ${fullName(name)} with docker`, () => push(context, name))
    return { image, digest: image.id, config: image.id }
  })

async function nameImage(
  { parts }: ExportContext,
  image: Image,
  names: readonly string[],
  vertex: OpenVertex,
): Promise<void> {
  for (const name of names) {
    const familiar = familiarString(withDefaultTag(parseReference(name)))
    parts.images.setName(familiar, image.id)
    parts.events.publish('image', 'tag', image.id, { ...image.document.config?.Labels, name: familiar })
    await vertex.status(`naming to ${fullName(name)}`)
  }
}

const authOf = ({ options }: ExportContext, domain: string) =>
  options.auths[domain === 'docker.io' ? 'https://index.docker.io/v1/' : domain]

async function push(context: ExportContext, name: string): Promise<void> {
  const reference = withDefaultTag(parseReference(name))
  const repository = familiarString({ domain: reference.domain, path: reference.path })
  const silent = new ProgressStream({ write: () => undefined })
  await runPush(context.parts, repository, reference.tag ?? 'latest', authOf(context, reference.domain), silent)
}

function addImage({ parts, options, inlineCache, results: [built] }: ExportContext): Image {
  return parts.images.add(documentOf(parts, options, built, inlineCache))
}

async function withAttestations(
  context: ExportContext,
  built: Built,
  names: readonly string[],
  inline: boolean,
): Promise<Attestation[]> {
  const { parts, options, story } = context
  return attestationsOf({ ...story, parts, options, built, names }, inline)
}

/** Documents and blobs, told as they come about. */
async function contentOf(
  context: ExportContext,
  output: BuildOutput,
  vertex: OpenVertex,
  inline: boolean,
): Promise<ImageContent> {
  const { parts, options, results, inlineCache } = context
  const names = namesOf(context, output)
  const all: Parameters<typeof imageContent>[1][number][] = []
  for (const built of results)
    all.push({
      built,
      json: documentOf(parts, options, built, inlineCache),
      attestations: await withAttestations(context, built, names, inline),
    })
  const attested = all.some(({ attestations }) => attestations.length > 0)
  const annotations = annotationsOf([...options.annotations, ...annotationsIn(output)])
  const annotated = Object.keys({ ...annotations.manifest, ...annotations.index }).length > 0
  const oci = output.type === 'oci' || attested || annotated || truth(output.attributes['oci-mediatypes'])
  const content = await vertex.during('exporting layers', () => imageContent(parts, all, oci, annotations))
  let nth = 0
  for (const { kind, descriptor } of content.documents) {
    await vertex.status(`exporting ${kind} ${descriptor.digest}`)
    if (kind === 'manifest') await vertex.status(`exporting config ${content.configs[nth++] ?? ''}`)
  }
  return content
}

/** `annotation.key=value`, `annotation-index.key=value` as attributes of an output. */
const annotationsIn = ({ attributes }: BuildOutput): string[] =>
  Object.entries(attributes).flatMap(([key, value]) => {
    const [, place = 'manifest', name] = /^annotation(?:-([a-z-]+))?(?:\[[^\]]*\])?\.(.+)$/.exec(key) ?? []
    return name === undefined ? [] : [`${place}:${name}=${value}`]
  })

const told = ({ root, configs }: ImageContent): Exported => ({
  digest: root.digest,
  mediaType: root.mediaType,
  size: root.size,
  ...(configs.length === 1 && configs[0] !== undefined ? { config: configs[0] } : {}),
})

const toRegistry: Exporter = (context, output) =>
  context.feed.step('exporting to image', async (vertex) => {
    const content = await contentOf(context, output, vertex, true)
    if (truth(output.attributes['push'])) {
      const byDigest = truth(output.attributes['push-by-digest'])
      for (const name of namesOf(context, output)) await pushContent(context, content, name, byDigest, vertex)
    }
    return told(content)
  })

async function pushContent(
  context: ExportContext,
  content: ImageContent,
  name: string,
  byDigest: boolean,
  vertex: OpenVertex,
): Promise<void> {
  const reference = withDefaultTag(parseReference(name))
  const client = new RegistryClient(context.parts, reference.domain, authOf(context, reference.domain))
  await vertex.during('pushing layers', async () => {
    for (const { digest, read } of content.blobs)
      if (!(await client.hasBlob(reference.path, digest))) await client.pushBlob(reference.path, digest, read())
  })
  const shown = `${reference.domain}/${reference.path}${byDigest ? '' : `:${reference.tag ?? ''}`}@${content.root.digest}`
  await vertex.during(`pushing manifest for ${shown}`, async () => {
    for (const { descriptor, bytes } of content.documents) {
      const top = descriptor.digest === content.root.digest && !byDigest
      const tag = top ? (reference.tag ?? 'latest') : descriptor.digest
      await client.pushManifest(reference.path, tag, descriptor.mediaType, bytes)
    }
  })
}

/** The files alone, as a tar: local unpacks it at the client. Each of several platforms gets a folder. */
const filesOnly: Exporter = (context, output, nth) =>
  context.feed.step(`exporting to client ${output.type === 'tar' ? 'tarball' : 'directory'}`, async (vertex) => {
    const tar = await tarOfFiles(context, output)
    if (output.type === 'tar') await vertex.status('sending tarball')
    else await tellCopying(context, tar.length, vertex)
    await sendArchive(context, tar, nth)
    return {}
  })

async function tellCopying({ results }: ExportContext, bytes: number, vertex: OpenVertex): Promise<void> {
  for (const { platform } of results) {
    const name = results.length > 1 ? ` ${printPlatform(platform)}` : ''
    await vertex.status(`copying files${name}`, { current: Math.round(bytes / results.length) })
  }
}

async function tarOfFiles(context: ExportContext, { type, attributes }: BuildOutput): Promise<Uint8Array> {
  const { parts, results } = context
  const split = results.length > 1 && attributes['platform-split'] !== 'false'
  const whole = WorkLayer.open(parts, split ? [] : results[0].chain).mount()
  try {
    for (const built of results) {
      const top = split ? `${whole.root}/${platformFolder(built)}` : whole.root
      if (split) copyChain(parts, built, top)
      for (const { fileName, statement } of await withAttestations(context, built, [], false))
        writeBytes(parts.sys, `${top}/${fileName}`, JSON.stringify(statement(), undefined, 2))
    }
    return concatBytes([...treeTar(parts.sys, whole.root, { rootName: '', keepLazy: type === 'local' })])
  } finally {
    whole.discard()
  }
}

/** The files of one platform, bound below a folder while the archive is made. */
function copyChain(parts: DaemonParts, { chain }: Built, folder: string): void {
  const layer = WorkLayer.open(parts, chain).mount()
  try {
    makeDirectories(parts.sys, folder)
    copyTree(parts.sys, layer.root, folder)
  } finally {
    layer.discard()
  }
}

/** An archive of docker save, which the client keeps, or gives to an engine. */
const asDockerArchive: Exporter = (context, output, nth) =>
  context.feed.step('exporting to docker image format', async (vertex) => {
    const { parts, results } = context
    if (results.length > 1) throw invalid('docker exporter does not currently support exporting manifest lists')
    const image = addImage(context)
    const names = namesOf(context, output).map((name) => familiarString(withDefaultTag(parseReference(name))))
    await vertex.during('exporting layers', async () => undefined)
    await vertex.status(`exporting config ${image.id}`)
    if (truth(output.attributes['load'])) {
      await vertex.during('sending tarball', async () => undefined)
      await context.feed.step('importing to docker', async () => undefined)
      for (const name of names) parts.images.setName(name, image.id)
      return { image, digest: image.id, config: image.id }
    }
    const before = names.map((name) => [name, parts.images.idOf(name)] as const)
    for (const name of names) parts.images.setName(name, image.id)
    await vertex.during('sending tarball', () =>
      sendArchive(context, saveImages(parts.images, names.length > 0 ? names : [image.id]), nth),
    )
    for (const [name, id] of before) {
      if (id === undefined) parts.images.deleteName(name)
      else parts.images.setName(name, id)
    }
    if (parts.images.tagsOf(image.id).length === 0) parts.images.delete(image)
    return { config: image.id, digest: image.id }
  })

/** An OCI layout. OCI image spec, image-layout.md */
const asLayout: Exporter = (context, output, nth) =>
  context.feed.step('exporting to oci image format', async (vertex) => {
    const content = await contentOf(context, output, vertex, true)
    const names = namesOf(context, output)
    await vertex.during('sending tarball', () => sendArchive(context, layoutTar(content, names), nth))
    return told(content)
  })

function layoutTar({ root, documents, blobs }: ImageContent, names: readonly string[]): Uint8Array {
  const files = new Map<string, Uint8Array>()
  for (const { digest, read } of blobs) files.set(`blobs/${digest.replace(':', '/')}`, read())
  for (const { descriptor, bytes } of documents) files.set(`blobs/${descriptor.digest.replace(':', '/')}`, bytes)
  const named = names.map((name) => {
    const { domain, path, tag = 'latest' } = withDefaultTag(parseReference(name))
    const annotations = {
      'io.containerd.image.name': `${domain}/${path}:${tag}`,
      'org.opencontainers.image.ref.name': tag,
    }
    return { ...root, annotations }
  })
  files.set('index.json', encodeUtf8(JSON.stringify(indexOf(named.length > 0 ? named : [root]))))
  files.set('oci-layout', encodeUtf8('{"imageLayoutVersion":"1.0.0"}'))
  return writeTar(members(files))
}

function* members(files: ReadonlyMap<string, Uint8Array>): Generator<TarInput, void, void> {
  yield { name: 'blobs/', type: 'directory' }
  yield { name: 'blobs/sha256/', type: 'directory' }
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) yield { name, content }
}

const PIECE = 96 * 1024

/** In pieces: the client writes them where its user wants them. */
async function sendArchive({ progress }: ExportContext, tar: Uint8Array, output: number): Promise<void> {
  for (let at = 0; at < tar.length; at += PIECE)
    await progress.send({
      id: 'drydock.build.export',
      aux: { output, data: encodeBase64(tar.subarray(at, at + PIECE)) },
    })
}

const EXPORTERS: ReadonlyMap<string, Exporter> = new Map<string, Exporter>([
  ['image', asImage],
  ['moby', asImage],
  [
    'registry',
    (context, output, nth) => asImage(context, { ...output, attributes: { ...output.attributes, push: 'true' } }, nth),
  ],
  ['local', filesOnly],
  ['tar', filesOnly],
  ['docker', asDockerArchive],
  ['oci', asLayout],
  ['cacheonly', async () => ({})],
  ['kept', async (context) => ({ kept: addImage(context).id })],
])
